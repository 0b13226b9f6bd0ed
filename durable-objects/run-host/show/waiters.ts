// Requests that wait for the end or the answer of a run, each with its own limit.
export class Waiters {
  readonly #looks = new Set<() => void>()

  /** Resolves when `isThere` is true after a `look`, or when the time is up. */
  async until(isThere: () => boolean, waitMs: number): Promise<void> {
    if (waitMs <= 0 || isThere()) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#looks.delete(lookOnce)
        resolve()
      }
      const lookOnce = () => isThere() && done()
      const timer = setTimeout(done, waitMs)
      this.#looks.add(lookOnce)
    })
  }

  get isEmpty(): boolean {
    return this.#looks.size === 0
  }

  /** Called when something has changed. */
  look(): void {
    for (const lookOnce of this.#looks) lookOnce()
  }
}
