/**
 * The rule of `next-fire.ts` implemented a second time, by stepping through every minute. It shares no code with the
 * engine: it has its own clock, its own calendar, and cron as sets of numbers instead of text.
 */
export type Spec = {
  text: string
  minutes: Set<number>
  hours: Set<number>
  months: Set<number>
  days: Set<number>
  weekdays: Set<number>
  either: boolean
}

export type Window = {
  zone: string
  start: number
  /** Local time of each minute from `start`, as minutes since 1970 of the wall clock. */
  local: Int32Array
  /** Whether this local minute has occurred before in the window. */
  again: Uint8Array
}

const DAY = 86_400_000

export function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  return (at) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) / 60_000
}

export function windowOf(zone: string, start: number, minutes: number): Window {
  const read = wallClock(zone)
  const local = new Int32Array(minutes)
  const again = new Uint8Array(minutes)
  const seen = new Set<number>()
  for (let i = 0; i < minutes; i++) {
    const minute = read(start + i * 60_000)
    local[i] = minute
    if (seen.has(minute)) again[i] = 1
    seen.add(minute)
  }
  return { zone, start, local, again }
}

function dayMatches(spec: Spec, localDay: number): boolean {
  const date = new Date(localDay * DAY)
  if (!spec.months.has(date.getUTCMonth() + 1)) return false
  const byDate = spec.days.has(date.getUTCDate())
  const byWeekday = spec.weekdays.has(date.getUTCDay())
  return spec.either ? byDate || byWeekday : byDate && byWeekday
}

/** The first fire after `after` inside the window. Null if there is none. */
export function bruteNext(spec: Spec, window: Window, after: number): number | null {
  const { local, again, start } = window
  const days = new Map<number, boolean>()
  const matches = (minute: number): boolean => {
    if (!spec.minutes.has(minute % 60) || !spec.hours.has(Math.floor(minute / 60) % 24)) return false
    const day = Math.floor(minute / 1440)
    const known = days.get(day) ?? dayMatches(spec, day)
    days.set(day, known)
    return known
  }
  const realTime = spec.hours.size === 24
  for (let i = Math.max(1, Math.floor((after - start) / 60_000) + 1); i < local.length; i++) {
    const now = local[i]!
    if (realTime) {
      if (matches(now)) return start + i * 60_000
      continue
    }
    if (again[i] === 0 && matches(now)) return start + i * 60_000
    for (let skipped = local[i - 1]! + 1; skipped < now; skipped++)
      if (matches(skipped)) return start + i * 60_000
  }
  return null
}
