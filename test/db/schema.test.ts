// The schema in drizzle equals the result of the migrations.
import { env } from 'cloudflare:workers'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import * as schema from '../../src/db/schema/index.ts'

const tables = Object.values(schema)
  .filter((one) => one instanceof SQLiteTable)
  .map((table) => getTableConfig(table))

const pragma = async <Row>(sql: string): Promise<Row[]> => (await env.DB.prepare(sql).all<Row>()).results

type ColumnInfo = { name: string; type: string; notnull: number; pk: number; dflt_value: string | null }

test.each(tables.map((table) => [table.name, table] as const))('the columns of %s', async (name, table) => {
  const found = await pragma<ColumnInfo>(`PRAGMA table_info("${name}")`)
  const inKey = (column: string): number => {
    const composite = table.primaryKeys[0]?.columns.findIndex((one) => one.name === column) ?? -1
    if (composite >= 0) return composite + 1
    return table.columns.find((one) => one.name === column)?.primary ? 1 : 0
  }
  const byName = <Row extends { column: string }>(rows: Row[]): Record<string, Row> =>
    Object.fromEntries(rows.map((row) => [row.column, row]))
  expect(
    byName(
      found.map(({ name: column, type, notnull, pk, dflt_value }) => ({
        column,
        type: type.toLowerCase(),
        required: notnull === 1,
        key: pk,
        hasDefault: dflt_value !== null,
      })),
    ),
  ).toEqual(
    byName(
      table.columns.map((column) => ({
        column: column.name,
        type: column.getSQLType(),
        required: column.notNull,
        key: inKey(column.name),
        hasDefault: column.default !== undefined,
      })),
    ),
  )
})

test.each(tables.map((table) => [table.name, table] as const))('the indexes of %s', async (name, table) => {
  const found = await pragma<{ name: string; unique: number; partial: number }>(
    `PRAGMA index_list("${name}")`,
  )
  const made = found.filter((index) => !index.name.startsWith('sqlite_autoindex_'))
  expect(made.map((index) => [index.name, index.unique === 1, index.partial === 1]).sort()).toEqual(
    table.indexes
      .map(({ config }) => [config.name, config.unique === true, config.where !== undefined])
      .sort(),
  )
  for (const { config } of table.indexes) {
    const columns = await pragma<{ name: string | null }>(`PRAGMA index_info("${config.name}")`)
    // An expression has no name in either.
    expect(columns.map((column) => column.name)).toEqual(
      config.columns.map((column) => ('name' in column ? column.name : null)),
    )
  }
})

test.each(tables.map((table) => [table.name, table] as const))(
  'the references of %s',
  async (name, table) => {
    const found = await pragma<{ table: string; from: string; on_delete: string }>(
      `PRAGMA foreign_key_list("${name}")`,
    )
    expect(found.map((key) => [key.from, key.table, key.on_delete.toLowerCase()]).sort()).toEqual(
      table.foreignKeys
        .map((key) => {
          const { columns, foreignTable } = key.reference()
          return [columns[0]?.name, getTableConfig(foreignTable).name, key.onDelete ?? 'no action']
        })
        .sort(),
    )
  },
)

test('there is no table that drizzle does not know', async () => {
  const found = await pragma<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name <> 'd1_migrations'",
  )
  expect(found.map((table) => table.name).sort()).toEqual(tables.map((table) => table.name).sort())
})

test('rows of a team or a user can be found by it', () => {
  const without = tables
    .flatMap((table) =>
      table.foreignKeys.map((key) => ({ table, column: key.reference().columns[0]?.name ?? '' })),
    )
    .filter(({ table, column }) => {
      const first = [
        ...table.indexes.map(({ config }) => (config.columns[0] as { name?: string }).name),
        table.primaryKeys[0]?.columns[0]?.name,
        table.columns.find((one) => one.primary)?.name,
      ]
      return !first.includes(column)
    })
  expect(without.map(({ table, column }) => `${table.name}.${column}`)).toEqual([])
})
