// What teams use. Flows (runs, tokens, cost) are counted by calendar month; levels (how much there is now) stand under the
// period `now` and go up and down. Whoever causes either adds `addUsage` to the batch of its own change.
import { MOST_CONCURRENT_RUNS, PLAN_LIMITS, PLANS } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'

export const FLOWS = ['runs', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const
export const LEVELS = ['workflows', 'storageBytes'] as const

export type UsageFlow = (typeof FLOWS)[number]
export type UsageLevel = (typeof LEVELS)[number]

/** The period of levels. */
export const NOW = 'now'

/**
 * Slots of a team in use, as far as the index knows. A run uses one while it is at work, not while it is queued, waiting or
 * paused; a sub-workflow uses that of the run which waits for it. The walk ends where no plan allows more.
 */
export const countSlots = (teamId: string): string =>
  `(SELECT count(*) FROM (SELECT DISTINCT r.slot FROM runs r WHERE r.team_id = ${teamId} AND r.slot IS NOT NULL
    LIMIT ${MOST_CONCURRENT_RUNS + 1}))`

const MOST_BY_PLAN = PLANS.map((plan) => `WHEN '${plan}' THEN ${PLAN_LIMITS[plan].concurrentRuns}`).join(' ')

/** How many slots the plan leaves free now; less than 0 after a change to a smaller plan. */
export const freeSlots = (teamId: string): string =>
  `(SELECT CASE tm.plan ${MOST_BY_PLAN} END FROM teams tm WHERE tm.id = ${teamId}) - ${countSlots(teamId)}`

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
  mostKeysOfAMember: number
  concurrentRuns: number
}

/** Keys are counted through the members, whose index leads to them; a key of someone who left counts no more. */
const OF_MEMBERS = `FROM team_members m CROSS JOIN api_keys k ON k.user_id = m.user_id AND k.team_id = m.team_id
  WHERE m.team_id = ?1 AND k.revoked_at IS NULL`
const LIVE_KEYS = `(SELECT count(*) ${OF_MEMBERS} AND (k.expires_at IS NULL OR k.expires_at > ?2))`
/** The plan's limit is per member, and an expired key takes a place until it is removed: as the making of keys counts. */
export const MOST_KEYS_OF_A_MEMBER = `COALESCE((SELECT max(n) FROM (SELECT count(*) AS n ${OF_MEMBERS} GROUP BY m.user_id)), 0)`
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
      .bind(teamId, period, NOW),
    d1
      .prepare(
        `SELECT ${LIVE_MEMBERS} AS members, ${LIVE_INVITATIONS} AS pendingInvitations, ${LIVE_KEYS} AS apiKeys,
           ${MOST_KEYS_OF_A_MEMBER} AS mostKeysOfAMember, ${countSlots('?1')} AS concurrentRuns`,
      )
      .bind(teamId, now),
  ])
  const flows = new Map<string, number>()
  const levels = new Map<string, number>()
  for (const row of counters?.results ?? [])
    (row.period === NOW ? levels : flows).set(String(row.metric), Number(row.value))
  const counts = live?.results[0]
  return {
    flows,
    levels,
    members: Number(counts?.members ?? 0),
    pendingInvitations: Number(counts?.pendingInvitations ?? 0),
    apiKeys: Number(counts?.apiKeys ?? 0),
    mostKeysOfAMember: Number(counts?.mostKeysOfAMember ?? 0),
    concurrentRuns: Number(counts?.concurrentRuns ?? 0),
  }
}
