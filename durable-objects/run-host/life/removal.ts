// Removes a run from its host. The run is marked first; then its rows are deleted page by page, and the host serves
// its other runs in between. A removal that a crash interrupted is completed when the host is loaded.
import { setTimeout as pause } from 'node:timers/promises'
import type { Due } from '../rows/due.ts'
import type { HostTables } from '../rows/tables.ts'

export class Removal {
  readonly #tables: HostTables
  readonly #due: Due

  constructor(tables: HostTables, due: Due) {
    this.#tables = tables
    this.#due = due
  }

  /** `n` is the number of the run if it is in memory, else null. */
  async remove(runId: string, n: number | null, forGood: boolean): Promise<void> {
    const entry = this.#tables.findRun(runId)
    if (entry === null) {
      if (forGood && n !== null) this.#tables.insertRemoved(n, runId)
      return
    }
    if (entry.state === 'removed') return
    this.#tables.markRemoved(entry.n, forGood || entry.state === 'erasing')
    await this.#deletePages(entry.n)
  }

  async finish(): Promise<void> {
    for (let left = this.#tables.findRemoved(); left.length > 0; left = this.#tables.findRemoved())
      for (const n of left) await this.#deletePages(n)
  }

  async #deletePages(n: number): Promise<void> {
    while (this.#tables.deletePage(n)) await pause(0)
    this.#due.disarmIfEmpty()
  }
}
