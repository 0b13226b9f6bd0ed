// Requests that wait beside a run for its end or its answer, each with a limit of its own.
export class Waiters {
  readonly #looks = new Set<() => void>()

  /** Ends when `isThere` says so after a `look`, or when the time is up. */
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

  /** Something has changed. */
  look(): void {
    for (const lookOnce of this.#looks) lookOnce()
  }
}
