// Work of a run that no caller waits for. While there is any, the run stays in memory and keeps its heartbeat.
export class Detached {
  #underWay = 0

  get isEmpty(): boolean {
    return this.#underWay === 0
  }

  async do<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
    }
  }
}
