// A turn in progress: the data that its parts share, and its results.
import type { Command } from '../../../src/engine/model/command.ts'
import type { RunEvent } from '../../../src/engine/model/event.ts'
import type { Activation, RegionState } from '../../../src/engine/model/state.ts'
import type { HttpAnswer } from '../../../src/objects/workflow-run.ts'
import type { LogEntry, NumberedEvent } from '../rows/event-log.ts'
import type { Prepared } from './compute.ts'
import type { ShellFact, TurnShell } from './outcome.ts'
import { hasWorkedLong, newWork } from './work.ts'

export const MAX_PURE = 1_024

export type EffectStart = { path: string; attempt: number; prepared: Extract<Prepared, { kind: 'effect' }> }

export type TurnResult = {
  events: RunEvent[]
  /** The events that clients see. */
  publicEvents: NumberedEvent[]
  effects: EffectStart[]
  cancels: Extract<Command, { type: 'cancel_node' }>[]
  resumes: Extract<Command, { type: 'resume_node' }>[]
  /** Work that is left for the next turn. */
  later: Command[]
  projects: boolean
  /** A message for the index was written. */
  hasMessages: boolean
  ended: boolean
  accepted: boolean
  respond: HttpAnswer | null
  /** Facts whose values are so large that they are written before a turn takes them. */
  large: ShellFact[]
  /** The JSON of the run's output if it is too large for the run. */
  largeOutput: string | null
}

export const noTurn = (): TurnResult => ({
  events: [],
  publicEvents: [],
  effects: [],
  cancels: [],
  resumes: [],
  later: [],
  projects: false,
  hasMessages: false,
  ended: false,
  accepted: false,
  respond: null,
  large: [],
  largeOutput: null,
})

export type OpenTurn = {
  readonly shell: TurnShell
  readonly now: number
  readonly result: TurnResult
  /** Facts and commands in order. What they lead to is appended. */
  readonly queue: (ShellFact | Command)[]
  /** What has changed. */
  readonly activations: Set<Activation>
  readonly regions: Set<RegionState>
  readonly entries: LogEntry[]
  /** Paths of waits that begin in this turn. */
  readonly opened: Set<string>
  /** The number of computed nodes. */
  pure: number
}

export function openTurn(shell: TurnShell, queue: OpenTurn['queue']): OpenTurn {
  shell.run.work = newWork()
  shell.run.chars = 0
  return {
    shell,
    now: shell.now(),
    result: noTurn(),
    queue,
    activations: new Set(),
    regions: new Set(),
    entries: [],
    opened: new Set(),
    pure: 0,
  }
}

export const isLong = ({ pure, shell }: OpenTurn): boolean => pure > MAX_PURE || hasWorkedLong(shell.run)

export function isRunning({ shell }: OpenTurn, path: string, attempt: number): boolean {
  const activation = shell.run.state.activations.get(path)
  return activation?.status === 'running' && activation.attempt === attempt
}
