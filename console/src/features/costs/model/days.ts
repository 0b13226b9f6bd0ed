// Days in UTC, as the API counts costs: `2026-01-31`.

const DAY_MS = 86_400_000

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

export const addDays = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS)

/** With both ends. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1

export type Bucket = 'day' | 'week' | 'month'

const startOf: Record<Bucket, (day: string) => string> = {
  day: (day) => day,
  // Named by its Monday, like in the API.
  week: (day) => addDays(day, -((new Date(day).getUTCDay() + 6) % 7)),
  month: (day) => day.slice(0, 7),
}

/** The keys of all buckets of a period, also of those without costs. */
export function bucketsOf(from: string, to: string, bucket: Bucket): string[] {
  const keys: string[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const key = startOf[bucket](day)
    if (keys.at(-1) !== key) keys.push(key)
  }
  return keys
}

/** The days of a bucket within the period. */
export function daysOfBucket(
  key: string,
  bucket: Bucket,
  period: { from: string; to: string },
): { from: string; to: string } {
  const from = bucket === 'month' ? `${key}-01` : key
  const to =
    bucket === 'day'
      ? key
      : bucket === 'week'
        ? addDays(key, 6)
        : addDays(`${startOf.month(addDays(from, 31))}-01`, -1)
  return { from: from < period.from ? period.from : from, to: to > period.to ? period.to : to }
}

/** So many columns at most fit into a chart. */
const MOST_DAYS = 62
const MOST_WEEK_DAYS = 400

export function bucketFor(from: string, to: string): Bucket {
  const days = daysBetween(from, to)
  return days <= MOST_DAYS ? 'day' : days <= MOST_WEEK_DAYS ? 'week' : 'month'
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
const short = utc({ day: 'numeric', month: 'short' })
const long = utc({ day: 'numeric', month: 'short', year: 'numeric' })
const month = utc({ month: 'short', year: 'numeric' })

/** `3 Nov`, or `Nov 2026`. */
export const bucketName = (key: string, bucket: Bucket): string =>
  bucket === 'month' ? month.format(new Date(`${key}-01`)) : short.format(new Date(key))

export const dayName = (day: string): string => long.format(new Date(day))

export const periodName = ({ from, to }: { from: string; to: string }): string =>
  from === to ? dayName(from) : `${dayName(from)} to ${dayName(to)}`
