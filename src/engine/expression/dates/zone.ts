import { isKnownZone, zoneFormat } from '../../zone-format.ts'
import { calendarOf, DAY_MS, localMsOf } from './calendar.ts'

const FIXED = /^([+-])(\d\d):(\d\d)$/

/** Whether this is `UTC`, a fixed offset such as `+02:00`, or a zone name that the platform knows. */
export function isZone(zone: string): boolean {
  if (zone === 'UTC') return true
  const fixed = FIXED.exec(zone)
  if (fixed !== null) return Number(fixed[2]) < 24 && Number(fixed[3]) < 60
  return zone.length <= 40 && /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone) && isKnownZone(zone)
}

/** What has to be added to the instant to get local time in a zone that `isZone` accepts. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0
  const fixed = FIXED.exec(zone)
  if (fixed !== null) {
    return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000
  }
  const found: Record<string, number> = {}
  for (const part of zoneFormat(zone).formatToParts(ms)) found[part.type] = Number(part.value)
  const wholeSecond = Math.floor(ms / 1000) * 1000
  const local = localMsOf({
    year: found.year!,
    month: found.month!,
    day: found.day!,
    hour: found.hour!,
    minute: found.minute!,
    second: found.second!,
    millisecond: 0,
  })
  return local - wholeSecond
}

/**
 * The instant of a local time. A time that happens twice means the first; one that is skipped moves forward by
 * the length of the gap, as Temporal's "compatible" does.
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
