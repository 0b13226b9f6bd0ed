import { LEVEL_PERIOD } from './counters.ts'
import { countSlots } from './slots.ts'

export type UsageRow = {
  flows: Map<string, number>
  levels: Map<string, number>
  members: number
  pendingInvitations: number
  apiKeys: number
  maxKeysPerMember: number
  integrations: number
  concurrentRuns: number
  webhooks: number
  agents: number
  openTasks: number
}

/** Counts keys through members, because of the index. Keys of former members do not count. */
const OF_MEMBERS = `FROM team_members m CROSS JOIN api_keys k ON k.user_id = m.user_id AND k.team_id = m.team_id
  WHERE m.team_id = ?1 AND k.revoked_at IS NULL`
const LIVE_KEYS = `(SELECT count(*) ${OF_MEMBERS} AND (k.expires_at IS NULL OR k.expires_at > ?2))`
/** The plan's limit is per member. Expired keys count until they are deleted, as when a key is created. */
export const MAX_KEYS_PER_MEMBER = `COALESCE((SELECT max(n) FROM (SELECT count(*) AS n ${OF_MEMBERS} GROUP BY m.user_id)), 0)`
const INTEGRATIONS = '(SELECT count(*) FROM integrations i WHERE i.team_id = ?1)'
const WEBHOOKS = '(SELECT count(*) FROM webhook_endpoints w WHERE w.team_id = ?1)'
const AGENTS = '(SELECT count(*) FROM agents a WHERE a.team_id = ?1)'
const OPEN_TASKS = `(SELECT coalesce(sum(k.n), 0) FROM task_counts k
  WHERE k.team_id = ?1 AND k.status NOT IN ('succeeded', 'failed', 'cancelled', 'skipped'))`
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
           ${MAX_KEYS_PER_MEMBER} AS maxKeysPerMember, ${INTEGRATIONS} AS integrations, ${countSlots('?1')} AS concurrentRuns, ${WEBHOOKS} AS webhooks, ${AGENTS} AS agents,
           ${OPEN_TASKS} AS openTasks`,
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
    integrations: Number(counts?.integrations ?? 0),
    concurrentRuns: Number(counts?.concurrentRuns ?? 0),
    webhooks: Number(counts?.webhooks ?? 0),
    agents: Number(counts?.agents ?? 0),
    openTasks: Number(counts?.openTasks ?? 0),
  }
}
