// Schedules of tasks: the engine's schedules, limited to a first and a last time and a number of occurrences.
import { AppError } from '../../../core/errors.ts'
import { nextFire, type Schedule } from '../../../engine/schedule/next-fire.ts'
import { compileSchedule } from '../../../engine/schedule/trigger.ts'
import type { TaskSchedule } from '../schema/parts.ts'

export type Bounds = { endMs: number | null; maxRuns: number | null }

const msOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text))

const refuse = (path: string, message: string): AppError =>
  new AppError('request.invalid', { errors: [{ path: `/${path}`, message, code: 'custom' }] })

/** Null for a schedule with a single time. */
export function compiledOf(given: TaskSchedule): Schedule | null {
  if (given.at !== undefined) return null
  const compiled = compileSchedule(given, msOf(given.startAt) ?? 0)
  if (!compiled.ok) throw refuse(compiled.error.path, compiled.error.message)
  return compiled.value
}

/** The first time after `afterMs`. Null if there is none. */
export function nextOf(given: TaskSchedule, afterMs: number, fired: number): number | null {
  if (given.maxRuns !== undefined && fired >= given.maxRuns) return null
  const compiled = compiledOf(given)
  if (compiled === null) return fired > 0 ? null : msOf(given.at)
  const start = msOf(given.startAt)
  const at = nextFire(compiled, Math.max(afterMs, start === null ? 0 : start - 1))
  const end = msOf(given.endAt)
  return at === null || (end !== null && at > end) ? null : at
}

export function upcomingOf(given: TaskSchedule, from: number | null, fired: number, count: number): number[] {
  const times: number[] = []
  for (let at = from; at !== null && times.length < count; at = nextOf(given, at, fired + times.length))
    times.push(at)
  return times
}

/**
 * The first time. `fired` is how many occurrences the task has had, which count for `maxRuns`. Throws 422 if the
 * schedule is incomplete or contradictory, or never fires.
 */
export function firstOfSchedule(given: TaskSchedule, now: number, fired = 0): number {
  const { at, cron, everyMs, startAt, endAt, maxRuns } = given
  const ways = Object.entries({ at, cron, everyMs }).filter(([, value]) => value !== undefined)
  if (ways.length !== 1) throw refuse(ways[1]?.[0] ?? 'at', 'Give one of at, cron and everyMs')
  if (at !== undefined && (startAt ?? endAt ?? maxRuns) !== undefined)
    throw refuse('at', 'A single time has no startAt, endAt or maxRuns')
  if (startAt !== undefined && endAt !== undefined && Date.parse(endAt) < Date.parse(startAt))
    throw refuse('endAt', 'Must not be before startAt')
  if (maxRuns !== undefined && fired >= maxRuns)
    throw refuse('maxRuns', `The task has had ${fired} occurrences. Give a larger number`)
  const first = nextOf(given, now, at === undefined ? fired : 0)
  if (first === null) throw refuse(ways[0]?.[0] ?? 'cron', 'Such a schedule never fires')
  return first
}
