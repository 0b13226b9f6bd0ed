import { calendarOf, isoText, weekdayOf, weekOf } from '../../time/calendar.ts'
import { isZone, MAX_ZONES, offsetAt } from '../../time/zone.ts'
import { formatDate } from '../dates/format.ts'
import type { Duration, Moment, Unit } from '../dates/moment.ts'
import {
  addTo,
  isInRange,
  isMoment,
  momentOf,
  msOf,
  parseInstant,
  startOf,
  UNIT_MS,
  UNITS,
  zoneOf,
} from '../dates/moment.ts'
import { didYouMean, fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { buildText, spend } from '../limits.ts'
import type { Method, Native } from '../natives.ts'
import { methodTable, objectArgument, optionalText, textArgument } from '../natives.ts'
import { kindOf } from '../values.ts'

// Reading the calendar of a zone is the most expensive operation that a single call can do.
const ZONE_COST = 150
const payZone = (machine: Machine, zone: string, at: number, times = 1) =>
  spend(machine, zone === 'UTC' ? 1 : ZONE_COST * times, at)

function checkedZone(machine: Machine, name: string, args: readonly unknown[], index: number, at: number) {
  const zone = optionalText(name, args, index, at)
  if (zone === undefined) return undefined
  payZone(machine, zone, at)
  machine.zones ??= new Set()
  machine.zones.add(zone.toLowerCase())
  if (machine.zones.size > MAX_ZONES) {
    fail('expression.budget', at, `the expression names more than ${MAX_ZONES} time zones`)
  }
  if (isZone(zone)) return zone
  return fail(
    'expression.type',
    at,
    `"${zone.slice(0, 60)}" is not a time zone`,
    'such as "Europe/Berlin" or "+02:00"',
  )
}

function checkedMoment(machine: Machine, ms: number, zone: string, at: number): Moment {
  if (!isInRange(ms))
    fail('expression.type', at, 'the date is outside the years 1 to 9999', 'a date in range')
  machine.built = true
  return momentOf(Math.trunc(ms), zone)
}

/** `date(value, zone?)`: from milliseconds, ISO or HTTP text, or another date. */
export const makeDate: Native = (machine, args, at) => {
  const zone = checkedZone(machine, 'date', args, 1, at)
  const value = args[0]
  if (isMoment(value)) return checkedMoment(machine, msOf(value), zone ?? zoneOf(value), at)
  if (typeof value === 'number') return checkedMoment(machine, value, zone ?? 'UTC', at)
  if (typeof value !== 'string') {
    return fail(
      'expression.type',
      at,
      `date was given ${args.length === 0 ? 'nothing' : kindOf(value)}`,
      'milliseconds, ISO text or a date, as in date(now)',
    )
  }
  const ms = parseInstant(value, zone ?? 'UTC')
  if (ms === undefined) {
    return fail(
      'expression.type',
      at,
      `"${value.slice(0, 60)}" is not a date`,
      'ISO text such as "2026-01-31T12:00:00Z"',
    )
  }
  return checkedMoment(machine, ms, zone ?? 'UTC', at)
}

function unitArgument(name: string, args: readonly unknown[], index: number, at: number): Unit {
  const text = textArgument(name, args, index, at)
  const unit = UNITS.find((known) => text === known || text === `${known}s`)
  if (unit !== undefined) return unit
  return fail(
    'expression.type',
    at,
    `${name} was given "${text.slice(0, 40)}"${didYouMean(text, UNITS)}`,
    UNITS.join(', '),
  )
}

function durationArgument(name: string, args: readonly unknown[], at: number, sign: number): Duration {
  const given = objectArgument(name, args, 0, at)
  const duration: Partial<Record<Unit, number>> = {}
  for (const key of Object.keys(given)) {
    const unit = unitArgument(name, [key], 0, at)
    const amount = given[key]
    if (typeof amount !== 'number' || !Number.isFinite(amount)) {
      fail('expression.type', at, `${name} was given ${kindOf(amount)} for ${key}`, 'a number')
    }
    const isCalendar = unit === 'year' || unit === 'month' || unit === 'week' || unit === 'day'
    if (isCalendar && !Number.isInteger(amount)) {
      fail('expression.type', at, `${name} was given a part of a ${unit}`, 'a whole number')
    }
    if (Math.abs(amount) > 1e15) fail('expression.type', at, `${name} was given too many ${key}`, 'fewer')
    duration[unit] = (duration[unit] ?? 0) + sign * amount
  }
  return duration
}

const shift =
  (name: string, sign: number): Method<Moment> =>
  (machine, self, args, at) => {
    payZone(machine, zoneOf(self), at, 2)
    const duration = durationArgument(name, args, at, sign)
    return checkedMoment(machine, addTo(msOf(self), zoneOf(self), duration), zoneOf(self), at)
  }

function format(machine: Machine, self: Moment, args: readonly unknown[], at: number): string {
  const pattern = textArgument('format', args, 0, at)
  const zone = checkedZone(machine, 'format', args, 1, at) ?? zoneOf(self)
  payZone(machine, zone, at)
  spend(machine, pattern.length * 2, at)
  // No letter becomes more than nine characters ("September" from "MMMM").
  buildText(machine, pattern.length * 9, at)
  const result = formatDate(msOf(self), zone, pattern)
  if ('text' in result) return result.text
  const expected =
    'yyyy yy MMMM MMM MM M dd d EEEE EEE HH H hh h mm m ss s SSS a xxx xx, other letters in quotes'
  return fail(
    'expression.type',
    at,
    `"${result.unknown.slice(0, 20)}" is not part of a date format`,
    expected,
  )
}

function diff(machine: Machine, self: Moment, args: readonly unknown[], at: number): number {
  const other = makeDate(machine, args.slice(0, 1), at) as Moment
  const unit = args[1] === undefined ? 'millisecond' : unitArgument('diff', args, 1, at)
  if (unit !== 'year' && unit !== 'month') return (msOf(self) - msOf(other)) / UNIT_MS[unit]
  const zone = zoneOf(self)
  payZone(machine, zone, at)
  const later = calendarOf(msOf(self) + offsetAt(msOf(self), zone))
  const earlier = calendarOf(msOf(other) + offsetAt(msOf(other), zone))
  let months = (later.year - earlier.year) * 12 + later.month - earlier.month
  // Only whole months count: step back if the last one is not complete.
  const reached = addTo(msOf(other), zone, { month: months })
  if (months > 0 && reached > msOf(self)) months--
  else if (months < 0 && reached < msOf(self)) months++
  return unit === 'month' ? months : Math.trunc(months / 12)
}

const edge =
  (name: string, apply: (ms: number, zone: string, unit: Unit) => number): Method<Moment> =>
  (machine, self, args, at) => {
    payZone(machine, zoneOf(self), at, 3)
    const unit = unitArgument(name, args, 0, at)
    return checkedMoment(machine, apply(msOf(self), zoneOf(self), unit), zoneOf(self), at)
  }

const toIso: Method<Moment> = (machine, self, _args, at) => {
  buildText(machine, 24, at)
  return isoText(msOf(self))
}
const toMillis: Method<Moment> = (_machine, self) => msOf(self)

export const dateMethods = methodTable<Moment>({
  add: shift('add', 1),
  diff,
  endOf: edge('endOf', (ms, zone, unit) => {
    const next = addTo(startOf(ms, zone, unit), zone, { [unit]: 1 })
    return startOf(next, zone, unit) - 1
  }),
  format,
  getTime: toMillis,
  inZone: (machine, self, args, at) => {
    textArgument('inZone', args, 0, at)
    return checkedMoment(machine, msOf(self), checkedZone(machine, 'inZone', args, 0, at)!, at)
  },
  startOf: edge('startOf', startOf),
  subtract: shift('subtract', -1),
  toISOString: toIso,
  toJSON: toIso,
  toMillis,
  toString: toIso,
  valueOf: toMillis,
})

/** The properties of a date, such as `date(now).year`. Undefined for any other name. */
export function dateProperty(machine: Machine, self: Moment, key: string, at: number): unknown {
  if (key === 'zone') return zoneOf(self)
  payZone(machine, zoneOf(self), at)
  const localMs = msOf(self) + offsetAt(msOf(self), zoneOf(self))
  if (key === 'weekday') return weekdayOf(localMs)
  if (key === 'week' || key === 'weekYear') return weekOf(localMs)[key]
  const calendar = calendarOf(localMs)
  return Object.hasOwn(calendar, key) ? calendar[key as keyof typeof calendar] : undefined
}
