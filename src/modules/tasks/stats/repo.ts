// Statistics of tasks, from rows that triggers maintain.
import { OPEN_STATUSES } from '../pure/status.ts'

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ')

export type Summary = {
  counts: { status: string; type: string; n: number }[]
  overdue: number
  ended: { succeeded: number; failed: number; timed: number; durationMs: number; costMicroUsd: number }
  p95: number | null
}

export async function findSummary(d1: D1Database, teamId: string, now: number): Promise<Summary> {
  const [counts, overdue, ended, timed] = await d1.batch<Record<string, number | string>>([
    d1.prepare('SELECT status, type, n FROM task_counts WHERE team_id = ? AND n > 0').bind(teamId),
    d1
      .prepare(
        `SELECT count(*) AS n FROM tasks INDEXED BY tasks_due WHERE team_id = ?1 AND due_sort < ?2 AND status IN (${OPEN})`,
      )
      .bind(teamId, now),
    d1
      .prepare(
        `SELECT coalesce(sum(succeeded), 0) AS succeeded, coalesce(sum(failed), 0) AS failed, coalesce(sum(timed), 0) AS timed,
           coalesce(sum(duration_ms), 0) AS durationMs, coalesce(sum(cost_micro_usd), 0) AS costMicroUsd
         FROM task_days WHERE team_id = ?`,
      )
      .bind(teamId),
    d1
      .prepare(
        `SELECT count(*) AS n FROM tasks INDEXED BY tasks_duration WHERE team_id = ? AND status = 'succeeded' AND duration_ms IS NOT NULL`,
      )
      .bind(teamId),
  ])
  const n = Number(timed?.results[0]?.n ?? 0)
  const p95 =
    n === 0
      ? null
      : await d1
          .prepare(
            `SELECT duration_ms AS ms FROM tasks INDEXED BY tasks_duration
             WHERE team_id = ?1 AND status = 'succeeded' AND duration_ms IS NOT NULL ORDER BY duration_ms DESC LIMIT 1 OFFSET ?2`,
          )
          .bind(teamId, n - Math.ceil(0.95 * n))
          .first<{ ms: number }>()
  return {
    counts: (counts?.results ?? []) as Summary['counts'],
    overdue: Number(overdue?.results[0]?.n ?? 0),
    ended: ended?.results[0] as Summary['ended'],
    p95: p95?.ms ?? null,
  }
}

export type GroupRow = {
  day?: string
  type?: string
  agent?: string
  assignee?: string
  created: number
  succeeded: number
  failed: number
  cancelled: number
  skipped: number
  timed: number
  durationMs: number
  costMicroUsd: number
  retries: number
}

const COLUMN = { day: 'day', type: 'type', agent: 'agent_id', assignee: 'assignee' } as const
export type Group = keyof typeof COLUMN

export async function findGroups(
  d1: D1Database,
  teamId: string,
  { from, to }: { from: string; to: string },
  by: readonly Group[],
  limit: number,
): Promise<GroupRow[]> {
  const columns = by.map((name) => COLUMN[name])
  const { results } = await d1
    .prepare(
      `SELECT ${by.map((name) => `${COLUMN[name]} AS ${name}`).join(', ')}, sum(created) AS created, sum(succeeded) AS succeeded,
         sum(failed) AS failed, sum(cancelled) AS cancelled, sum(skipped) AS skipped, sum(timed) AS timed, sum(duration_ms) AS durationMs,
         sum(cost_micro_usd) AS costMicroUsd, sum(retries) AS retries
       FROM task_days WHERE team_id = ?1 AND day >= ?2 AND day <= ?3 GROUP BY ${columns.join(', ')}
       HAVING sum(created) <> 0 OR sum(succeeded + failed + cancelled + skipped) <> 0
       ORDER BY ${columns.join(', ')} LIMIT ?4`,
    )
    .bind(teamId, from, to, limit)
    .all<GroupRow>()
  return results
}

export type EndedRow = {
  id: string
  title: string
  type: string
  status: string
  createdAt: number
  queuedAt: number | null
  startedAt: number | null
  finishedAt: number
  durationMs: number | null
  attempt: number
  costMicroUsd: number
}

/** The newest tasks in a period that have succeeded or failed. */
export async function findEnded(
  d1: D1Database,
  teamId: string,
  from: number,
  to: number,
  limit: number,
): Promise<EndedRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, title, type, status, created_at AS createdAt, queued_at AS queuedAt, started_at AS startedAt, finished_at AS finishedAt,
         duration_ms AS durationMs, attempt, cost_micro_usd AS costMicroUsd
       FROM (SELECT * FROM tasks INDEXED BY tasks_updated WHERE team_id = ?1 AND updated_at >= ?2 ORDER BY updated_at DESC LIMIT ?4)
       WHERE status IN ('succeeded', 'failed') AND finished_at >= ?2 AND finished_at < ?3 AND children = 0`,
    )
    .bind(teamId, from, to, limit)
    .all<EndedRow>()
  return results
}
