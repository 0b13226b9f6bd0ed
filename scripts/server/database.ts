// D1 without the Worker: a runtime with only the database, for work while nothing is served.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { Bundle } from './bundle.ts'
import { sharedOptions, withLocalDatabases } from './runtime.ts'
import { withoutItsSignalHandlers } from './signals.ts'
import type { State } from './state.ts'

export type Sql = { sql: string; params?: (string | number | null)[] }
export type Row = Record<string, unknown>
/** Executes all statements or none. Returns the rows of each. */
export type Batch = (statements: Sql[]) => Promise<Row[][]>
export type Database = { batch: Batch; close: () => Promise<void> }

const NAME = 'database'

const SCRIPT = `export default {
  async fetch(request, env) {
    const statements = await request.json()
    try {
      const results = await env.DB.batch(statements.map(({ sql, params = [] }) => env.DB.prepare(sql).bind(...params)))
      return Response.json(results.map((result) => result.results))
    } catch (error) {
      return new Response(String(error?.message ?? error), { status: 500 })
    }
  },
}`

/** A separate Worker that only this process can reach. */
export const databaseWorker = (state: State, { worker }: Pick<Bundle, 'worker'>) => {
  const { compatibilityDate, d1Databases } = worker
  return {
    ...withLocalDatabases(state, { d1Databases }),
    name: NAME,
    modules: true,
    script: SCRIPT,
    compatibilityDate,
  }
}

export function batchThrough(miniflare: Miniflare): Batch {
  return async (statements) => {
    const worker = await miniflare.getWorker(NAME)
    const response = await worker.fetch('http://database/', {
      method: 'POST',
      body: JSON.stringify(statements),
    })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as Row[][]
  }
}

export async function openDatabase(state: State, described: Pick<Bundle, 'worker'>): Promise<Database> {
  const options = convertV4MiniflareOptions({
    ...sharedOptions(state),
    workers: [databaseWorker(state, described)],
  })
  const miniflare = withoutItsSignalHandlers(() => new Miniflare(options))
  await miniflare.ready
  return { batch: batchThrough(miniflare), close: () => miniflare.dispose() }
}
