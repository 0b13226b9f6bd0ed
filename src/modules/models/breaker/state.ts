// When to stop calling a model or a key for a while. Pure; `breaker.ts` stores the state. Invariants:
// 1. While a breaker is open, there are no calls. After that, one caller makes a probe, and the others wait for its result.
// 2. Each failed probe doubles the time, up to a limit. A success resets everything.

export type BreakerState = {
  failures: number[]
  opens: number
  openUntil: number
  probeUntil: number
}

export type BreakerRules = {
  /** This many failures within the time window open the breaker. */
  failures: number
  withinMs: number
  openMs: number
  mostMs: number
}

/** For a model with one key. */
export const MODEL_RULES: BreakerRules = { failures: 5, withinMs: 60_000, openMs: 30_000, mostMs: 600_000 }

/** For a key that is rejected: the second consecutive time suspends it. */
export const KEY_RULES: BreakerRules = {
  failures: 2,
  withinMs: 3_600_000,
  openMs: 900_000,
  mostMs: 900_000,
}

/** How long a probe may take before another one may start. */
export const PROBE_MS = 60_000

export const CLOSED: BreakerState = { failures: [], opens: 0, openUntil: 0, probeUntil: 0 }

/** `probe`: the time is over, and the caller that claims the probe may call. */
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
