/**
 * Offsets of named zones, scanned once per year of a zone and kept as segments of constant offset. For schedules;
 * `zone.ts` explains why.
 *
 * 1. The segments of a zone cover the time line without gap or overlap, so a walk from one to the next ends.
 * 2. The caches only depend on the zone name. Dropping an entry costs time, and never changes a result.
 * 3. The scan would miss two changes of offset within three days that cancel each other. No zone has had that since
 *    1970; the shortest summer time was a week (north of Brazil, 2000).
 */
import { DAY_MS } from '../../core/clock.ts'
import { remember } from '../../core/remember.ts'
import { offsetByName } from './zone.ts'

/** `offset` is local time minus UTC in milliseconds, valid from `start` (inclusive) to `end` (exclusive). */
export type Segment = { start: number; end: number; offset: number }

// A year of segments takes a few hundred bytes.
const MAX_YEARS = 5_000
const PROBE_MS = 3 * DAY_MS

const years = new Map<string, Segment[]>()

/** The instant in (low, high] at which the offset first differs from that at `low`. */
function findChange(zone: string, low: number, high: number, before: number): number {
  let from = low
  let to = high
  while (to - from > 1000) {
    const middle = Math.floor((from + to) / 2000) * 1000
    if (offsetByName(middle, zone) === before) from = middle
    else to = middle
  }
  return to
}

function scanYear(zone: string, year: number): Segment[] {
  const last = Date.UTC(year + 1, 0, 1)
  const segments: Segment[] = []
  let start = Date.UTC(year, 0, 1)
  let offset = offsetByName(start, zone)
  for (let at = start; at < last; ) {
    const next = Math.min(at + PROBE_MS, last)
    // The last probe is just inside the year: a change on the border itself begins the next year.
    const probe = next === last ? last - 1000 : next
    if (offsetByName(probe, zone) === offset) {
      at = next
      continue
    }
    const change = findChange(zone, at, probe, offset)
    segments.push({ start, end: change, offset })
    start = change
    offset = offsetByName(change, zone)
    at = change
  }
  segments.push({ start, end: last, offset })
  return segments
}

/** The period of constant offset that contains `at`, cut at the borders of the UTC year. */
export function segmentAt(zone: string, at: number): Segment {
  const year = new Date(at).getUTCFullYear()
  const key = `${zone}|${year}`
  const segments = years.get(key) ?? remember(years, MAX_YEARS, key, scanYear(zone, year))
  for (const segment of segments) if (at < segment.end) return segment
  throw new RangeError(`no offset of ${zone} at ${at}`)
}

// No zone has ever been a whole day from UTC, so a local time occurs within a day of the same UTC time.
export const MAX_OFFSET_MS = DAY_MS

/**
 * The earliest instant at which the zone's clock shows `local` or later. For a time in a spring gap, that is the
 * first instant after the gap; for a time that occurs twice, the first of the two.
 */
export function firstInstantOf(zone: string, local: number): number {
  let segment = segmentAt(zone, local - MAX_OFFSET_MS)
  while (local >= segment.end + segment.offset) segment = segmentAt(zone, segment.end)
  return Math.max(segment.start, local - segment.offset)
}
