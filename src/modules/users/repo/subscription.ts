import type { Plan, PlanLimits } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { countSlots, LEVEL_PERIOD, MAX_KEYS_PER_MEMBER } from '../../teams/index.ts'

export type LimitName = Exclude<keyof PlanLimits, 'requestsPerMinute' | 'mailsPerDay' | 'descendantRuns'>

export type SubscribedTeam = { plan: Plan; personal: number; ownedTeams: number; ofPremium: number }

/** The personal team of a user with the platform role `premium`, which gives it at least the plan of that name. */
const OF_PREMIUM =
  "(personal = 1 AND EXISTS (SELECT 1 FROM users p WHERE p.id = teams.owner_id AND p.role = 'premium'))"

const OWNED_TEAMS = '(SELECT count(*) FROM teams o WHERE o.owner_id = teams.owner_id AND o.personal = 0)'

export const findSubscribedTeam = (d1: D1Database, teamId: string): Promise<SubscribedTeam | null> =>
  d1
    .prepare(
      `SELECT plan, personal, ${OWNED_TEAMS} AS ownedTeams, ${OF_PREMIUM} AS ofPremium FROM teams WHERE id = ?`,
    )
    .bind(teamId)
    .first<SubscribedTeam>()

const counter = (period: string, metric: string) =>
  `COALESCE((SELECT c.value FROM usage_counters c WHERE c.team_id = ?1 AND c.period = ${period} AND c.metric = '${metric}'), 0)`

/** SQL for the usage of each limit, for use in the plan change. ?1 is the team, ?2 the time, ?3 the month. */
const USED: Record<LimitName, string> = {
  teams: `CASE WHEN personal = 1 THEN ${OWNED_TEAMS} ELSE 0 END`,
  membersPerTeam: '(SELECT count(*) FROM team_members m WHERE m.team_id = ?1)',
  apiKeys: MAX_KEYS_PER_MEMBER,
  workflows: counter(`'${LEVEL_PERIOD}'`, 'workflows'),
  runsPerMonth: counter('?3', 'runs'),
  concurrentRuns: countSlots('?1'),
  storageBytes: counter(`'${LEVEL_PERIOD}'`, 'storageBytes'),
}

/** The owner, or an administrator. `ownerVersion` is the version of the owner's account that the administrator has seen. */
export type PlanChanger = { ownerId: string } | { adminId: string; ownerVersion?: number }

const IS_OWNER = 'owner_id = ?4 AND ?7 IS NULL'
const IS_ADMIN = `EXISTS (SELECT 1 FROM users a WHERE a.id = ?4 AND a.role = 'admin' AND a.status = 'active')
       AND (?7 IS NULL OR EXISTS (SELECT 1 FROM users o WHERE o.id = teams.owner_id AND o.version = ?7))`

/** `caps` are the limits that become smaller. What was added in the meantime must still fit. */
export function guardPlan(
  change: { teamId: string; seen: Plan; plan: Plan; period: string; now: number },
  by: PlanChanger,
  caps: [LimitName, number][],
): Statement {
  const fits = caps.map(([name], i) => `AND ${USED[name]} <= ?${i + 8}`).join(' ')
  return statement(
    `UPDATE teams SET plan = ?6, version = version + 1, updated_at = ?2
     WHERE id = ?1 AND plan = ?5 AND ${'ownerId' in by ? IS_OWNER : IS_ADMIN}
       AND NOT (?6 = 'free' AND ${OF_PREMIUM}) ${fits}`,
    change.teamId,
    change.now,
    change.period,
    'ownerId' in by ? by.ownerId : by.adminId,
    change.seen,
    change.plan,
    ('adminId' in by ? by.ownerVersion : undefined) ?? null,
    ...caps.map(([, limit]) => limit),
  )
}
