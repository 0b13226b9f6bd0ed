import { type Statement, statement } from '../../../db/statement.ts'

export type LimitRow = { kind: 'assignee' | 'agent' | 'status'; subject: string; most: number }

export async function findLimits(d1: D1Database, teamId: string): Promise<LimitRow[]> {
  const { results } = await d1
    .prepare('SELECT kind, subject, most FROM task_limits WHERE team_id = ? ORDER BY kind, subject')
    .bind(teamId)
    .all<LimitRow>()
  return results
}

/** Replaces all limits. Tasks that wait for a limit get a new reason for waiting. */
export const replaceLimits = (teamId: string, limits: readonly LimitRow[]): Statement[] => [
  statement('DELETE FROM task_limits WHERE team_id = ?', teamId),
  statement(
    `INSERT INTO task_limits (team_id, kind, subject, most)
     SELECT ?1, j.value ->> 'kind', j.value ->> 'subject', j.value ->> 'most' FROM json_each(?2) j WHERE true
     ON CONFLICT (team_id, kind, subject) DO UPDATE SET most = excluded.most`,
    teamId,
    JSON.stringify(limits),
  ),
  statement("UPDATE tasks SET reason = NULL WHERE team_id = ? AND status = 'queued'", teamId),
]
