// Time zones: names of the IANA database, which `Intl` knows, and fixed offsets. There are two ways to convert a
// local time:
// - `instantOf` here, for expressions: like Temporal's "compatible". It looks up the offset a few times and caches
//   nothing, because an expression may use many zones and years once.
// - `firstInstantOf` in zone-segments.ts, for schedules: the first instant at which the clock shows the time or
//   later. It scans a year of the zone once and then uses its cache, because a schedule uses the same zone again and
//   again.
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts'
import { remember } from '../../core/remember.ts'
import { calendarOf, localMsOf } from './calendar.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/
const FIXED = /^([+-])(\d\d):(\d\d)$/

/**
 * How many formatters stay loaded. Each takes longer to create than most expressions to evaluate, and tens of
 * kilobytes.
 */
export const MAX_ZONES = 64
const formats = new Map<string, Intl.DateTimeFormat>()

/** Throws if the platform does not know the zone. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const key = zone.toLowerCase()
  const known = formats.get(key)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return remember(formats, MAX_ZONES, key, format)
}

/** A name such as `Europe/Berlin` or `UTC`. A bare offset has no rules, so it is not a zone name. */
export function isZoneName(name: string): boolean {
  try {
    return NAME.test(name) && formatOf(name) !== undefined
  } catch {
    return false
  }
}

/** A name, or a fixed offset such as `+02:00`. */
export function isZone(zone: string): boolean {
  const fixed = FIXED.exec(zone)
  if (fixed !== null) return Number(fixed[2]) < 24 && Number(fixed[3]) < 60
  return zone === 'UTC' || isZoneName(zone)
}

/** What to add to the instant to get local time, in a zone that `isZone` accepts. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0
  const fixed = FIXED.exec(zone)
  if (fixed !== null)
    return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * MINUTE_MS
  return offsetByName(ms, zone)
}

/** The same for a zone that `isZoneName` accepts. */
export function offsetByName(ms: number, zone: string): number {
  const numbers = formatOf(zone).format(ms).match(/\d+/g) ?? []
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number)
  const local = localMsOf({ year, month, day, hour, minute, second, millisecond: 0 })
  return local - Math.floor(ms / 1000) * 1000
}

/**
 * The instant of a local time. For a time that occurs twice, the first. A time that is skipped moves forward by the
 * length of the gap, like Temporal's "compatible".
 */
export function instantOf(localMs: number, zone: string): number {
  if (zone === 'UTC') return localMs
  const before = offsetAt(localMs - DAY_MS, zone)
  const after = offsetAt(localMs + DAY_MS, zone)
  if (before === after) return localMs - before
  const early = localMs - before
  if (offsetAt(early, zone) === before) return early
  const late = localMs - after
  return offsetAt(late, zone) === after ? late : early
}

export const localCalendar = (ms: number, zone: string) => calendarOf(ms + offsetAt(ms, zone))
