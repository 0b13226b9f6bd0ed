// Circuit breakers in D1, so that all isolates share them. Each isolate caches them for ten seconds. A successful call writes nothing.
import { remember } from '../../../core/remember.ts'
import { type BreakerKey, deleteBreaker, findBreakers, type StoredBreaker, upsertBreaker } from './repo.ts'
import {
  afterFailure,
  type BreakerRules,
  CLOSED,
  judgeBreaker,
  KEY_RULES,
  MODEL_RULES,
  opensAgainAt,
  PROBE_MS,
} from './state.ts'

const KEPT_MS = 10_000
const MOST_KEPT = 2_000
const MOST_TRIES = 5

type Pair = { model: StoredBreaker | null; key: StoredBreaker | null }
type Kept = Pair & { until: number }

const kept = new Map<string, Kept>()
const nameOf = ({ provider, keyRef, model }: BreakerKey): string => JSON.stringify([provider, keyRef, model])

/** A key that was replaced has no cached state. */
export const forgetBreakers = (): void => kept.clear()

export type Gate = { pass: true; before: Pair } | { pass: false; of: 'key' | 'model'; retryAfterMs: number }

/** Whether a call may be made. The first caller after a pause makes the probe. */
export async function enterBreaker(d1: D1Database, key: BreakerKey, now: number): Promise<Gate> {
  const known = kept.get(nameOf(key))
  let pair: Pair = known !== undefined && known.until > now ? known : await read(d1, key, now)
  for (const side of ['key', 'model'] as const) {
    const state = pair[side]
    if (state === null || judgeBreaker(state, now) === 'closed') continue
    const closed = (at: StoredBreaker): Gate => ({
      pass: false,
      of: side,
      retryAfterMs: Math.max(0, opensAgainAt(at) - now),
    })
    if (judgeBreaker(state, now) === 'open') return closed(state)
    const probing = { ...state, probeUntil: now + PROBE_MS }
    const own = side === 'key' ? { ...key, model: '' } : key
    const claimed = await upsertBreaker(d1, own, state, probing, now)
    pair = await read(d1, key, now)
    if (!claimed) return closed(pair[side] ?? probing)
  }
  return { pass: true, before: pair }
}

async function read(d1: D1Database, key: BreakerKey, now: number): Promise<Pair> {
  const pair = await findBreakers(d1, key)
  remember(kept, MOST_KEPT, nameOf(key), { ...pair, until: now + KEPT_MS })
  return pair
}

export async function recordSuccess(
  d1: D1Database,
  key: BreakerKey,
  { model, key: ofKey }: Pair,
): Promise<void> {
  // For a model, failures below the threshold count within a time window. For a key, they must be consecutive.
  const isModel = model !== null && model.openUntil > 0
  if (!isModel && ofKey === null) return
  kept.delete(nameOf(key))
  if (isModel) await deleteBreaker(d1, key)
  if (ofKey !== null) await deleteBreaker(d1, { ...key, model: '' })
}

/** Returns whether this failure opened the breaker. */
export async function recordFailure(
  d1: D1Database,
  key: BreakerKey,
  side: 'key' | 'model',
  now: number,
  how: { atOnce?: boolean } = {},
): Promise<boolean> {
  const rules: BreakerRules = side === 'key' ? KEY_RULES : MODEL_RULES
  const own = side === 'key' ? { ...key, model: '' } : key
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = (await read(d1, key, now))[side]
    const after = afterFailure(before ?? CLOSED, rules, now, how)
    if (after === before) return false
    if (!(await upsertBreaker(d1, own, before, after, now))) continue
    kept.delete(nameOf(key))
    return after.openUntil > now
  }
  return false
}
