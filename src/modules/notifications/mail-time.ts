// When to send a mail: at once, after the quiet hours, or with the digest. Times of day are in the user's time zone.
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts'
import { instantOf, isZone, offsetAt } from '../../engine/time/zone.ts'
import type { QuietHours } from './preferences.ts'

export type Timing = {
  timezone: string
  quietHours: QuietHours | null
  digest: 'off' | 'daily' | 'weekly'
}

/** Digests are sent at eight in the morning, weekly ones on Mondays. */
const DIGEST_MINUTES = 8 * 60
const MONDAY = 1

export function mailDueAt(now: number, { timezone, quietHours, digest }: Timing): number {
  const zone = isZone(timezone) ? timezone : 'UTC'
  if (digest !== 'off') return nextDigest(now, zone, digest)
  return quietHours === null ? now : afterQuiet(now, zone, quietHours)
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

function afterQuiet(now: number, zone: string, { from, to }: QuietHours): number {
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  const local = now + offsetAt(now, zone)
  const day = Math.floor(local / DAY_MS) * DAY_MS
  const minute = (local - day) / MINUTE_MS
  const isQuiet = begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end
  if (!isQuiet) return now
  const endDay = minute < end ? day : day + DAY_MS
  return instantOf(endDay + end * MINUTE_MS, zone)
}

function nextDigest(now: number, zone: string, digest: 'daily' | 'weekly'): number {
  const local = now + offsetAt(now, zone)
  let day = Math.floor(local / DAY_MS) * DAY_MS
  for (let n = 0; n <= 7; n++, day += DAY_MS) {
    const at = instantOf(day + DIGEST_MINUTES * MINUTE_MS, zone)
    if (at > now && (digest === 'daily' || weekdayOf(day) === MONDAY)) return at
  }
  return now
}

/** 1970 began on a Thursday. */
const weekdayOf = (day: number): number => (Math.floor(day / DAY_MS) + 4) % 7
