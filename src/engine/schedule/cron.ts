/**
 * Five-field cron: minute, hour, day of month, month, day of week. Weekdays count 0–7, and both 0 and 7 are Sunday
 * (the common count; Cloudflare's own cron triggers count 1 = Sunday).
 *
 * In addition to numbers, ranges, lists and steps: names (JAN, MON), `?` for a day field that does not matter, `L`
 * and `L-3` for the last day of the month and the third before it, `FRI#2` for the second Friday, `FRIL` for the
 * last.
 *
 * If both day fields are restricted, a day must match only one of them, as in Vixie cron. A field that starts with
 * `*` (including `*` with a step) is not restricted, and then both must match.
 */
import { ok, type Result } from '../../core/result.ts'
import { DAY_MINUTES, dateOf, daysInMonth, daysOf, weekdayOfDay } from '../time/calendar.ts'
import { type CronProblem, FIELDS, type FieldValue, problem, readField } from './cron-field.ts'

export type Cron = {
  source: string
  minutes: number[]
  hours: number[]
  months: number[]
  dayOfMonth: FieldValue
  dayOfWeek: FieldValue
  /** Every hour matches. Such a schedule follows real time across changes of the clock (see `next-fire.ts`). */
  everyHour: boolean
}

const ALIASES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

const MAX_LENGTH = 256

// A leap day on a given weekday returns after at most 40 years (2096 is followed by 2104), so a search that finds
// nothing in this time never will.
const HORIZON_YEARS = 48

export function parseCron(source: string): Result<Cron, CronProblem> {
  if (source.length > MAX_LENGTH)
    return problem(null, MAX_LENGTH + 1, `at most ${MAX_LENGTH} characters`, `${source.length}`)
  const trimmed = source.trim().toLowerCase()
  const alias = Object.hasOwn(ALIASES, trimmed) ? ALIASES[trimmed] : undefined
  if (alias === undefined && trimmed.startsWith('@'))
    return problem(null, source.indexOf('@') + 1, `one of ${Object.keys(ALIASES).join(', ')}`, `"${trimmed}"`)
  const words = [...(alias ?? source).matchAll(/\S+/g)].map((m) => ({ text: m[0], column: m.index + 1 }))
  if (words.length !== FIELDS.length) {
    const extra = words[FIELDS.length]
    const hint = words.length === 6 ? ' (seconds are not supported)' : ''
    return problem(
      null,
      extra?.column ?? source.length + 1,
      `5 fields: minute, hour, day of month, month, day of week${hint}`,
      `${words.length}`,
    )
  }
  const values: FieldValue[] = []
  for (const [index, field] of FIELDS.entries()) {
    const word = words[index]!
    const value = readField(field, word.text, word.column)
    if (!value.ok) return value
    values.push(value.value)
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = values as [
    FieldValue,
    FieldValue,
    FieldValue,
    FieldValue,
    FieldValue,
  ]
  return ok({
    source,
    minutes: minute.values,
    hours: hour.values,
    months: month.values,
    dayOfMonth,
    dayOfWeek,
    everyHour: hour.values.length === 24,
  })
}

const bit = (day: number): number => 1 << (day - 1)

/** The matching days of a month as bits, day 1 lowest. */
function matchingDays(cron: Cron, year: number, month: number): number {
  const length = daysInMonth(year, month)
  const first = weekdayOfDay(daysOf(year, month, 1)) % 7
  let byDate = 0
  for (const day of cron.dayOfMonth.values) if (day <= length) byDate |= bit(day)
  for (const back of cron.dayOfMonth.fromEnd) if (back < length) byDate |= bit(length - back)
  let byWeekday = 0
  for (const weekday of cron.dayOfWeek.values)
    for (let day = 1 + ((weekday - first + 7) % 7); day <= length; day += 7) byWeekday |= bit(day)
  for (const { weekday, nth } of cron.dayOfWeek.nth) {
    const firstDay = 1 + ((weekday - first + 7) % 7)
    const day = nth > 0 ? firstDay + (nth - 1) * 7 : firstDay + Math.floor((length - firstDay) / 7) * 7
    if (day <= length) byWeekday |= bit(day)
  }
  const either = !cron.dayOfMonth.star && !cron.dayOfWeek.star
  return either ? byDate | byWeekday : byDate & byWeekday
}

/** The first matching minute of a day at or after `minute`, both counted from its midnight. */
function minuteOfDay(cron: Cron, minute: number): number | null {
  const hour = Math.floor(minute / 60)
  const within = minute % 60
  for (const candidate of cron.hours) {
    if (candidate < hour) continue
    if (candidate > hour) return candidate * 60 + cron.minutes[0]!
    for (const m of cron.minutes) if (m >= within) return candidate * 60 + m
  }
  return null
}

/** The first matching local minute (counted from 1970-01-01T00:00 local) at or after `from`. Null if there is none. */
export function nextLocalMinute(cron: Cron, from: number): number | null {
  const today = Math.floor(from / DAY_MINUTES)
  const start = dateOf(today)
  let { year, month, day } = start
  while (year <= start.year + HORIZON_YEARS) {
    const wanted = cron.months.find((m) => m >= month)
    if (wanted === undefined) {
      year += 1
      month = 1
      day = 1
      continue
    }
    if (wanted !== month) day = 1
    month = wanted
    const days = matchingDays(cron, year, month)
    for (let left = days >>> (day - 1); left !== 0; left = days >>> (day - 1)) {
      day += 31 - Math.clz32(left & -left)
      const found = daysOf(year, month, day)
      const minute = minuteOfDay(cron, found === today ? from - today * DAY_MINUTES : 0)
      if (minute !== null) return found * DAY_MINUTES + minute
      day += 1
      if (day > 31) break
    }
    month += 1
    day = 1
  }
  return null
}
