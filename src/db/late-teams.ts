// Teams with rows of work that have waited too long. Triggers write such rows with each change, and the wake-up of the worker may be lost.
const SOURCES = {
  task_changes: 'at',
  webhook_run_changes: 'created_at',
} as const

/** Teams with a row in the table that was created before `madeBefore`. */
export async function findTeamsWithLate(
  d1: D1Database,
  table: keyof typeof SOURCES,
  madeBefore: number,
  limit: number,
): Promise<string[]> {
  const made = SOURCES[table]
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT team_id AS teamId FROM (SELECT team_id FROM ${table} WHERE ${made} <= ? ORDER BY ${made} LIMIT 10000) LIMIT ?`,
    )
    .bind(madeBefore, limit)
    .all<{ teamId: string }>()
  return results.map(({ teamId }) => teamId)
}
