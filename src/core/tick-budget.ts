/** Cloudflare limits the calls of a tick. */
const MAX_CALLS = 500
const MAX_MS = 20_000

/** The time and the calls that retention may use in one tick. All its parts share one budget, and the next tick continues. */
export class TickBudget {
  readonly #now: () => number
  readonly #endAt: number
  #calls = 0

  constructor(now: () => number) {
    this.#now = now
    this.#endAt = now() + MAX_MS
  }

  /** Counts calls to D1, R2, queues and objects. */
  spend(calls: number): void {
    this.#calls += calls
  }

  get isSpent(): boolean {
    return this.#calls >= MAX_CALLS || this.#now() >= this.#endAt
  }
}
