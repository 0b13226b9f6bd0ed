/** Cloudflare limits the calls of a tick. */
const MAX_CALLS = 500
const MAX_MS = 20_000

/** The time and the calls that retention may use in one tick. All its parts share one budget, and the next tick continues. */
export class TickBudget {
  readonly #now: () => number
  readonly #endAt: number
  readonly #whole: TickBudget | null
  #calls: number

  constructor(now: () => number, half: { endAt: number; calls: number; of: TickBudget } | null = null) {
    this.#now = now
    this.#endAt = half?.endAt ?? now() + MAX_MS
    this.#calls = half?.calls ?? MAX_CALLS
    this.#whole = half?.of ?? null
  }

  /** Half of what is left. What it spends is also spent here. */
  half(): TickBudget {
    const now = this.#now()
    const endAt = now + Math.max(0, this.#endAt - now) / 2
    return new TickBudget(this.#now, { endAt, calls: Math.ceil(this.#calls / 2), of: this })
  }

  /** Counts calls to D1, R2, queues and objects. */
  spend(calls: number): void {
    this.#calls -= calls
    this.#whole?.spend(calls)
  }

  get isSpent(): boolean {
    return this.#calls <= 0 || this.#now() >= this.#endAt
  }
}
