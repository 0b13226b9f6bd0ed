// The migrations, from every possible state of an installation: each state in SQLite in this process, where hundreds
// of migrations take seconds, and one pass through all of them on a real D1 database, with rows in every table at
// each step.
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { unstable_splitSqlQuery } from 'wrangler'
import { inRoot } from '../../scripts/server/paths.ts'

const read = (folder: string) =>
  readdirSync(inRoot(folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, statements: unstable_splitSqlQuery(readFileSync(inRoot(folder, name), 'utf8')) }))

const migrations = read('migrations')
const waysBack = read('migrations/down')
const STATES = migrations.map((_, applied) => applied)

// On D1 each statement is a round trip, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

type Row = Record<string, string | number | null>
/** Applies the statements as one transaction, and returns the rows of each. */
type Database = (statements: string[]) => Promise<Row[][]>

let miniflare: Miniflare
/** A statement prepared from outside is a separate round trip, so the whole batch is prepared inside. */
const BATCH = `export default {
  async fetch(request, env) {
    const { name, statements } = await request.json()
    const answers = await env[name].batch(statements.map((sql) => env[name].prepare(sql)))
    return Response.json(answers.map(({ results }) => results))
  },
}`

beforeAll(async () => {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'database',
          modules: true,
          script: BATCH,
          compatibilityDate: '2026-08-01',
          d1Databases: { all: 'all', back: 'back' },
        },
      ],
    }),
  )
  await miniflare.ready
}, 60_000)

afterAll(() => miniflare.dispose())

const onD1 =
  (name: 'all' | 'back'): Database =>
  async (statements) => {
    const body = JSON.stringify({ name, statements })
    const answer = await miniflare.dispatchFetch('http://database', { method: 'POST', body })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as Row[][]
  }

/** Like D1: with foreign keys, and a batch as a transaction. */
function inMemory(): Database {
  const sqlite = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true })
  return async (statements) => {
    sqlite.exec('BEGIN')
    const rows = statements.map((sql) => sqlite.prepare(sql).all() as Row[])
    sqlite.exec('COMMIT')
    return rows
  }
}

const rowsOf = async (database: Database, sql: string): Promise<Row[]> => (await database([sql]))[0] ?? []

const OURS = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'"

/** All objects of the schema, normalized for order, spacing and quotes: SQLite quotes a renamed column in its own way. */
async function schemaOf(database: Database): Promise<string[]> {
  const rows = await rowsOf(
    database,
    `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OURS} ORDER BY name`,
  )
  return rows.map((row) =>
    String(row.sql)
      .replace(/\s+/g, ' ')
      .replaceAll('"', '`')
      .replace(/ ?([(),]) ?/g, '$1')
      .trim(),
  )
}

const tablesOf = async (database: Database): Promise<string[]> =>
  (await rowsOf(database, `SELECT name FROM sqlite_master WHERE type = 'table' AND ${OURS}`)).map((row) =>
    String(row.name),
  )

/** Triggers write their rows. */
const KEPT_BY_TRIGGERS = ['cost_months']

/**
 * A row in every empty table, each referring to the only row of the others: a migration must keep such rows. Tables
 * that a migration has filled already have rows.
 */
async function fill(database: Database): Promise<void> {
  const counts = await countRows(database)
  const empty = Object.keys(counts).filter((name) => counts[name] === 0 && !KEPT_BY_TRIGGERS.includes(name))
  if (empty.length === 0) return
  const columns = await database(empty.map((table) => `PRAGMA table_info("${table}")`))
  const inserts = empty.map((table, at) => {
    const values = (columns[at] ?? []).map((column) => (/int|real/i.test(String(column.type)) ? '1' : "'1'"))
    return `INSERT INTO "${table}" VALUES (${values.join(', ')})`
  })
  await database(['PRAGMA defer_foreign_keys = ON', 'PRAGMA ignore_check_constraints = ON', ...inserts])
}

/** Migrations also insert their own rows, such as later prices. */
const OURS_TO_FILL = ['price_tables']

async function countRows(database: Database): Promise<Record<string, number>> {
  const tables = await tablesOf(database)
  if (tables.length === 0) return {}
  const counts = await database(tables.map((table) => `SELECT count(*) AS n FROM "${table}"`))
  return Object.fromEntries(tables.map((table, at) => [table, Number(counts[at]?.[0]?.n)]))
}

const RUN_TABLES = ['runs', 'run_labels', 'run_followers', 'approvals', 'approval_links', 'event_waits']
const without = (counts: Record<string, number>, tables: string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([table]) => !tables.includes(table)))

const applyFrom = async (database: Database, from: number, to = migrations.length): Promise<void> => {
  for (const { statements } of migrations.slice(from, to)) await database(statements)
}

/** Fills the database, applies the migrations from one state to another, and expects that they keep the rows. */
async function keepsRows(database: Database, from: number, to = migrations.length): Promise<void> {
  await fill(database)
  const before = await countRows(database)
  expect(Object.values(before).every((count) => count >= 1)).toBe(true)
  await applyFrom(database, from, to)
  // Runs from before hosts are objects that are deleted, so their rows in the index are deleted too.
  const losesRuns = migrations.slice(from, to).some(({ name }) => name.endsWith('_run_hosts.sql'))
  const after = await countRows(database)
  for (const table of OURS_TO_FILL) expect(after[table] ?? 0).toBeGreaterThanOrEqual(before[table] ?? 0)
  expect(after).toMatchObject(without(before, losesRuns ? [...RUN_TABLES, ...OURS_TO_FILL] : OURS_TO_FILL))
}

let finished: string[]

beforeAll(async () => {
  const database = inMemory()
  await applyFrom(database, 0)
  finished = await schemaOf(database)
  expect(finished.length).toBeGreaterThan(20)
})

test.each(STATES.slice(1))(
  'they apply to a database with the first %i and rows in it, and keep the rows',
  async (applied) => {
    const database = inMemory()
    await applyFrom(database, 0, applied)
    await keepsRows(database, applied)
    expect(await schemaOf(database)).toEqual(finished)
  },
)

test('on D1 they apply from empty, one after another, and each keeps existing rows', async () => {
  const database = onD1('all')
  await applyFrom(database, 0, 1)
  for (const applied of STATES.slice(1)) await keepsRows(database, applied, applied + 1)
  expect(await schemaOf(database)).toEqual(finished)
})

test('on D1 the last one can be reverted and applied again, and other rows stay', async () => {
  const last = migrations.at(-1)
  const back = waysBack.find((one) => one.name === last?.name)
  expect(back, `migrations/down/${last?.name} is missing`).toBeDefined()
  const database = onD1('back')
  await applyFrom(database, 0, -1)
  const before = { schema: await schemaOf(database), tables: await tablesOf(database) }
  await applyFrom(database, migrations.length - 1)
  await fill(database)
  const filled = await countRows(database)
  await database(back?.statements ?? [])
  expect(await schemaOf(database)).toEqual(before.schema)
  expect(without(await countRows(database), OURS_TO_FILL)).toEqual(
    without(Object.fromEntries(before.tables.map((table) => [table, filled[table] ?? 0])), OURS_TO_FILL),
  )
  await database(last?.statements ?? [])
  expect(await schemaOf(database)).toEqual(finished)
})

test('every reversal belongs to a migration', () => {
  const names = migrations.map((migration) => migration.name)
  expect(waysBack.filter((back) => !names.includes(back.name))).toEqual([])
})
