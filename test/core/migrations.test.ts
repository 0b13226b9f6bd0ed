// The migrations on real D1 databases, one for every state that an installation may be in.
import { readdirSync, readFileSync } from 'node:fs'
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

// Each statement is a round trip, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

let miniflare: Miniflare
type Database = Awaited<ReturnType<Miniflare['getD1Database']>>
/** One for each number of migrations that were applied before, and one for the way back. */
const database = (name: string): Promise<Database> => miniflare.getD1Database(name)

beforeAll(async () => {
  const names = [...STATES.map((applied) => `from_${applied}`), 'back']
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'database',
          modules: true,
          script: 'export default { fetch: () => new Response() }',
          compatibilityDate: '2026-08-01',
          d1Databases: Object.fromEntries(names.map((name) => [name, name])),
        },
      ],
    }),
  )
  await miniflare.ready
}, 60_000)

afterAll(() => miniflare.dispose())

const apply = async (d1: Database, statements: string[]): Promise<void> => {
  await d1.batch(statements.map((sql) => d1.prepare(sql)))
}

type Row = Record<string, string | number | null>
const rowsOf = async (d1: Database, sql: string): Promise<Row[]> => (await d1.prepare(sql).all<Row>()).results

const OURS = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'"

/** Everything that was made, in whatever order and spacing. */
async function schemaOf(d1: Database): Promise<string[]> {
  const rows = await rowsOf(
    d1,
    `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OURS} ORDER BY name`,
  )
  return rows.map((row) =>
    String(row.sql)
      .replace(/\s+/g, ' ')
      .replace(/ ?([(),]) ?/g, '$1')
      .trim(),
  )
}

const tablesOf = async (d1: Database): Promise<string[]> =>
  (await rowsOf(d1, `SELECT name FROM sqlite_master WHERE type = 'table' AND ${OURS}`)).map((row) =>
    String(row.name),
  )

/**
 * A row in every table, each referring to the one row of the others: what a migration must be able to take along. Tables that a
 * migration has filled have their rows.
 */
async function fill(d1: Database): Promise<void> {
  const inserts: string[] = []
  const counts = await countRows(d1)
  for (const table of Object.keys(counts).filter((name) => counts[name] === 0)) {
    const columns = await rowsOf(d1, `PRAGMA table_info("${table}")`)
    const values = columns.map((column) => (/int|real/i.test(String(column.type)) ? '1' : "'1'"))
    inserts.push(`INSERT INTO "${table}" VALUES (${values.join(', ')})`)
  }
  if (inserts.length > 0)
    await apply(d1, ['PRAGMA defer_foreign_keys = ON', 'PRAGMA ignore_check_constraints = ON', ...inserts])
}

/** Migrations also bring rows of their own: prices that became known later. */
const OURS_TO_FILL = ['price_tables']

async function countRows(d1: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of await tablesOf(d1)) {
    const [row] = await rowsOf(d1, `SELECT count(*) AS n FROM "${table}"`)
    counts[table] = Number(row?.n)
  }
  return counts
}

const RUN_TABLES = ['runs', 'run_labels', 'run_followers', 'approvals', 'approval_links', 'event_waits']
const without = (counts: Record<string, number>, tables: string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([table]) => !tables.includes(table)))

const applyFrom = async (d1: Database, from: number, to = migrations.length): Promise<void> => {
  for (const { statements } of migrations.slice(from, to)) await apply(d1, statements)
}

let finished: string[]

test('they apply from empty', async () => {
  const d1 = await database('from_0')
  await applyFrom(d1, 0)
  finished = await schemaOf(d1)
  expect(finished.length).toBeGreaterThan(20)
})

test.each(STATES.slice(1))(
  'they apply to a database with the first %i and rows in it, and keep the rows',
  async (applied) => {
    const d1 = await database(`from_${applied}`)
    await applyFrom(d1, 0, applied)
    await fill(d1)
    const before = await countRows(d1)
    expect(Object.values(before).every((count) => count >= 1)).toBe(true)
    await applyFrom(d1, applied)
    expect(await schemaOf(d1)).toEqual(finished)
    // Runs of before hosts kept them were objects that are deleted: what the index says of them goes as well.
    const losesRuns = migrations.slice(applied).some(({ name }) => name.endsWith('_run_hosts.sql'))
    const after = await countRows(d1)
    for (const table of OURS_TO_FILL) expect(after[table]).toBeGreaterThanOrEqual(before[table] ?? 0)
    expect(after).toMatchObject(without(before, losesRuns ? [...RUN_TABLES, ...OURS_TO_FILL] : OURS_TO_FILL))
  },
)

test('the last one can be taken back and applied again, and the rows of the others stay', async () => {
  const last = migrations.at(-1)
  const back = waysBack.find((one) => one.name === last?.name)
  expect(back, `migrations/down/${last?.name} is missing`).toBeDefined()
  const d1 = await database('back')
  await applyFrom(d1, 0, -1)
  const before = { schema: await schemaOf(d1), tables: await tablesOf(d1) }
  await applyFrom(d1, migrations.length - 1)
  await fill(d1)
  const filled = await countRows(d1)
  await apply(d1, back?.statements ?? [])
  expect(await schemaOf(d1)).toEqual(before.schema)
  expect(without(await countRows(d1), OURS_TO_FILL)).toEqual(
    without(Object.fromEntries(before.tables.map((table) => [table, filled[table] ?? 0])), OURS_TO_FILL),
  )
  await apply(d1, last?.statements ?? [])
  expect(await schemaOf(d1)).toEqual(finished)
})

test('every way back belongs to a migration', () => {
  const names = migrations.map((migration) => migration.name)
  expect(waysBack.filter((back) => !names.includes(back.name))).toEqual([])
})
