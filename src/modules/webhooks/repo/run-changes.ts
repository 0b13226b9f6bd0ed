// Changes of runs. A database trigger on the table `runs` writes them in the batch of the report.
import { type Statement, statement } from '../../../db/statement.ts'

export type RunChangeRow = {
  id: number
  teamId: string
  runId: string
  seq: number
  oldStatus: string | null
  run: string
  createdAt: number
}

/** The oldest changes of a team. */
export async function findRunChanges(d1: D1Database, teamId: string, limit: number): Promise<RunChangeRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, team_id AS teamId, run_id AS runId, seq, old_status AS oldStatus, run, created_at AS createdAt FROM webhook_run_changes
       WHERE team_id = ? ORDER BY id LIMIT ?`,
    )
    .bind(teamId, limit)
    .all<RunChangeRow>()
  return results
}

export const deleteRunChange = (id: number): Statement =>
  statement('DELETE FROM webhook_run_changes WHERE id = ?', id)
