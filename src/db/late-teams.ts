// Teams whose rows of work have waited too long. Triggers write such rows with each change, and who wakes the worker may be lost.
const SOURCES = {
  task_changes: 'at',
  webhook_run_changes: 'created_at',
} as const

/** Teams with a row of the table that was made before `madeBefore`. */
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
