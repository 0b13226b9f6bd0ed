// Work of a run that no caller waits for. While there is any, the run stays in memory and keeps its heartbeat.
export class Detached {
  #inProgress = 0

  get isEmpty(): boolean {
    return this.#inProgress === 0
  }

  async do<T>(work: () => Promise<T>): Promise<T> {
    this.#inProgress++
    try {
      return await work()
    } finally {
      this.#inProgress--
    }
  }
}
