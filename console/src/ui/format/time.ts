// Formats times and amounts for people.

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (ms < 1) return '<1 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' })
const STEPS: [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [60, 'second', 1],
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
  [30 * 86_400, 'day', 86_400],
  [365 * 86_400, 'month', 30 * 86_400],
  [Number.POSITIVE_INFINITY, 'year', 365 * 86_400],
]

/** `3m ago`, `in 2h`. A small clock difference shows as `now`. */
export function ago(iso: string | null | undefined, now: number): string {
  if (!iso) return '–'
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  if (Math.abs(seconds) < 5) return 'now'
  const [, unit, size] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? STEPS[0]!
  return relative.format(Math.trunc(seconds / size), unit)
}

const exactFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
})
/** The full time in the viewer's time zone, and in UTC. */
export const exact = (iso: string): string =>
  `${exactFormat.format(new Date(iso))} (${iso.slice(0, 19).replace('T', ' ')} UTC)`

/** The time of day with milliseconds. */
export function clock(at: string | number): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString('en-GB', { hour12: false })
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

export const count = (value: number): string => value.toLocaleString('en')

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const SIZES = ['KB', 'MB', 'GB', 'TB']

/** `812 B`, `1.4 KB`, `20 MB`: in steps of 1,024, and with a decimal below 10 unless it is 0. */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  let value = size / 1024
  let step = 0
  // What would be rounded to 1,024 is one of the next unit.
  while (value >= 1023.5 && step < SIZES.length - 1) {
    value /= 1024
    step += 1
  }
  const text = value < 9.95 ? value.toFixed(1).replace('.0', '') : String(Math.round(value))
  return `${text} ${SIZES[step]}`
}

/** The end of an id, which distinguishes it from others. */
export const shortId = (id: string): string => id.slice(-6)
