// The sums of the metrics of all isolates. Invariants:
// 1. A report is added in one turn, so a scrape never sees half of one.
// 2. A slice is the growth since the previous slice. It is stored when it is first requested, so a caller that
//    crashes gets the same slice again.
// 3. A series only grows, as Prometheus counters must. There are at most `MAX_SERIES`, so a flood of labels cannot
//    fill the object.
import { DurableObject } from 'cloudflare:workers'
import type { MetricsHubRpc, SeriesGrowth } from '../../src/objects/metrics-hub.ts'

const MAX_SERIES = 20_000

export class MetricsHub extends DurableObject implements MetricsHubRpc {
  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never)
    state.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS series (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID',
    )
    state.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS slice (name TEXT PRIMARY KEY, growth REAL NOT NULL, upto REAL NOT NULL) WITHOUT ROWID',
    )
    // Deletes series from before routes had the names of the contract. Nothing is counted under them any more.
    state.storage.sql.exec(`DELETE FROM series WHERE name LIKE '%route="/%/:%'`)
  }

  async add(growth: SeriesGrowth[]): Promise<void> {
    const { sql } = this.ctx.storage
    const full = sql.exec<{ n: number }>('SELECT count(*) AS n FROM series').one().n >= MAX_SERIES
    for (const [name, value] of growth) {
      if (full) sql.exec('UPDATE series SET value = value + ?2 WHERE name = ?1', name, value)
      else
        sql.exec(
          'INSERT INTO series (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2',
          name,
          value,
        )
    }
  }

  async slice(id: string): Promise<SeriesGrowth[]> {
    const { sql, kv } = this.ctx.storage
    if (kv.get('slice') !== id) {
      sql.exec(
        `INSERT INTO slice (name, growth, upto) SELECT name, value, value FROM series WHERE true
         ON CONFLICT (name) DO UPDATE SET growth = excluded.upto - slice.upto, upto = excluded.upto`,
      )
      kv.put('slice', id)
    }
    return sql
      .exec<{ name: string; growth: number }>('SELECT name, growth FROM slice WHERE growth > 0')
      .toArray()
      .map(({ name, growth }) => [name, growth])
  }

  async read(): Promise<SeriesGrowth[]> {
    return this.ctx.storage.sql
      .exec<{ name: string; value: number }>('SELECT name, value FROM series ORDER BY name')
      .toArray()
      .map(({ name, value }) => [name, value])
  }
}
