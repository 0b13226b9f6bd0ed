/** Milliseconds since 1970. Code that depends on the time gets a clock as an argument, so that tests can move it. */
export type Clock = () => number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export const toIso = (ms: number): string => new Date(ms).toISOString()
export const dayOf = (ms: number): string => toIso(ms).slice(0, 10)
/** The month for usage counters. */
export const periodOf = (ms: number): string => toIso(ms).slice(0, 7)
export const toIsoOrNull = (ms: number | null): string | null => (ms === null ? null : toIso(ms))
