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
