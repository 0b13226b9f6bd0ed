import { describe, expect, test } from 'vitest'
import { nextFire, type Schedule, upcoming } from '../../../src/engine/schedule/next-fire.ts'
import { compileSchedule } from '../../../src/engine/schedule/trigger.ts'
import { isZoneName } from '../../../src/engine/time/zone.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

function scheduleOf(cron: string, timezone = 'UTC'): Schedule {
  const compiled = compileSchedule({ cron, timezone })
  if (!compiled.ok) throw new Error(compiled.error.message)
  return compiled.value
}

const firesOf = (cron: string, zone: string, from: string, count = 3): string[] =>
  upcoming(scheduleOf(cron, zone), Date.parse(from), count).map((at) =>
    new Date(at).toISOString().slice(0, 16),
  )

const every = (everyMs: number, anchorMs: number): Schedule => ({
  kind: 'every',
  everyMs,
  anchorMs,
  missed: 'one',
  jitterMs: 0,
})

describe('when clocks go forward', () => {
  test('a fixed time in the gap fires once, at the first instant after it', () => {
    expect(firesOf('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z')).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ])
    expect(firesOf('*/5 2 * * *', 'Europe/Berlin', '2026-03-29T00:30Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ])
  })

  test('a gap at midnight moves a daily schedule to one o’clock', () => {
    expect(firesOf('@daily', 'Asia/Beirut', '2026-03-28T00:00Z', 2)).toEqual([
      '2026-03-28T22:00',
      '2026-03-29T21:00',
    ])
  })

  test('a day that does not exist fires at the start of the next', () => {
    expect(firesOf('0 9 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', 1)).toEqual(['2011-12-30T10:00'])
  })

  test('a schedule of every hour follows real time and makes nothing up', () => {
    expect(firesOf('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z')).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:30',
      '2026-03-29T02:30',
    ])
  })

  test('a gap of half an hour is handled too', () => {
    expect(firesOf('15 2 4 10 *', 'Australia/Lord_Howe', '2026-10-01T00:00Z', 1)).toEqual([
      '2026-10-03T15:30',
    ])
  })
})

describe('when clocks go back', () => {
  test('a fixed time that occurs twice fires once, at the first', () => {
    expect(firesOf('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
  })

  test('between the two passes it does not fire again', () => {
    const at = nextFire(scheduleOf('30 2 * * *', 'Europe/Berlin'), Date.parse('2026-10-25T00:45Z'))
    expect(new Date(at ?? 0).toISOString()).toBe('2026-10-26T01:30:00.000Z')
  })

  test('a schedule of every hour fires in both passes', () => {
    expect(firesOf('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:59Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ])
  })
})

describe('limits of the search', () => {
  test('a date that never occurs returns null immediately', () => {
    const spentMs = startProcessorTime()
    expect(nextFire(scheduleOf('0 0 30 2 *', 'Africa/Casablanca'), 1_780_000_000_000)).toBeNull()
    expect(nextFire(scheduleOf('* * 30 2 *', 'Africa/Casablanca'), 1_780_000_000_000)).toBeNull()
    expect(spentMs()).toBeLessThan(500)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, Number.MAX_VALUE])('after %s: null', (after) => {
    expect(nextFire(scheduleOf('* * * * *', 'Europe/Berlin'), after)).toBeNull()
    expect(nextFire(every(60_000, 0), after)).toBeNull()
  })

  test('from before 1970 the search starts in 1970', () => {
    expect(nextFire(scheduleOf('* * * * *'), Number.NEGATIVE_INFINITY)).toBe(60_000)
  })

  test('a yearly schedule takes well under a millisecond', () => {
    const schedule = scheduleOf('0 6 1 1 *', 'America/New_York')
    nextFire(schedule, Date.UTC(2026, 5, 1))
    const spentMs = startProcessorTime()
    for (let n = 0; n < 1000; n++) nextFire(schedule, Date.UTC(2026, 5, 1) + n)
    expect(spentMs() / 1000).toBeLessThan(0.2)
  })
})

describe('an interval in milliseconds', () => {
  test('counts from its anchor, in real time', () => {
    expect(upcoming(every(90_000, 10_000), 10_000, 3)).toEqual([100_000, 190_000, 280_000])
    expect(nextFire(every(90_000, 10_000), 100_000 - 1)).toBe(100_000)
    expect(nextFire(every(90_000, 10_000), 100_000)).toBe(190_000)
  })

  test('never fires before its anchor', () => {
    expect(nextFire(every(60_000, 1_000_000_000), 5)).toBe(1_000_000_000)
  })
})

test('only names of the zone database are time zones', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'America/Argentina/San_Luis', 'Etc/GMT+5', 'Asia/Kathmandu'])
    expect(isZoneName(name), name).toBe(true)
  for (const name of [
    '',
    '+02:00',
    'Berlin',
    'Europe/Nowhere',
    '__proto__',
    'constructor',
    'a'.repeat(10_000),
    'UTC\n',
  ])
    expect(isZoneName(name), name).toBe(false)
})
