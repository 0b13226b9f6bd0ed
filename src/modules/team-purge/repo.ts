// Deletes what a deleted team leaves behind. ON DELETE CASCADE removes rows that refer to the team. Rows that only contain its id
// (because they are many, or outlive their source) are deleted here in batches. The job can stop and restart at any point.
import { getTableName, is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from '../../db/schema/index.ts'

const BATCH_ROWS = 1000

/** The audit log outlives the team, runs leave a tombstone, and records of finished operations expire. */
const KEPT = new Set(['audit_log', 'audit_seals', 'audit_archives', 'runs', 'store_operations'])

const TABLES = (Object.values(schema) as unknown[])
  .filter((one): one is SQLiteTable => is(one, SQLiteTable))
  .map((table) => getTableConfig(table))

/** Rows of these go with the team's row, or with a row that goes with it. */
function isDeletedByCascade(name: string): boolean {
  if (name === 'teams') return true
  const keys = TABLES.find((table) => table.name === name)?.foreignKeys ?? []
  return keys.some(
    (key) => key.onDelete === 'cascade' && isDeletedByCascade(getTableName(key.reference().foreignTable)),
  )
}

/** Derived from the schema, so new tables are included. */
export const LEFTOVER_TABLES: string[] = TABLES.filter(
  ({ name, columns }) =>
    columns.some((column) => column.name === 'team_id') && !isDeletedByCascade(name) && !KEPT.has(name),
).map(({ name }) => name)

export async function hasTeam(d1: D1Database, teamId: string): Promise<boolean> {
  return (await d1.prepare('SELECT 1 AS one FROM teams WHERE id = ?').bind(teamId).first()) !== null
}

export async function deleteLeftovers(d1: D1Database, teamId: string): Promise<void> {
  for (const table of LEFTOVER_TABLES) {
    const batch = d1
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE team_id = ? LIMIT ${BATCH_ROWS})`,
      )
      .bind(teamId)
    while ((await batch.run()).meta.changes > 0);
  }
}
