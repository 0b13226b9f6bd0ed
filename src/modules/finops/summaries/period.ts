// Periods of whole days in UTC.
import { DAY_MS, dayOf } from '../../../core/clock.ts'

export type Period = { from: string; to: string }

export const addDays = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS)

/** The number of days of a period, including both ends. */
export const lengthOf = ({ from, to }: Period): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1

/** The same number of days directly before. */
export const previousOf = (period: Period): Period => ({
  from: addDays(period.from, -lengthOf(period)),
  to: addDays(period.from, -1),
})

const DEFAULT_DAYS = 30

/** A missing end is today, or 30 days from the other one. */
export function periodFrom(
  given: { from?: string | undefined; to?: string | undefined },
  now: number,
): Period {
  const to = given.to ?? dayOf(now)
  const from = given.from ?? addDays(to, 1 - DEFAULT_DAYS)
  return { from, to: given.to === undefined && from > to ? from : to }
}

export const monthStart = (day: string): string => `${day.slice(0, 7)}-01`

export function monthEnd(day: string): string {
  const [year, month] = day.split('-').map(Number)
  return dayOf(Date.UTC(year ?? 0, month ?? 0, 0))
}

/** The whole months of a period, such as `2026-01`, and the days before and after them. */
export function wholeMonths({ from, to }: Period): { months: Period | null; days: Period[] } {
  const first = from === monthStart(from) ? from : addDays(monthEnd(from), 1)
  const last = to === monthEnd(to) ? to : addDays(monthStart(to), -1)
  if (first > last) return { months: null, days: [{ from, to }] }
  const beside = [
    { from, to: addDays(first, -1) },
    { from: addDays(last, 1), to },
  ]
  return {
    months: { from: first.slice(0, 7), to: last.slice(0, 7) },
    days: beside.filter((part) => part.from <= part.to),
  }
}
