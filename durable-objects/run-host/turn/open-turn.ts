// A turn under way: what its parts share, and what it has come to.
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
  /** Those of them that clients see. */
  told: NumberedEvent[]
  effects: EffectStart[]
  cancels: Extract<Command, { type: 'cancel_node' }>[]
  resumes: Extract<Command, { type: 'resume_node' }>[]
  /** What is left for the next turn. */
  later: Command[]
  projects: boolean
  /** Something else is written down for the index. */
  tells: boolean
  ended: boolean
  accepted: boolean
  respond: HttpAnswer | null
  /** The JSON of the run's output, where it is too large for the run. */
  aside: string | null
}

export const noTurn = (): TurnResult => ({
  events: [],
  told: [],
  effects: [],
  cancels: [],
  resumes: [],
  later: [],
  projects: false,
  tells: false,
  ended: false,
  accepted: false,
  respond: null,
  aside: null,
})

export type OpenTurn = {
  readonly shell: TurnShell
  readonly now: number
  readonly result: TurnResult
  /** Facts and commands in their order; what they lead to is added behind. */
  readonly queue: (ShellFact | Command)[]
  /** What has changed. */
  readonly activations: Set<Activation>
  readonly regions: Set<RegionState>
  readonly entries: LogEntry[]
  /** Paths of waits that begin in this turn. */
  readonly opened: Set<string>
  /** Nodes that were computed. */
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
