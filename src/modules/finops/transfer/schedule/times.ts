// When exports are due, and their days. Pure; all times are UTC.
import { DAY_MS, dayOf, HOUR_MS } from '../../../../core/clock.ts'
import { addDays, monthEnd, monthStart, type Period } from '../../summaries/period.ts'

export type Every = 'day' | 'week' | 'month'

const HOUR = 6

const startOf = (every: Every, day: string): string => {
  if (every === 'day') return day
  if (every === 'month') return monthStart(day)
  const weekday = (new Date(day).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

const endOf = (every: Every, start: string): string =>
  every === 'day' ? start : every === 'week' ? addDays(start, 6) : monthEnd(start)

/** The next due time: 06:00 on the day after the end of a day, a week from Monday, or a month. */
export function nextExport(every: Every, after: number): number {
  let start = startOf(every, dayOf(after - DAY_MS))
  for (;;) {
    const at = Date.parse(addDays(endOf(every, start), 1)) + HOUR * HOUR_MS
    if (at > after) return at
    start = addDays(endOf(every, start), 1)
  }
}

/** The days of the export for this time. */
export function exportedPeriod(every: Every, at: number): Period {
  const to = dayOf(at - DAY_MS)
  return { from: startOf(every, to), to }
}

/** The days of the last period whose export was due. */
export const lastPeriod = (every: Every, now: number): Period =>
  exportedPeriod(every, Date.parse(exportedPeriod(every, nextExport(every, now)).from))

export const exportName = (folder: string, { from, to }: Period, extension: string): string =>
  `${folder === '' ? '' : `${folder}/`}costs-${from}${from === to ? '' : `-to-${to}`}.${extension}`
