import type { Plan, PlanLimits } from '../../../core/plans.ts'
import type { PlatformRole } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { counterSql, countSlots, LEVEL_PERIOD, MAX_KEYS_PER_MEMBER } from '../../usage/index.ts'

export type LimitName = Exclude<
  keyof PlanLimits,
  'requestsPerMinute' | 'connectionsPerUser' | 'mailsPerDay' | 'descendantRuns' | 'fileVersions'
>

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

const OPEN_TASKS = `(SELECT coalesce(sum(n), 0) FROM task_counts
  WHERE team_id = ?1 AND status NOT IN ('succeeded', 'failed', 'cancelled', 'skipped'))`

/** SQL for the usage of each limit, for use in the plan change. ?1 is the team, ?2 the time, ?3 the month. */
const USED: Record<LimitName, string> = {
  teams: `CASE WHEN personal = 1 THEN ${OWNED_TEAMS} ELSE 0 END`,
  membersPerTeam: '(SELECT count(*) FROM team_members m WHERE m.team_id = ?1)',
  apiKeys: MAX_KEYS_PER_MEMBER,
  workflows: counterSql(`'${LEVEL_PERIOD}'`, 'workflows'),
  integrations: '(SELECT count(*) FROM integrations i WHERE i.team_id = ?1)',
  runsPerMonth: counterSql('?3', 'runs'),
  concurrentRuns: countSlots('?1'),
  openTasks: OPEN_TASKS,
  storageBytes: counterSql(`'${LEVEL_PERIOD}'`, 'storageBytes'),
  agents: '(SELECT count(*) FROM agents a WHERE a.team_id = ?1)',
  webhookEndpoints: '(SELECT count(*) FROM webhook_endpoints w WHERE w.team_id = ?1)',
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

/**
 * The role `premium` gives the user's personal team at least the premium plan, so the plan changes with the role in the same
 * commit. New teams get that plan too. A higher plan stays. Existing data stays even if it exceeds the new plan; only new data is
 * rejected.
 */
export function updatePlanForRole(
  userId: string,
  from: PlatformRole,
  to: PlatformRole,
  now: number,
): Statement[] {
  if (from === to || (from !== 'premium' && to !== 'premium')) return []
  return [
    statement(
      `UPDATE teams SET plan = ?3, version = version + 1, updated_at = ?4
       WHERE id = (SELECT u.personal_team_id FROM users u WHERE u.id = ?1) AND plan = ?2`,
      userId,
      ...(to === 'premium' ? ['free', 'premium'] : ['premium', 'free']),
      now,
    ),
  ]
}

/** The plan that `updatePlanForRole` sets. */
export function planOfRole(plan: Plan, from: PlatformRole, to: PlatformRole): Plan {
  if (to === 'premium') return plan === 'free' ? 'premium' : plan
  return from === 'premium' && plan === 'premium' ? 'free' : plan
}
