// What the parts of a run's object can use of its machine, without knowing the machine.
import type { GateNeed } from '../../src/engine/gate.ts'
import type { Command } from '../../src/engine/model/command.ts'
import type { Env } from '../../src/env.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import type { HttpAnswer } from '../../src/objects/workflow-run.ts'
import type { RunStore } from './rows/store.ts'
import type { runLive } from './show/live.ts'
import type { ShellFact, TurnShell } from './turn/outcome.ts'
import type { Run } from './turn/scope.ts'

export interface RunShell {
  readonly env: Env
  readonly store: RunStore
  readonly live: ReturnType<typeof runLive>
  readonly run: Run | null
  readonly answer: HttpAnswer | null
  /** The need that the gate was last sent. Null after a loss of memory. */
  lastGateNeed: GateNeed | null
  readonly shell: TurnShell
  now(): number
  requireRun(): Run
  /** Loads a run into memory. Writes nothing. */
  openRun(spec: RunSpec): Run
  /** Executes one turn and its consequences. */
  feed(facts: readonly ShellFact[], commands?: readonly Command[]): { accepted: boolean }
  /** As `feed`, in a turn that follows after the values of the fact are written piece by piece. */
  takeLarge(fact: ShellFact): void
  /** If something has crashed before, writes to disk that this is tried, until `runRecorded` is called with it. */
  beginRecorded(fact: ShellFact): Promise<void>
  /** As `feed`. If something has crashed before, the work is written to disk before it is tried. */
  runRecorded(facts: readonly ShellFact[]): Promise<void>
  /** Commits all writes together, or none. */
  atomically<T>(work: () => T): T
  /**
   * As `atomically`, for a request from outside: the caller gets the error, and it does not count as a crash of the
   * run.
   */
  forCaller<T>(work: () => T): T
  /** The turns of a start. The run is stored with the last of them. */
  startWith(work: () => void): void
  /** Runs after the writes of the turn. Does not run if they are rolled back. */
  afterWrites(work: () => void): void
  /** Reports the run to the index soon. */
  project(): void
  /** Writes a message to the outbox. */
  enqueue(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void
  scheduleDrain(delayMs: number): void
  setTimer(key: string, at: number): void
}
