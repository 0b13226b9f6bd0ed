// The formatters of time zones, which take longer to make than most expressions to evaluate and hold tens of kilobytes of
// native memory. What they say depends on the zone alone.
import { remember } from '../core/remember.ts'

/** How many stay loaded. */
export const MOST_ZONES = 64
const formats = new Map<string, Intl.DateTimeFormat>()

/** Throws when the platform does not know the zone. */
export function zoneFormat(zone: string): Intl.DateTimeFormat {
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
  return remember(formats, MOST_ZONES, key, format)
}

export function isKnownZone(zone: string): boolean {
  try {
    zoneFormat(zone)
    return true
  } catch {
    return false
  }
}
