// What the parts of a run's object may ask of the machine that keeps it going, so that none of them has to know it.
import type { Command } from '../../src/engine/command.ts'
import type { GateWish } from '../../src/engine/gate.ts'
import type { Env } from '../../src/env.ts'
import type { HttpAnswer, RunSpec } from '../../src/objects/workflow-run.ts'
import type { Work } from './deaths.ts'
import type { runLive } from './live.ts'
import type { ShellFact, TurnShell } from './outcome.ts'
import type { Run } from './scope.ts'
import type { RunStore } from './store.ts'

export interface RunShell {
  readonly env: Env
  readonly store: RunStore
  readonly live: ReturnType<typeof runLive>
  readonly run: Run | null
  readonly answer: HttpAnswer | null
  /** What the gate was last told that the run wants; null after a loss of memory. */
  gateKnows: GateWish | null
  readonly shell: TurnShell
  now(): number
  requireRun(): Run
  /** Takes a run into memory; nothing is written. */
  hold(spec: RunSpec): Run
  /** One turn, then what follows from it. */
  feed(facts: readonly ShellFact[], commands?: readonly Command[], about?: () => Work): { accepted: boolean }
  /** As `feed`; where something has died before, it is written down first what is tried now. */
  venture(facts: readonly ShellFact[]): Promise<void>
  /** Writes that belong together, and what memory says of them. `about` counts its deaths. */
  whole<T>(work: () => T, about: () => Work): T
  /** Whether this has taken the run down too often to be taken again. */
  refuses(work: () => Work): boolean
  /** The turns of a start; `reportEnd` must follow. */
  startWith(work: () => void): void
  reportEnd(): Promise<void>
  /** Has the run reported to the index soon. */
  project(): void
  /** Writes down what others must hear. */
  tell(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void
  scheduleDrain(delayMs: number): void
  setTimer(key: string, at: number): void
}
