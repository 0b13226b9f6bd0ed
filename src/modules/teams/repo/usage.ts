// Usage of teams. Flows (runs, tokens, cost) are counted per calendar month. Levels (current amounts) use the period `now` and go
// up and down. Add `addUsage` to the commit that causes the change.
import { MOST_CONCURRENT_RUNS, PLAN_LIMITS, PLANS } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'

export const FLOWS = ['runs', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const
export const LEVELS = ['workflows', 'storageBytes'] as const

export type UsageFlow = (typeof FLOWS)[number]
export type UsageLevel = (typeof LEVELS)[number]

/** The period that levels are stored under. */
export const LEVEL_PERIOD = 'now'

/**
 * The team's used slots, as far as the index knows. A run uses a slot while it is working, not while it is queued, waiting or
 * paused. A sub-workflow uses the slot of the run that waits for it. Counting stops above the highest limit of any plan.
 */
export const countSlots = (teamId: string): string =>
  `(SELECT count(*) FROM (SELECT DISTINCT r.slot FROM runs r WHERE r.team_id = ${teamId} AND r.slot IS NOT NULL
    LIMIT ${MOST_CONCURRENT_RUNS + 1}))`

const SLOTS_BY_PLAN = PLANS.map((plan) => `WHEN '${plan}' THEN ${PLAN_LIMITS[plan].concurrentRuns}`).join(' ')

/** The team's free slots. Negative after a change to a smaller plan. */
export const freeSlots = (teamId: string): string =>
  `(SELECT CASE tm.plan ${SLOTS_BY_PLAN} END FROM teams tm WHERE tm.id = ${teamId}) - ${countSlots(teamId)}`

export const addUsage = (teamId: string, period: string, metric: string, amount: number): Statement =>
  statement(
    `INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + excluded.value`,
    teamId,
    period,
    metric,
    amount,
  )

export type UsageRow = {
  flows: Map<string, number>
  levels: Map<string, number>
  members: number
  pendingInvitations: number
  apiKeys: number
  maxKeysPerMember: number
  concurrentRuns: number
}

/** Counts keys through members, because of the index. Keys of former members do not count. */
const OF_MEMBERS = `FROM team_members m CROSS JOIN api_keys k ON k.user_id = m.user_id AND k.team_id = m.team_id
  WHERE m.team_id = ?1 AND k.revoked_at IS NULL`
const LIVE_KEYS = `(SELECT count(*) ${OF_MEMBERS} AND (k.expires_at IS NULL OR k.expires_at > ?2))`
/** The plan's limit is per member. Expired keys count until they are deleted, as when a key is created. */
export const MAX_KEYS_PER_MEMBER = `COALESCE((SELECT max(n) FROM (SELECT count(*) AS n ${OF_MEMBERS} GROUP BY m.user_id)), 0)`
const LIVE_MEMBERS = '(SELECT count(*) FROM team_members m WHERE m.team_id = ?1)'
const LIVE_INVITATIONS = `(SELECT count(*) FROM team_invitations i WHERE i.team_id = ?1 AND i.accepted_at IS NULL
  AND i.revoked_at IS NULL AND i.expires_at > ?2)`

export async function findUsage(
  d1: D1Database,
  teamId: string,
  period: string,
  now: number,
): Promise<UsageRow> {
  const [counters, live] = await d1.batch<Record<string, string | number>>([
    d1
      .prepare('SELECT period, metric, value FROM usage_counters WHERE team_id = ? AND period IN (?, ?)')
      .bind(teamId, period, LEVEL_PERIOD),
    d1
      .prepare(
        `SELECT ${LIVE_MEMBERS} AS members, ${LIVE_INVITATIONS} AS pendingInvitations, ${LIVE_KEYS} AS apiKeys,
           ${MAX_KEYS_PER_MEMBER} AS maxKeysPerMember, ${countSlots('?1')} AS concurrentRuns`,
      )
      .bind(teamId, now),
  ])
  const flows = new Map<string, number>()
  const levels = new Map<string, number>()
  for (const row of counters?.results ?? [])
    (row.period === LEVEL_PERIOD ? levels : flows).set(String(row.metric), Number(row.value))
  const counts = live?.results[0]
  return {
    flows,
    levels,
    members: Number(counts?.members ?? 0),
    pendingInvitations: Number(counts?.pendingInvitations ?? 0),
    apiKeys: Number(counts?.apiKeys ?? 0),
    maxKeysPerMember: Number(counts?.maxKeysPerMember ?? 0),
    concurrentRuns: Number(counts?.concurrentRuns ?? 0),
  }
}
