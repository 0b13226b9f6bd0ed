// What the parts of a run's object may ask of the machine that keeps it going, so that none of them has to know it.

import type { GateNeed } from '../../src/engine/gate.ts'
import type { Command } from '../../src/engine/model/command.ts'
import type { Env } from '../../src/env.ts'
import type { HttpAnswer, RunSpec } from '../../src/objects/workflow-run.ts'
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
  /** What the gate was last told that the run wants; null after a loss of memory. */
  gateKnows: GateNeed | null
  readonly shell: TurnShell
  now(): number
  requireRun(): Run
  /** Takes a run into memory; nothing is written. */
  hold(spec: RunSpec): Run
  /** One turn, then what follows from it. */
  feed(facts: readonly ShellFact[], commands?: readonly Command[]): { accepted: boolean }
  /** As `feed`; where something has died before, it is written down first what is tried now. */
  runRecorded(facts: readonly ShellFact[]): Promise<void>
  /** Writes that belong together, and what memory says of them. */
  atomically<T>(work: () => T): T
  /** As `atomically`, of what somebody outside says: an error is theirs to hear, and no crash of the run. */
  said<T>(work: () => T): T
  /** The turns of a start: the run is stored with the last of them. */
  startWith(work: () => void): void
  /** Done once the writes of the turn are made; not at all when they are taken back. */
  afterWrites(work: () => void): void
  /** Has the run reported to the index soon. */
  project(): void
  /** Writes down what others must hear. */
  tell(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void
  scheduleDrain(delayMs: number): void
  setTimer(key: string, at: number): void
}
