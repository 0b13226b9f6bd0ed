export type OverdueRun = {
  id: string
  teamId: string
  status: string
  wakeBy: number
  stuckSince: number | null
}

const COLUMNS = 'id, team_id AS teamId, status, wake_by AS wakeBy, stuck_since AS stuckSince'

/** Runs that did not respond when woken, and runs that nothing has woken because the tick is not running. */
export async function findOverdueRuns(d1: D1Database, before: number, limit: number): Promise<OverdueRun[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM runs WHERE stuck_since < ?1 AND wake_by IS NOT NULL
       UNION SELECT ${COLUMNS} FROM runs WHERE wake_by < ?1 ORDER BY wakeBy LIMIT ?2`,
    )
    .bind(before, limit)
    .all<OverdueRun>()
  return results
}
