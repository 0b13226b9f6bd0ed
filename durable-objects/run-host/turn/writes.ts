// The writes of a run that belong together. Invariants:
// 1. An error before the last write rolls back the writes and unloads the run, which is loaded as it was last stored.
//    Other runs of the host are not affected.
// 2. Consequences of the writes happen after the last of them, and not at all if they are rolled back.
// 3. Only a full disk, or a run that cannot be unloaded, ends the object.
import { objectLog } from '../../../src/context.ts'
import { isStorageFailure } from '../../../src/core/storage-failure.ts'
import type { Crashes } from '../life/crashes.ts'
import type { RunPlace } from '../place.ts'

export class Writes {
  readonly #place: RunPlace
  readonly #crashes: Crashes
  /** What to do after the writes. Null between turns. */
  #after: (() => void)[] | null = null

  constructor(place: RunPlace, crashes: Crashes) {
    this.#place = place
    this.#crashes = crashes
  }

  together<T>(work: () => T): T {
    if (this.#after !== null) return work()
    const after: (() => void)[] = []
    this.#after = after
    try {
      return this.#crashes.during(() => {
        const result = this.#place.transaction(work)
        this.#after = null
        this.#crashes.at(null)
        for (const one of after) one()
        return result
      })
    } catch (error) {
      this.#after = null
      objectLog(this.#place.env).error('a turn failed', { runId: this.#place.runId, error })
      if (isStorageFailure(error)) {
        this.#crashes.ignore()
        this.#place.abort(String(error))
      }
      this.#drop()
      throw error
    }
  }

  /** If the run cannot be unloaded, the object ends. Otherwise it would continue with data that is not stored. */
  #drop(): void {
    try {
      this.#place.drop()
    } catch (error) {
      this.#place.abort(String(error))
    }
  }

  afterwards(work: () => void): void {
    this.#after?.push(work)
  }
}
