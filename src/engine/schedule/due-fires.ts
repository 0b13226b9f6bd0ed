/**
 * Which fires of a schedule are due.
 *
 * 1. The result only depends on the arguments: two ticks over the same period give the same instants, so a run with
 *    the key (trigger, instant) starts once.
 * 2. `nextFireAt` is after both `nowMs` and `lastFireMs`: a clock that was set back never repeats a fire.
 * 3. There are at most `MAX_FIRES` instants. The work depends on them, not on the length of an outage.
 */
import { MINUTE_MS } from '../../core/clock.ts'
import { nextFire, type Schedule } from './next-fire.ts'

/** A fire that is later than this was missed. So was one that is late by more than a period of its schedule. */
export const ON_TIME_MS = 3 * MINUTE_MS

export const MAX_FIRES = 100

// Enough to contain the newest hundred, and few enough to stop early in a period that is far too long.
const ENOUGH = 10 * MAX_FIRES

function firesIn(schedule: Schedule, after: number, until: number): number[] {
  const fires: number[] = []
  let at = nextFire(schedule, after)
  while (at !== null && at <= until && fires.length <= ENOUGH) {
    fires.push(at)
    at = nextFire(schedule, at)
  }
  return fires
}

/** The next fire is not due yet, or is due at this very moment. */
function isOnTime(schedule: Schedule, at: number, nowMs: number): boolean {
  return nowMs - at <= ON_TIME_MS && (nextFire(schedule, at) ?? nowMs) >= nowMs
}

/** The last `MAX_FIRES` fires in (after, until], oldest first. Searches for a period with about enough. */
function lastFires(schedule: Schedule, after: number, until: number): number[] {
  let few = until
  let many: number | null = null
  let from = Math.max(after, until - MAX_FIRES * MINUTE_MS)
  while (true) {
    const fires = firesIn(schedule, from, until)
    if (fires.length > ENOUGH) many = from
    else if (fires.length >= MAX_FIRES || from === after) return fires.slice(-MAX_FIRES)
    else few = from
    from = many === null ? Math.max(after, until - 2 * (until - from)) : Math.floor((many + few) / 2)
  }
}

/**
 * The fires in (lastFireMs, nowMs] that must start now, oldest first, but none after `endMs`. A fire on time always
 * starts. Of the missed ones, `skip` starts none, `one` the newest, and `all` each, up to the newest hundred.
 */
export function dueFires(
  schedule: Schedule,
  lastFireMs: number,
  nowMs: number,
  endMs = Number.POSITIVE_INFINITY,
): { fires: number[]; nextFireAt: number | null } {
  const nextFireAt = nextFire(schedule, Math.max(lastFireMs, nowMs))
  if (!(nowMs > lastFireMs)) return { fires: [], nextFireAt }
  const since = schedule.missed === 'skip' ? Math.max(lastFireMs, nowMs - ON_TIME_MS - 1) : lastFireMs
  const due = lastFires(schedule, Math.max(since, 0), Math.min(nowMs, endMs))
  if (schedule.missed === 'all') return { fires: due, nextFireAt }
  const onTime = due.findIndex((at) => isOnTime(schedule, at, nowMs))
  if (schedule.missed === 'skip') return { fires: onTime === -1 ? [] : due.slice(onTime), nextFireAt }
  const firstKept = onTime === -1 ? due.length - 1 : onTime - 1
  return { fires: due.slice(Math.max(firstKept, 0)), nextFireAt }
}

/**
 * When a fire starts with jitter: later than planned by up to `jitterMs`, never earlier, and always by the same
 * amount for the same fire. `hash` maps text to an unsigned 32-bit number.
 */
export function jitteredStart(
  schedule: Schedule,
  key: string,
  scheduledFor: number,
  hash: (text: string) => number,
): number {
  if (schedule.jitterMs <= 0) return scheduledFor
  return scheduledFor + ((hash(`${key}:${scheduledFor}`) >>> 0) % (schedule.jitterMs + 1))
}
