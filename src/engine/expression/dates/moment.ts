import { calendarOf, daysInMonth, FIRST_MS, LAST_MS, localMsOf, weekdayOf } from '../../time/calendar.ts'
import { instantOf, offsetAt } from '../../time/zone.ts'

const moment = Symbol('date')

/** The immutable date value of the language: an instant, and the zone of its calendar. */
export type Moment = { readonly [moment]: { readonly ms: number; readonly zone: string } }

// The symbol hides the fields from expressions, which can only use string keys.
export const momentOf = (ms: number, zone: string): Moment => ({ [moment]: { ms, zone } })
export const isMoment = (value: unknown): value is Moment =>
  typeof value === 'object' && value !== null && moment in value
export const msOf = (value: Moment): number => value[moment].ms
export const zoneOf = (value: Moment): string => value[moment].zone
export const isInRange = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS

const ISO =
  /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?)?$/i
const HTTP = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)$/
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** The instant of an ISO 8601 or HTTP date text. A text without an offset is read in `zone`. */
export function parseInstant(text: string, zone: string): number | undefined {
  if (text.length > 64) return undefined
  const iso = ISO.exec(text.trim())
  if (iso !== null) {
    const local = checkedLocal(iso[1], iso[2], iso[3] ?? '1', iso[4], iso[5], iso[6], iso[7])
    if (local === undefined) return undefined
    const offset = iso[8]
    if (offset === undefined) return instantOf(local, zone)
    if (offset === 'Z' || offset === 'z') return local
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || 0)
    return local - (offset[0] === '-' ? -1 : 1) * minutes * 60_000
  }
  const http = HTTP.exec(text.trim())
  if (http === null) return undefined
  const month = MONTHS.findIndex((name) => name.startsWith(http[2]!)) + 1
  return checkedLocal(http[3], String(month), http[1], http[4], http[5], http[6], undefined)
}

function checkedLocal(...parts: (string | undefined)[]): number | undefined {
  const [year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0))
  const millisecond = Number((parts[6] ?? '').padEnd(3, '0').slice(0, 3))
  if (!year || !month || month > 12 || !day || day > daysInMonth(year, month)) return undefined
  const isMidnightAfter = hour === 24 && minute === 0 && second === 0 && millisecond === 0
  if ((hour! > 23 && !isMidnightAfter) || minute! > 59 || second! > 59) return undefined
  return localMsOf({ year, month, day, hour: hour!, minute: minute!, second: second!, millisecond })
}

export const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const
export type Unit = (typeof UNITS)[number]
export type Duration = Readonly<Partial<Record<Unit, number>>>
export const UNIT_MS: Readonly<Record<Exclude<Unit, 'year' | 'month'>, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

/** Years to days move on the calendar of the zone, so a day may have 23 hours. Smaller units move in time. */
export function addTo(ms: number, zone: string, duration: Duration): number {
  const {
    year = 0,
    month = 0,
    week = 0,
    day = 0,
    hour = 0,
    minute = 0,
    second = 0,
    millisecond = 0,
  } = duration
  let result = ms
  if (year !== 0 || month !== 0 || week !== 0 || day !== 0) {
    const local = calendarOf(ms + offsetAt(ms, zone))
    const months = local.year * 12 + local.month - 1 + year * 12 + month
    const newYear = Math.floor(months / 12)
    const newMonth = months - newYear * 12 + 1
    const newDay = Math.min(local.day, daysInMonth(newYear, newMonth))
    const moved = localMsOf({ ...local, year: newYear, month: newMonth, day: newDay })
    const target = moved + (week * 7 + day) * UNIT_MS.day
    if (!isInRange(target)) return Number.NaN
    result = instantOf(target, zone)
  }
  return result + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
}

/** The first instant of the year, month, week (from Monday), day, hour, minute or second. */
export function startOf(ms: number, zone: string, unit: Unit): number {
  const localMs = ms + offsetAt(ms, zone)
  if (unit === 'hour' || unit === 'minute' || unit === 'second' || unit === 'millisecond') {
    const size = UNIT_MS[unit]
    return ms - (((localMs % size) + size) % size)
  }
  const local = calendarOf(localMs)
  const midnight = { ...local, hour: 0, minute: 0, second: 0, millisecond: 0 }
  if (unit === 'year') return instantOf(localMsOf({ ...midnight, month: 1, day: 1 }), zone)
  if (unit === 'month') return instantOf(localMsOf({ ...midnight, day: 1 }), zone)
  const back = unit === 'week' ? (weekdayOf(localMs) - 1) * UNIT_MS.day : 0
  return instantOf(localMsOf(midnight) - back, zone)
}
