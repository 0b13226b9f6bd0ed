import { remember } from './remember.ts'

/** Milliseconds since 1970. Code that depends on the time gets a clock as an argument, so that tests can move it. */
export type Clock = () => number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
/** Within the times that a `Date` can have. */
const MAX_FAST_MS = 8e15
const MAX_DATES = 1_000
/** `2026-01-31T` by the number of the day. */
const dates = new Map<number, string>()

/** The same as `toISOString`, in a third of the time. A page of a list has up to a hundred times, and most of them are of a few days. */
export function toIso(ms: number): string {
  if (!Number.isInteger(ms) || Math.abs(ms) > MAX_FAST_MS) return new Date(ms).toISOString()
  const day = Math.floor(ms / DAY_MS)
  const known = dates.get(day)
  const date =
    known ??
    remember(dates, MAX_DATES, day, new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length))
  const rest = ms - day * DAY_MS
  const minutes = Math.floor(rest / MINUTE_MS)
  const time = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[Math.floor(rest / SECOND_MS) % 60]}`
  return `${date}${time}.${String(rest % SECOND_MS).padStart(3, '0')}Z`
}

export const dayOf = (ms: number): string => toIso(ms).slice(0, 10)
/** The month for usage counters. */
export const periodOf = (ms: number): string => toIso(ms).slice(0, 7)
export const toIsoOrNull = (ms: number | null): string | null => (ms === null ? null : toIso(ms))
