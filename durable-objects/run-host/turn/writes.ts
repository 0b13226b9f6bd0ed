// What a run writes together. Invariants:
// 1. What throws on the way to the last write takes back its writes, and the run out of memory: it is loaded as it was last
//    stored. Other runs of the host never notice.
// 2. What follows from the writes is done after the last of them; not at all when they are taken back.
// 3. Only a full disk ends the object, or a run that cannot be taken out of memory.
import { createLog } from '../../../src/core/log.ts'
import { isStorageFailure } from '../../../src/core/storage-failure.ts'
import type { Crashes } from '../life/crashes.ts'
import type { RunPlace } from '../place.ts'

export class Writes {
  readonly #place: RunPlace
  readonly #crashes: Crashes
  /** What is left to do once the writes are made; null between turns. */
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
      createLog('error').error('a turn failed', { runId: this.#place.runId, error })
      if (isStorageFailure(error)) {
        this.#crashes.disregard()
        this.#place.abort(String(error))
      }
      this.#drop()
      throw error
    }
  }

  /** A run that cannot be let go would go on with what is not stored. */
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
