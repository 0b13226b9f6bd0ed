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
export type Database = {
  batch: Batch
  /** One batch after another, until one fails: its index and the reason. */
  batches: (list: Sql[][]) => Promise<{ at: number; message: string } | null>
  close: () => Promise<void>
}

const NAME = 'database'

const SCRIPT = `export default {
  async fetch(request, env) {
    const answers = []
    for (const statements of await request.json()) {
      try {
        const results = await env.DB.batch(statements.map(({ sql, params = [] }) => env.DB.prepare(sql).bind(...params)))
        answers.push({ rows: results.map((result) => result.results) })
      } catch (error) {
        answers.push({ error: String(error?.message ?? error) })
        break
      }
    }
    return Response.json(answers)
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

type Answer = { rows: Row[][]; error?: undefined } | { error: string }

async function ask(miniflare: Miniflare, batches: Sql[][]): Promise<Answer[]> {
  const worker = await miniflare.getWorker(NAME)
  const response = await worker.fetch('http://database/', { method: 'POST', body: JSON.stringify(batches) })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Answer[]
}

export function batchThrough(miniflare: Miniflare): Batch {
  return async (statements) => {
    const [answer] = await ask(miniflare, [statements])
    if (answer?.error !== undefined) throw new Error(answer.error)
    return answer?.rows ?? []
  }
}

export async function openDatabase(state: State, described: Pick<Bundle, 'worker'>): Promise<Database> {
  const options = convertV4MiniflareOptions({
    ...sharedOptions(state),
    workers: [databaseWorker(state, described)],
  })
  const miniflare = withoutItsSignalHandlers(() => new Miniflare(options))
  await miniflare.ready
  return {
    batch: batchThrough(miniflare),
    batches: async (list) => {
      const answers = await ask(miniflare, list)
      const at = answers.findIndex(({ error }) => error !== undefined)
      return at < 0 ? null : { at, message: answers[at]?.error ?? '' }
    },
    close: () => miniflare.dispose(),
  }
}
