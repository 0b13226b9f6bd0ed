// The search index of a team. It contains copies. If it loses data, it is rebuilt from the tables.
import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'
import type { SearchDoc, SearchHit, SearchQuery, TeamSearchRpc } from '../../src/objects/team-search.ts'
import { SearchStore } from './store.ts'

export class TeamSearch extends DurableObject<Env> implements TeamSearchRpc {
  readonly #store = new SearchStore(this.ctx.storage)

  async put(docs: SearchDoc[]): Promise<void> {
    this.#store.put(docs)
  }

  async remove(ids: string[]): Promise<void> {
    this.#store.remove(ids)
  }

  async search(query: SearchQuery): Promise<SearchHit[]> {
    return this.#store.search(query)
  }

  async isBuilt(kind: string): Promise<boolean> {
    return this.#store.isBuilt(kind)
  }

  async markBuilt(kind: string): Promise<void> {
    this.#store.markBuilt(kind)
  }

  async forget(kind: string): Promise<void> {
    this.#store.forget(kind)
  }

  async clear(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.#store.setUp()
  }
}
