// Budgets that stop work (`hardStop`). Invariants:
// 1. Before a call of a model is made, what it may cost is held. All holds of a team are judged one after the other, so calls side by
//    side see each other.
// 2. A call passes when the month's limit has room for what it costs at least, beside all that is spent and held. So a limit is passed
//    by one call at most, and only by what that call takes beyond its estimate.
// 3. A hold ends with the real amount, once. One whose call was lost ends by itself.
// 4. A call that only the holds of others keep out waits for them. One that finds no room when nothing is held is refused, and the owners
//    are told once a month and limit.
import { setTimeout as pause } from 'node:timers/promises'
import type { RequestContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { remember } from '../../../core/remember.ts'
import { commit } from '../../../db/commit.ts'
import {
  type Amounts,
  guardStopped,
  hasHardStop,
  holdIfItFits,
  type LedgerState,
  settleHold,
} from './ledger-repo.ts'
import { inUnit, stoppedNotice } from './notify.ts'
import type { Metric } from './repo.ts'

export type BudgetScope = RequestContext & { teamId: string }

export type Refused = { metric: Metric; limit: number; spent: number; message: string }

/** `settle` is told what the call has used; null when nothing has to be counted. */
export type Reserved = { ok: true; isCounted: boolean } | { ok: false; refused: Refused }

export type Reservation = {
  /** The same for a call that is made again. */
  key: string
  /** How long the call may take. */
  timeoutMs: number
  amounts: () => Promise<Amounts>
}

/** In an isolate a hard stop that is switched on counts after so long at the latest. */
const KEPT_MS = 10_000
const MOST_KEPT = 2_000
const unlimited = new Map<string, number>()

/** A call ends a moment after its time. */
const GRACE_MS = 60_000

const FIRST_LOOK_MS = 100
const LONGEST_LOOK_MS = 2_000
/** Holds of calls that take very long are not waited for to their end. */
const LONGEST_WAIT_MS = 60_000

export async function reserveBudget(
  scope: BudgetScope,
  { key, timeoutMs, amounts }: Reservation,
  signal: AbortSignal,
): Promise<Reserved> {
  const { env, teamId, now } = scope
  const free: Reserved = { ok: true, isCounted: false }
  const seen = unlimited.get(teamId)
  if (seen !== undefined && Math.abs(now() - seen) < KEPT_MS) return free
  if (!(await hasHardStop(env.DB, teamId))) {
    remember(unlimited, MOST_KEPT, teamId, now())
    return free
  }
  const wanted = await amounts()
  let waited = 0
  for (let look = FIRST_LOOK_MS; ; look = Math.min(look * 2, LONGEST_LOOK_MS)) {
    const at = now()
    const hold = { key, teamId, period: periodOf(at) }
    const times = { now: at, expiresAt: at + timeoutMs + GRACE_MS }
    const { isHeld, state } = await holdIfItFits(env.DB, hold, wanted, times)
    if (isHeld) return { ok: true, isCounted: true }
    // It was switched off meanwhile.
    if (state === null) return free
    const refused = refusalOf(state, wanted, waited >= LONGEST_WAIT_MS)
    if (refused !== null) {
      await tellOwners(scope, hold.period, refused)
      return { ok: false, refused }
    }
    await pause(look, undefined, { signal })
    waited += look
  }
}

export const settleBudget = (
  { env, teamId, now }: BudgetScope,
  key: string,
  used: { costMicroUsd: number; tokens: number },
): Promise<void> => settleHold(env.DB, { key, teamId }, used, now())

/** Null while it is only held by other calls that there is no room. */
export function refusalOf(
  { costLimit, tokenLimit, cost, tokens, heldCost, heldTokens }: LedgerState,
  wanted: Amounts,
  isLate: boolean,
): Refused | null {
  if (costLimit !== null) {
    if (wanted.cost === null)
      return {
        metric: 'cost',
        limit: costLimit,
        spent: cost,
        message: 'The team has a budget that stops work, and the price of this model is not known',
      }
    const { low, high } = wanted.cost
    if (high > 0 && cost + low + (isLate ? heldCost : 0) > costLimit)
      return {
        metric: 'cost',
        limit: costLimit,
        spent: cost,
        message: `The budget of the team for this month is used up: ${inUnit('cost', cost)} of ${inUnit('cost', costLimit)} are spent`,
      }
  }
  if (tokenLimit !== null && tokens + wanted.tokens.low + (isLate ? heldTokens : 0) > tokenLimit)
    return {
      metric: 'tokens',
      limit: tokenLimit,
      spent: tokens,
      message: `The token budget of the team for this month is used up: ${inUnit('tokens', tokens)} of ${inUnit('tokens', tokenLimit)} are used`,
    }
  return null
}

async function tellOwners(
  scope: BudgetScope,
  period: string,
  { metric, limit, spent }: Refused,
): Promise<void> {
  const { teamId } = scope
  await commit(
    { ...scope, system: true },
    {
      guard: guardStopped(teamId, period, metric, limit),
      audit: {
        action: 'budget.stopped',
        targetType: 'team',
        targetId: teamId,
        teamId,
        after: { period, metric, limit, spent },
      },
      messages: [stoppedNotice({ teamId, period, metric, limit, spent }, scope.settings.PUBLIC_URL)],
    },
  )
}
