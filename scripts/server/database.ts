// D1 without the Worker: a runtime that holds nothing but the database, for what must happen while nothing is served.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { Bundle } from './bundle.ts'
import { sharedOptions } from './runtime.ts'
import { withoutItsSignalHandlers } from './signals.ts'
import type { State } from './state.ts'

export type Sql = { sql: string; params?: (string | number | null)[] }
export type Row = Record<string, unknown>
export type Database = {
  /** All statements or none; the rows of each. */
  batch: (statements: Sql[]) => Promise<Row[][]>
  close: () => Promise<void>
}

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

export async function openDatabase(state: State, { worker }: Pick<Bundle, 'worker'>): Promise<Database> {
  const { compatibilityDate, d1Databases } = worker
  const options = convertV4MiniflareOptions({
    ...sharedOptions(state),
    workers: [{ name: 'database', modules: true, script: SCRIPT, compatibilityDate, d1Databases }],
  })
  const miniflare = withoutItsSignalHandlers(() => new Miniflare(options))
  await miniflare.ready
  return {
    batch: async (statements) => {
      const body = JSON.stringify(statements)
      const response = await miniflare.dispatchFetch('http://database/', { method: 'POST', body })
      if (!response.ok) throw new Error(await response.text())
      return (await response.json()) as Row[][]
    },
    close: () => miniflare.dispose(),
  }
}
