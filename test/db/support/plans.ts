// The statements that the app really sends to D1, and SQLite's query plans for them.
import { env } from 'cloudflare:workers'

type Sent = { sql: string; params: unknown[] }

/** Records every statement that is prepared while `work` runs, once each. */
export async function recordSql(work: () => Promise<void>): Promise<Sent[]> {
  const sent = new Map<string, Sent>()
  const d1 = env.DB as D1Database & { prepare: D1Database['prepare'] }
  const prepare = d1.prepare.bind(d1)
  d1.prepare = (sql) => {
    const statement = prepare(sql)
    const bind = statement.bind.bind(statement)
    const note = (params: unknown[]) => {
      if (!sent.get(sql)?.params.length) sent.set(sql, { sql, params })
    }
    note([])
    statement.bind = (...params) => {
      note(params)
      return bind(...params)
    }
    return statement
  }
  try {
    await work()
  } finally {
    d1.prepare = prepare
  }
  return [...sent.values()]
}

export async function planOf({ sql, params }: Sent): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>()
  return results.map((row) => row.detail)
}

export async function tableNames(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  return results.map((row) => row.name)
}

/** A scan of an index is fine if it stops early, or if everything must be counted. */
const STOPPED = /\bLIMIT\b|\bcount\(|\bmin\(|\bmax\(/i

/** The steps of the plan that scan a table. */
export function scansIn(sql: string, plan: string[], tables: string[]): string[] {
  const aliases = new Set(tables)
  for (const table of tables) {
    const mention = new RegExp(`["\`]?\\b${table}\\b["\`]?\\s+(?:AS\\s+)?["\`]?([a-z_]+)["\`]?`, 'gi')
    for (const match of sql.matchAll(mention)) if (match[1]) aliases.add(match[1])
  }
  return plan.filter((step) => {
    const match = /^SCAN (\S+)(.*)$/.exec(step)
    if (!match || !aliases.has(match[1] ?? '')) return false
    return !/USING (COVERING )?INDEX/.test(match[2] ?? '') || !STOPPED.test(sql)
  })
}
