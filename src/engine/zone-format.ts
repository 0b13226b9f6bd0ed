// The formatters of time zones, which take longer to make than most expressions to evaluate and hold tens of kilobytes of
// native memory. What they say depends on the zone alone: dropping one costs time, never an answer.

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
  if (formats.size >= MOST_ZONES) formats.delete(formats.keys().next().value as string)
  formats.set(key, format)
  return format
}

export function isKnownZone(zone: string): boolean {
  try {
    zoneFormat(zone)
    return true
  } catch {
    return false
  }
}
