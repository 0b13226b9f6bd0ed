// Turns that continue earlier turns, and how much each one does. Invariants:
// 1. Work that a turn leaves is done in another turn, after other requests that wait for this object.
// 2. It also waits until the large values of earlier turns are written, so that memory has few of them at a time.
// 3. After a possible crash, each turn does one piece of work, which is written to disk before it is tried.
import type { Command } from '../../../src/engine/model/command.ts'
import { MAX_PURE } from '../turn/open-turn.ts'
import type { ShellFact } from '../turn/outcome.ts'
import { type Crashes, keyOf } from './crashes.ts'
import type { Detached } from './detached.ts'

/** How many turns after a crash do one piece of work each: as many as one turn may do. */
const ISOLATED_TURNS = MAX_PURE * 2

export type Stepper = {
  readonly crashes: Crashes
  readonly detached: Detached
  /** Whether the run is in memory. */
  isThere(): boolean
  atomically<T>(work: () => T): T
  feed(facts: readonly ShellFact[], commands?: readonly Command[]): unknown
  largeValuesWritten(): Promise<void>
  /** Waits until all writes are on disk. */
  sync(): Promise<void>
}

export class Steps {
  readonly #run: Stepper
  #isolated = 0

  constructor(run: Stepper) {
    this.#run = run
  }

  get areIsolated(): boolean {
    return this.#isolated > 0
  }

  isolateTurns(): void {
    this.#isolated ||= ISOLATED_TURNS
  }

  /** Counts a turn. */
  count(): void {
    if (this.#isolated > 0) this.#isolated--
  }

  /** A lost process leaves no trace, so the work is written to disk before it is tried. `record` ends it. */
  async begin(at: string): Promise<void> {
    this.#run.atomically(() => this.#run.crashes.begin(at))
    await this.#run.sync()
  }

  async record(at: string, work: () => void): Promise<void> {
    const { crashes } = this.#run
    await this.begin(at)
    if (!this.#run.isThere()) return
    work()
    this.#run.atomically(() => crashes.done(at))
  }

  /** `restMs` is how long the run waits before it continues. */
  later(commands: readonly Command[], restMs: number): void {
    if (commands.length === 0) return
    void this.#run.detached.do(async () => {
      try {
        if (this.areIsolated) await this.#oneByOne(commands)
        else {
          await this.#run.largeValuesWritten()
          await this.#after(restMs, () => this.#run.feed([], commands))
        }
      } catch {
        // The turn has logged the error, and the run is loaded again.
      }
    })
  }

  async #oneByOne(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      await this.#run.largeValuesWritten()
      if (!this.#run.isThere()) return
      await this.record(keyOf(command), () => this.#run.feed([], [command]))
    }
  }

  #after(ms: number, work: () => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          if (this.#run.isThere()) work()
          resolve()
        } catch (error) {
          reject(error as Error)
        }
      }, ms)
    })
  }
}
