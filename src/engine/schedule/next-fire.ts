/**
 * When a schedule fires next.
 *
 * 1. A fire is never earlier than its local time, and `nextFire` returns an instant strictly after the given one.
 * 2. Fixed hours (`0 2 * * *`): a local time that does not exist fires at the first valid instant after the gap,
 *    once, even if several of its times are in the gap. A local time that occurs twice fires once, at the first.
 * 3. Every hour (`*` or 0-23 in the hour field, such as `0,30 * * * *`): fires at each real minute whose local time
 *    matches. Times in a gap are skipped, and times that occur twice fire twice.
 * 4. `everyMs` counts real time from its anchor and does not depend on a zone.
 */
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts'
import { LAST_MS } from '../time/calendar.ts'
import { firstInstantOf, MAX_OFFSET_MS, segmentAt } from '../time/zone-segments.ts'
import { type Cron, nextLocalMinute } from './cron.ts'

export type MissedPolicy = 'skip' | 'one' | 'all'

export type Schedule = { missed: MissedPolicy; jitterMs: number } & (
  | { kind: 'cron'; cron: Cron; zone: string }
  | { kind: 'every'; everyMs: number; anchorMs: number }
)

/** Schedules cover 1970 to the end of the year 9999. */

/** The first matching local time at or after `local`, both in milliseconds. */
function nextLocal(cron: Cron, local: number): number | null {
  const minute = nextLocalMinute(cron, Math.ceil(local / MINUTE_MS))
  return minute === null ? null : minute * MINUTE_MS
}

function nextFixed(cron: Cron, zone: string, after: number): number | null {
  const segment = segmentAt(zone, after)
  let local = nextLocal(cron, after + segment.offset + 1)
  // In the second pass of a repeated hour, the next local times have already fired in the first. That is at most a
  // day.
  while (local !== null) {
    const at = firstInstantOf(zone, local)
    if (at > after) return at
    local = nextLocal(cron, local + 1)
  }
  return null
}

function nextEveryHour(cron: Cron, zone: string, after: number): number | null {
  let from = after + 1
  while (from <= LAST_MS) {
    const segment = segmentAt(zone, from)
    const local = nextLocal(cron, from + segment.offset)
    if (local === null) return null
    if (local < segment.end + segment.offset) return local - segment.offset
    // Whatever the offsets up to there, no local time matches before `first`, so the years between can be skipped.
    const first = nextLocal(cron, segment.end - MAX_OFFSET_MS)
    if (first === null) return null
    from = Math.max(segment.end, first - MAX_OFFSET_MS)
  }
  return null
}

function nextEvery(everyMs: number, anchorMs: number, after: number): number {
  const next = anchorMs + (Math.floor((after - anchorMs) / everyMs) + 1) * everyMs
  return Math.max(next, anchorMs)
}

/** The first fire strictly after `afterMs`, or null if there is none (30 February). */
export function nextFire(schedule: Schedule, afterMs: number): number | null {
  if (Number.isNaN(afterMs) || afterMs > LAST_MS - DAY_MS) return null
  const after = Math.max(Math.floor(afterMs), 0)
  const at =
    schedule.kind === 'every'
      ? nextEvery(schedule.everyMs, schedule.anchorMs, after)
      : schedule.cron.everyHour
        ? nextEveryHour(schedule.cron, schedule.zone, after)
        : nextFixed(schedule.cron, schedule.zone, after)
  return at !== null && at <= LAST_MS ? at : null
}

/** The next `count` fires after `fromMs`, or fewer if the schedule ends. */
export function upcoming(schedule: Schedule, fromMs: number, count: number): number[] {
  const fires: number[] = []
  let at = nextFire(schedule, fromMs)
  while (at !== null && fires.length < count) {
    fires.push(at)
    at = nextFire(schedule, at)
  }
  return fires
}
