import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  compileSchedule,
  refineSchedule,
  ScheduleTrigger,
  scheduleTriggerShape,
} from '../../../src/engine/schedule/trigger.ts'

const issuesOf = (value: unknown): string[] => {
  const parsed = ScheduleTrigger.safeParse(value)
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

describe('a schedule trigger', () => {
  test('accepts cron with a zone, or everyMs', () => {
    expect(
      issuesOf({ type: 'schedule', cron: '0 9 * * MON-FRI', timezone: 'Europe/Berlin', missed: 'all' }),
    ).toEqual([])
    expect(issuesOf({ type: 'schedule', everyMs: 60_000, jitterMs: 5_000, input: { a: 1 } })).toEqual([])
  })

  test.each([
    [{ type: 'schedule' }, 'cron: set exactly one of cron and everyMs'],
    [{ type: 'schedule', cron: '* * * * *', everyMs: 60_000 }, 'cron: set exactly one of cron and everyMs'],
    [{ type: 'schedule', cron: '61 * * * *' }, 'cron: minute (column 1): expected 0-59, found "61"'],
    [
      { type: 'schedule', cron: '* * * * *', timezone: 'Mars/Base' },
      'timezone: "Mars/Base" is not an IANA time zone',
    ],
    [{ type: 'schedule', everyMs: 59_999 }, 'everyMs: '],
    [{ type: 'schedule', everyMs: 60_000.5 }, 'everyMs: '],
    [{ type: 'schedule', everyMs: Number.NaN }, 'everyMs: '],
    [{ type: 'schedule', everyMs: 60_000, jitterMs: 60_000 }, 'jitterMs: must be less than everyMs'],
    [{ type: 'schedule', cron: '* * * * *', jitterMs: -1 }, 'jitterMs: '],
    [{ type: 'schedule', cron: '* * * * *', missed: 'some' }, 'missed: '],
    [{ type: 'schedule', cron: '* * * * *', extra: 1 }, ': '],
  ])('%j is refused', (value, message) => {
    expect(issuesOf(value)).toEqual([expect.stringContaining(message)])
  })

  test('its shape can be part of a larger trigger and of a generated JSON Schema', () => {
    const Larger = z.strictObject({ key: z.string(), ...scheduleTriggerShape }).superRefine(refineSchedule)
    expect(Larger.safeParse({ key: 'k', type: 'schedule', cron: '@daily' }).success).toBe(true)
    expect(Larger.safeParse({ key: 'k', type: 'schedule', cron: '@never' }).success).toBe(false)
    expect(z.toJSONSchema(ScheduleTrigger)).toMatchObject({ required: ['type'] })
  })

  test('the defaults are UTC, the newest missed fire, no jitter and the epoch as anchor', () => {
    expect(compileSchedule({ cron: '@daily' })).toMatchObject({
      value: { zone: 'UTC', missed: 'one', jitterMs: 0 },
    })
    expect(compileSchedule({ everyMs: 60_000 })).toMatchObject({ value: { anchorMs: 0 } })
  })
})
