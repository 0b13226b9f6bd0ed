// The calendar: proleptic Gregorian, arithmetic only, without zones. Days are counted from 1970-01-01.
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'

/** A calendar date and time without a zone. `month` counts from 1. */
export type Calendar = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

export const DAY_MINUTES = 1_440
/** 0001-01-01 and 9999-12-31: beyond them, ISO text does not have four digits, and there is no zone data. */
export const FIRST_MS = -62_135_596_800_000
export const LAST_MS = 253_402_300_799_999

// Counts from March, so that the leap day comes last (Howard Hinnant, "chrono-compatible low-level date algorithms").
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  }
}

/** The calendar date of a local time in milliseconds, which is an instant plus the offset of its zone. */
export function calendarOf(localMs: number): Calendar {
  const days = Math.floor(localMs / DAY_MS)
  const inDay = localMs - days * DAY_MS
  return {
    ...dateOf(days),
    hour: Math.floor(inDay / HOUR_MS),
    minute: Math.floor(inDay / MINUTE_MS) % 60,
    second: Math.floor(inDay / SECOND_MS) % 60,
    millisecond: inDay % SECOND_MS,
  }
}

export function localMsOf(time: Calendar): number {
  const inDay = ((time.hour * 60 + time.minute) * 60 + time.second) * 1000 + time.millisecond
  return daysOf(time.year, time.month, time.day) * DAY_MS + inDay
}

export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export const weekdayOfDay = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1

export const weekdayOf = (localMs: number): number => weekdayOfDay(Math.floor(localMs / DAY_MS))

/** ISO 8601: a week belongs to the year that contains its Thursday. */
export function weekOf(localMs: number): { readonly week: number; readonly weekYear: number } {
  const day = Math.floor(localMs / DAY_MS)
  const thursday = day + 4 - weekdayOfDay(day)
  const { year } = dateOf(thursday)
  return { week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1, weekYear: year }
}

const pad = (value: number, length: number) => String(value).padStart(length, '0')

/** `2026-03-29T01:30:00.000Z` of an instant. */
export function isoText(ms: number): string {
  const t = calendarOf(ms)
  const day = `${pad(t.year, 4)}-${pad(t.month, 2)}-${pad(t.day, 2)}`
  return `${day}T${pad(t.hour, 2)}:${pad(t.minute, 2)}:${pad(t.second, 2)}.${pad(t.millisecond, 3)}Z`
}
