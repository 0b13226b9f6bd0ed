// Single rows of the index of runs, and the search over the newest ones.
import type { RunRow } from '../read/repo.ts'

export async function isMember(d1: D1Database, teamId: string, userId: string): Promise<boolean> {
  const row = await d1
    .prepare('SELECT 1 AS one FROM team_members WHERE team_id = ? AND user_id = ?')
    .bind(teamId, userId)
    .first()
  return row !== null
}

export async function findTeamOfRun(d1: D1Database, runId: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT team_id AS teamId FROM runs WHERE id = ? AND deleted_at IS NULL')
    .bind(runId)
    .first<{ teamId: string }>()
  return row?.teamId ?? null
}

/**
 * Whether sub-workflows of this run have asked people, or those of a run that it follows: it keeps the answers given there.
 */
export async function hasSubRunApprovals(d1: D1Database, runId: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `WITH RECURSIVE chain(id) AS (
         SELECT ?1 UNION
         SELECT r.parent_run_id FROM chain JOIN runs r ON r.id = chain.id
         WHERE r.trigger_type IN ('retry', 'rerun') AND r.parent_run_id IS NOT NULL
       ), sub(id) AS (
         SELECT r.id FROM chain CROSS JOIN runs r ON r.parent_run_id = chain.id AND r.trigger_type = 'workflow' UNION
         SELECT r.id FROM sub CROSS JOIN runs r ON r.parent_run_id = sub.id
       )
       SELECT 1 AS one FROM sub CROSS JOIN approvals a ON a.run_id = sub.id LIMIT 1`,
    )
    .bind(runId)
    .first()
  return row !== null
}

export type FoundRun = Pick<RunRow, 'id' | 'title' | 'workflowName' | 'status' | 'createdAt'>

/** Searches only the newest runs, so that the cost does not grow with the team. A full id finds a run of any age. */
const SEARCHED_RUNS = 2_000

/** `text` in lower case (`sqlLower`). */
export async function searchRuns(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundRun[]> {
  const columns = 'id, title, workflow_name AS workflowName, status, created_at AS createdAt'
  const { results } = await d1
    .prepare(
      `SELECT ${columns} FROM runs WHERE id = ?2 AND team_id = ?1 AND deleted_at IS NULL
       UNION ALL
       SELECT * FROM (
         SELECT * FROM (SELECT ${columns} FROM runs WHERE team_id = ?1 AND deleted_at IS NULL
           ORDER BY created_at DESC, id DESC LIMIT ${SEARCHED_RUNS}) newest
         WHERE id <> ?2 AND (instr(lower(COALESCE(title, '') || char(10) || workflowName), ?2) > 0
           OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
         LIMIT ?3)
       LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundRun>()
  return results
}

/** What the index knows about a run that does not respond; null if it does not exist or was deleted. */
export const findUnresponsiveRun = (
  d1: D1Database,
  runId: string,
): Promise<{ teamId: string; finishedAt: number | null; stuckSince: number | null } | null> =>
  d1
    .prepare(
      'SELECT team_id AS teamId, finished_at AS finishedAt, stuck_since AS stuckSince FROM runs WHERE id = ? AND deleted_at IS NULL',
    )
    .bind(runId)
    .first()

/** For callers that wait for a run that does not respond: whether it has been deleted. */
export async function isDeleted(d1: D1Database, runId: string): Promise<boolean> {
  const row = await d1
    .prepare('SELECT 1 FROM runs WHERE id = ? AND deleted_at IS NOT NULL')
    .bind(runId)
    .first()
  return row !== null
}
