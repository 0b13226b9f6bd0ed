export type Use = {
  integrationId: string
  teamId: string
  day: string
  runId: string
  workflowId: string | null
  calls: number
  at: number
}

/**
 * Nothing depends on the counts, so this is not a commit. An integration that was deleted in the meantime is not
 * counted.
 */
export async function addUse(d1: D1Database, use: Use): Promise<void> {
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO integration_uses (integration_id, team_id, day, run_id, workflow_id, calls, last_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM integrations WHERE id = ?1 AND team_id = ?2)
         ON CONFLICT (integration_id, day, run_id) DO UPDATE SET calls = calls + excluded.calls, last_at = max(last_at, excluded.last_at)`,
      )
      .bind(use.integrationId, use.teamId, use.day, use.runId, use.workflowId, use.calls, use.at),
    d1
      .prepare(
        'UPDATE integrations SET last_used_at = max(coalesce(last_used_at, 0), ?3) WHERE id = ?1 AND team_id = ?2',
      )
      .bind(use.integrationId, use.teamId, use.at),
  ])
}

export type DayUse = { day: string; runs: number; calls: number }
export type WorkflowUse = {
  workflowId: string | null
  workflowName: string | null
  runs: number
  calls: number
  lastAt: number
}
export type RunUse = { runId: string; workflowId: string | null; calls: number; lastAt: number }

const OF = 'u.integration_id = ?1 AND u.team_id = ?2 AND u.day >= ?3'

export async function findUses(
  d1: D1Database,
  teamId: string,
  integrationId: string,
  since: string,
  maxRuns: number,
): Promise<{ days: DayUse[]; workflows: WorkflowUse[]; runs: RunUse[] }> {
  const [days, workflows, runs] = await d1.batch([
    d1
      .prepare(
        `SELECT u.day, count(*) AS runs, sum(u.calls) AS calls FROM integration_uses u WHERE ${OF} GROUP BY u.day ORDER BY u.day DESC`,
      )
      .bind(integrationId, teamId, since),
    d1
      .prepare(
        `SELECT u.workflow_id AS workflowId, w.name AS workflowName, count(DISTINCT u.run_id) AS runs, sum(u.calls) AS calls, max(u.last_at) AS lastAt
         FROM integration_uses u LEFT JOIN workflows w ON w.id = u.workflow_id AND w.team_id = u.team_id
         WHERE ${OF} GROUP BY u.workflow_id ORDER BY lastAt DESC LIMIT 200`,
      )
      .bind(integrationId, teamId, since),
    d1
      .prepare(
        `SELECT u.run_id AS runId, u.workflow_id AS workflowId, sum(u.calls) AS calls, max(u.last_at) AS lastAt
         FROM integration_uses u WHERE ${OF} GROUP BY u.run_id ORDER BY lastAt DESC LIMIT ?4`,
      )
      .bind(integrationId, teamId, since, maxRuns),
  ])
  return {
    days: (days?.results ?? []) as DayUse[],
    workflows: (workflows?.results ?? []) as WorkflowUse[],
    runs: (runs?.results ?? []) as RunUse[],
  }
}
