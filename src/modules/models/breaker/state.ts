// When a model, or a key, is left alone for a while. Pure; `breaker.ts` keeps the state. Invariants:
// 1. Open means that nobody calls; when its time is up one caller tries, and the others wait for what it learns.
// 2. Each failed try doubles the time, up to a limit; a success forgets everything.

export type BreakerState = {
  failures: number[]
  opens: number
  openUntil: number
  probeUntil: number
}

export type BreakerRules = {
  /** So many failures within the time open it. */
  failures: number
  withinMs: number
  openMs: number
  mostMs: number
}

/** Of a model with one key. */
export const MODEL_RULES: BreakerRules = { failures: 5, withinMs: 60_000, openMs: 30_000, mostMs: 600_000 }

/** Of a key that is rejected: the second time in a row suspends it. */
export const KEY_RULES: BreakerRules = {
  failures: 2,
  withinMs: 3_600_000,
  openMs: 900_000,
  mostMs: 900_000,
}

/** How long a try may take before another one may be made. */
export const PROBE_MS = 60_000

export const CLOSED: BreakerState = { failures: [], opens: 0, openUntil: 0, probeUntil: 0 }

/** `probe`: its time is up, and who claims the try may call. */
export function judgeBreaker(state: BreakerState, now: number): 'closed' | 'open' | 'probe' {
  if (state.openUntil === 0) return 'closed'
  if (now < state.openUntil || now < state.probeUntil) return 'open'
  return 'probe'
}

/** When a call may be tried again. */
export const opensAgainAt = ({ openUntil, probeUntil }: BreakerState): number =>
  Math.max(openUntil, probeUntil)

export function afterFailure(
  state: BreakerState,
  rules: BreakerRules,
  now: number,
  { atOnce = false }: { atOnce?: boolean } = {},
): BreakerState {
  if (state.openUntil > now) return state
  const failures = [...state.failures.filter((at) => at > now - rules.withinMs), now].slice(-rules.failures)
  const wasTried = state.openUntil > 0
  if (!wasTried && !atOnce && failures.length < rules.failures) return { ...state, failures }
  const openMs = Math.min(rules.openMs * 2 ** state.opens, rules.mostMs)
  return { failures: [], opens: state.opens + 1, openUntil: now + openMs, probeUntil: 0 }
}
