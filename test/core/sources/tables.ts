// How a source uses the tables of D1: in SQL texts, and through drizzle's builders.
import { readdirSync, readFileSync } from 'node:fs'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { inRoot } from '../../../scripts/server/paths.ts'
import * as schema from '../../../src/db/schema/index.ts'

/** SQL name by the name that drizzle's builders use. */
const TABLES = new Map(
  Object.entries(schema as Record<string, unknown>)
    .filter((entry): entry is [string, SQLiteTable] => is(entry[1], SQLiteTable))
    .map(([name, table]) => [name, getTableConfig(table).name]),
)

export const TABLE_NAMES: readonly string[] = [...TABLES.values()]

/** The name of the schema file of each table. */
export const tablesBySchemaFile = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(inRoot('src/db/schema')).flatMap((file) =>
      [...readFileSync(inRoot('src/db/schema', file), 'utf8').matchAll(/sqliteTable\(\s*'([a-z_]+)'/g)].map(
        ([, table]) => [table ?? '', file.replace(/\.ts$/, '')],
      ),
    ),
  )

const known = new Set(TABLE_NAMES)

const WRITES = /\b(?:INSERT(?: OR [A-Z]+)? INTO|UPDATE(?: OR [A-Z]+)?|DELETE FROM|REPLACE INTO)\s+([a-z_]+)/g
const READS = /\b(?:FROM|JOIN|UPDATE)\s+([a-z_]+)/g
const BUILT_WRITES = /\.(?:insert|update|delete)\(\s*(\w+)/g
const BUILT_READS = /\.(?:from|(?:inner|left|right|full|cross)Join)\(\s*(\w+)/g

/** `import { teamInvitations as inv }`: the local name of the table. */
const aliasesOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/\b(\w+) as (\w+)\b/g)].map(([, name = '', alias = '']) => [alias, name]))

/** A guard that only checks: the statement must change a row, so it sets a row to its current value. */
const CHANGES_NOTHING = /\bUPDATE ([a-z_]+) SET version = version WHERE/g

export const withoutComments = (text: string): string =>
  text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '').replace(/\/\*\*[^\n]*\*\//g, '')

export function tablesIn(text: string): { writes: string[]; reads: string[] } {
  const aliases = aliasesOf(text)
  const builtName = (name: string) => TABLES.get(name) ?? TABLES.get(aliases.get(name) ?? '') ?? ''
  const find = (where: string, sql: RegExp, built: RegExp): string[] => {
    const named = [...where.matchAll(sql)].map(([, name = '']) => name)
    const fromBuilders = [...where.matchAll(built)].map(([, name = '']) => builtName(name))
    return [...new Set([...named, ...fromBuilders].filter((name) => known.has(name)))].sort()
  }
  const writing = text.replace(CHANGES_NOTHING, '')
  const writes = find(writing, WRITES, BUILT_WRITES)
  return { writes, reads: find(text, READS, BUILT_READS).filter((name) => !writes.includes(name)) }
}

/** Any sign of SQL: a statement in a text, a prepared statement, or drizzle. */
export const SQL_SIGNS =
  /\b(?:SELECT\s[^'"`]*?\sFROM\s|INSERT INTO|DELETE FROM)|UPDATE [a-z_]+ SET|\.prepare\(|\bstatement\(|from 'drizzle-orm/
