// Retention by plan. Invariants:
// 1. Data older than the longest retention of all plans is deleted by age alone, across all teams. Only if a plan keeps a kind for less time
//    are its teams processed one by one.
// 2. A tick processes some teams, and stays with a team that has more. So a large team delays others, but nothing is skipped.
// 3. Logs of deleted teams and of the platform are kept.
// 4. All of it shares one budget per tick. Retention of all teams gets half of it, then retention by plan, then what is left goes to all teams.
import type { RequestContext } from '../context.ts'
import { DAY_MS } from '../core/clock.ts'
import { PLANS, type Plan } from '../core/plans.ts'
import { longestDays, type Retained, retentionDays } from '../core/platform-settings.ts'
import { TickBudget } from '../core/tick-budget.ts'
import { currentSettings } from '../db/platform-settings.ts'
import { type ExpiringRows, findTeamsAfter, type PlannedTeam, purgeOfTeam } from '../db/purge.ts'
import { prepare } from '../db/statement.ts'
import { findPosition, putPosition } from '../db/sweep-position.ts'
import type { Retirement } from '../modules/define-module.ts'
import { MODULES } from '../modules/index.ts'

const SWEEP = 'retention'
const TEAMS_A_TICK = 50

type RetainedRows = ExpiringRows & { retained: Retained }

const rows: readonly RetainedRows[] = MODULES.flatMap(({ expires = [] }) =>
  expires.filter((one): one is RetainedRows => 'retained' in one),
)
const retirements: readonly Retirement[] = MODULES.flatMap(({ retires = [] }) => retires)
const KINDS: readonly Retained[] = [
  ...new Set([...rows.map(({ retained }) => retained), ...retirements.map(({ kind }) => kind)]),
]

export const longestKept =
  (request: RequestContext) =>
  (kind: Retained): number | null =>
    longestDays(currentSettings(), kind, request.settings.RUN_RETENTION_DAYS)

/** The kinds that a plan keeps for less time than another, with the number of days. */
function shorterOf(request: RequestContext, plan: Plan): Map<Retained, number> {
  const longest = longestKept(request)
  const found = new Map<Retained, number>()
  for (const kind of KINDS) {
    const days = retentionDays(currentSettings(), kind, plan, request.settings.RUN_RETENTION_DAYS)
    const isAlone = retirements.some((one) => one.kind === kind && one.everyTeam === true)
    if (days !== null && (isAlone || days !== longest(kind))) found.set(kind, days)
  }
  return found
}

export async function retainOfAll(request: RequestContext, budget: TickBudget): Promise<void> {
  for (const { ofAll } of retirements) await ofAll?.(request, budget)
}

export async function retainByPlan(
  request: RequestContext,
  budget: TickBudget = new TickBudget(request.now),
): Promise<void> {
  const shorter = new Map(PLANS.map((plan) => [plan as string, shorterOf(request, plan)]))
  if ([...shorter.values()].every((kinds) => kinds.size === 0)) return
  const { DB } = request.env
  const { position } = await findPosition(DB, SWEEP)
  const teams = await findTeamsAfter(DB, position, TEAMS_A_TICK)
  let done = position
  for (const team of teams) {
    if (budget.isSpent) break
    const kinds = shorter.get(team.plan)
    if (kinds !== undefined && kinds.size > 0 && (await retainOf(request, team, kinds, budget))) break
    done = team.id
  }
  const isRound = teams.length < TEAMS_A_TICK && done === (teams.at(-1)?.id ?? position)
  await prepare(DB, putPosition(SWEEP, { position: isRound ? '' : done, nextAt: 0 })).run()
}

/** True if the team has more. */
async function retainOf(
  request: RequestContext,
  team: PlannedTeam,
  kinds: ReadonlyMap<Retained, number>,
  budget: TickBudget,
): Promise<boolean> {
  const before = (kind: Retained): number => request.now() - (kinds.get(kind) ?? 0) * DAY_MS
  const due = rows.filter(({ retained }) => kinds.has(retained))
  let hasMore = await purgeOfTeam(
    request.env.DB,
    team.id,
    due.map((one) => ({ one, before: before(one.retained) })),
  )
  budget.spend(1)
  for (const { kind, ofTeam } of retirements) {
    if (kinds.has(kind) && (await ofTeam(request, team.id, before(kind), budget))) hasMore = true
  }
  return hasMore
}
