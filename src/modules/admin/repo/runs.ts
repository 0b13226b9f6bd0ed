export type OverdueRun = { id: string; teamId: string; status: string; wakeBy: number }

export async function findOverdueRuns(d1: D1Database, before: number, limit: number): Promise<OverdueRun[]> {
  const { results } = await d1
    .prepare(
      'SELECT id, team_id AS teamId, status, wake_by AS wakeBy FROM runs WHERE wake_by < ? ORDER BY wake_by LIMIT ?',
    )
    .bind(before, limit)
    .all<OverdueRun>()
  return results
}
