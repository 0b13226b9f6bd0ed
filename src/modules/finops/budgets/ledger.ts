// Budgets that stop work (`hardStop`). Invariants:
// 1. Before a model is called, the possible cost is reserved. All reservations of a team are checked one after
//    another, so concurrent calls see each other.
// 2. A call is allowed if the month's limit has room for its minimum cost, in addition to all costs and reservations.
//    So at most one call exceeds a limit, and only by the part of its cost above its estimate.
// 3. A reservation ends once, with the real amount. If its call was lost, it expires.
// 4. A call that only lacks room because of other reservations waits for them. If there is no room without any
//    reservations, the call is refused, and the owners are notified once per month and limit.
import { setTimeout as pause } from 'node:timers/promises'
import type { RequestContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { remember } from '../../../core/remember.ts'
import { commit } from '../../../db/commit.ts'
import {
  type Amounts,
  guardStopped,
  hasHardStop,
  insertHoldIfItFits,
  type LedgerState,
  settleHold,
} from './ledger-repo.ts'
import { inUnit, stoppedNotice } from './notify.ts'
import type { Metric } from './repo.ts'

export type BudgetScope = RequestContext & { teamId: string }

export type Refused = { metric: Metric; limit: number; spent: number; message: string }

/** `settle` gets the usage of the call. Null if nothing must be counted. */
export type Reserved = { ok: true; isCounted: boolean } | { ok: false; refused: Refused }

export type Reservation = {
  /** The same for a repeated call. */
  key: string
  /** The maximum duration of the call. */
  timeoutMs: number
  amounts: () => Promise<Amounts>
}

/** The longest time until an isolate notices that a hard stop was switched on. */
const KEPT_MS = 10_000
const MOST_KEPT = 2_000
const unlimited = new Map<string, number>()

/** A call ends slightly after its time limit. */
const GRACE_MS = 60_000

const FIRST_LOOK_MS = 100
const LONGEST_LOOK_MS = 2_000
/** Calls do not wait for the end of very long reservations. */
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
    const { isHeld, state } = await insertHoldIfItFits(env.DB, hold, wanted, times)
    if (isHeld) return { ok: true, isCounted: true }
    // It was switched off in the meantime.
    if (state === null) return free
    const refused = refusalOf(state, wanted, waited >= LONGEST_WAIT_MS)
    if (refused !== null) {
      await notifyOwners(scope, hold.period, refused)
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

/** Null while only reservations of other calls leave no room. */
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
        message:
          'The budget of the team has a hard stop, so models with an unknown price cannot be called. Set a price for this model',
      }
    const { low, high } = wanted.cost
    if (high > 0 && cost + low + (isLate ? heldCost : 0) > costLimit)
      return {
        metric: 'cost',
        limit: costLimit,
        spent: cost,
        message: `The team has used up its budget for this month: ${inUnit('cost', cost)} of ${inUnit('cost', costLimit)}`,
      }
  }
  if (tokenLimit !== null && tokens + wanted.tokens.low + (isLate ? heldTokens : 0) > tokenLimit)
    return {
      metric: 'tokens',
      limit: tokenLimit,
      spent: tokens,
      message: `The team has used up its token budget for this month: ${inUnit('tokens', tokens)} of ${inUnit('tokens', tokenLimit)}`,
    }
  return null
}

async function notifyOwners(
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
