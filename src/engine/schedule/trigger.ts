import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { isZoneName } from '../time/zone.ts'
import { parseCron } from './cron.ts'
import type { Schedule } from './next-fire.ts'

export const MIN_EVERY_MS = 60_000
const MAX_EVERY_MS = 366 * DAY_MS
const MAX_JITTER_MS = 3_600_000

/** The shape without the rules between fields. A trigger schema that adds `key` and `entry` spreads it. */
export const scheduleTriggerShape = {
  type: z.literal('schedule').describe('Starts runs on a schedule.'),
  cron: z
    .string()
    .max(256)
    .optional()
    .describe(
      'Five fields: minute, hour, day of month, month, day of week (0-7, 0 and 7 are Sunday). Names, lists, ranges, ' +
        'steps, L, FRI#2, FRIL and @daily are supported.',
    ),
  everyMs: z
    .number()
    .int()
    .min(MIN_EVERY_MS)
    .max(MAX_EVERY_MS)
    .optional()
    .describe('The interval in milliseconds of real time, at least a minute. Instead of `cron`.'),
  timezone: z.string().max(64).optional().meta({
    description: 'The IANA time zone of `cron`, such as Europe/Berlin. It has no effect on `everyMs`.',
    default: 'UTC',
  }),
  missed: z.enum(['skip', 'one', 'all']).optional().meta({
    description:
      'Which missed fires still start runs: none, the newest, or the newest 100. A fire is missed if it is more than 3 minutes late, or later than the next one was due.',
    default: 'one',
  }),
  jitterMs: z
    .number()
    .int()
    .min(0)
    .max(MAX_JITTER_MS)
    .optional()
    .meta({ description: 'Delays each run by a fixed part of this time.', default: 0 }),
  input: z.unknown().optional().describe('The input of the runs that this trigger starts.'),
}

type Fields = {
  cron?: string | undefined
  everyMs?: number | undefined
  timezone?: string | undefined
  missed?: 'skip' | 'one' | 'all' | undefined
  jitterMs?: number | undefined
}

export type ScheduleProblem = { path: 'cron' | 'timezone' | 'jitterMs'; message: string }

/**
 * Converts a checked trigger to a schedule. `anchorMs` is the start of `everyMs`. It must stay the same for all
 * versions of a workflow, so the default is the epoch and not the time of the change.
 */
export function compileSchedule(trigger: Fields, anchorMs = 0): Result<Schedule, ScheduleProblem> {
  const missed = trigger.missed ?? 'one'
  const jitterMs = trigger.jitterMs ?? 0
  const { cron, everyMs } = trigger
  if ((cron === undefined) === (everyMs === undefined))
    return err({ path: 'cron', message: 'set exactly one of cron and everyMs' })
  const zone = trigger.timezone ?? 'UTC'
  if (!isZoneName(zone))
    return err({
      path: 'timezone',
      message: `"${zone}" is not an IANA time zone; use a name such as Europe/Berlin`,
    })
  if (everyMs !== undefined) {
    if (jitterMs >= everyMs) return err({ path: 'jitterMs', message: 'must be less than everyMs' })
    return ok({ kind: 'every', everyMs, anchorMs, missed, jitterMs })
  }
  const parsed = parseCron(cron ?? '')
  if (!parsed.ok) return err({ path: 'cron', message: parsed.error.message })
  return ok({ kind: 'cron', cron: parsed.value, zone, missed, jitterMs })
}

/** The rules between the fields, for a schema built on `scheduleTriggerShape`. */
export function refineSchedule(value: Fields, context: { addIssue: (issue: RefineIssue) => void }): void {
  const compiled = compileSchedule(value)
  if (compiled.ok) return
  context.addIssue({ code: 'custom', path: [compiled.error.path], message: compiled.error.message })
}

type RefineIssue = { code: 'custom'; path: PropertyKey[]; message: string }

export type ScheduleTrigger = z.infer<typeof ScheduleTrigger>
export const ScheduleTrigger = z.strictObject(scheduleTriggerShape).superRefine(refineSchedule)
