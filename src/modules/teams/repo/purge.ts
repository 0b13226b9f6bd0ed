// Deletes what a deleted team leaves behind. ON DELETE CASCADE removes rows that refer to the team. Rows that only contain its id
// (because they are many, or outlive their source) are deleted here in batches. The job can stop and restart at any point.
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from '../../../db/schema/index.ts'

const BATCH_ROWS = 1000

/** The audit log outlives the team, runs leave a tombstone, and records of finished operations expire. */
const KEPT = new Set(['audit_log', 'audit_seals', 'runs', 'store_operations'])

/** Derived from the schema, so new tables are included. */
export const LEFTOVER_TABLES: string[] = (Object.values(schema) as unknown[])
  .filter((one) => is(one, SQLiteTable))
  .map((table) => getTableConfig(table))
  .filter(({ name, columns, foreignKeys }) => {
    const byCascade = foreignKeys.some(
      (key) => key.onDelete === 'cascade' && key.reference().columns.some((one) => one.name === 'team_id'),
    )
    return columns.some((column) => column.name === 'team_id') && !byCascade && !KEPT.has(name)
  })
  .map(({ name }) => name)

export async function teamExists(d1: D1Database, teamId: string): Promise<boolean> {
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

/** Turns a page of the team's runs into tombstones and returns their ids, so their objects can be deleted. */
export async function markRunsDeleted(
  d1: D1Database,
  teamId: string,
  afterId: string,
  limit: number,
  now: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `UPDATE runs SET deleted_at = COALESCE(deleted_at, ?4), wake_by = NULL, slot = NULL, line_since = NULL, workflow_name = '', title = NULL, tags = NULL, metadata = NULL, waiting_for = NULL, error = NULL
       WHERE id IN (SELECT id FROM runs WHERE team_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3) RETURNING id`,
    )
    .bind(teamId, afterId, limit, now)
    .all<{ id: string }>()
  return results.map(({ id }) => id).sort()
}
