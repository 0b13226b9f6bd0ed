import { describe, expect, test } from 'vitest'
import { dueFires, jitteredStart, MAX_FIRES } from '../../../src/engine/schedule/due-fires.ts'
import { type MissedPolicy, nextFire, type Schedule } from '../../../src/engine/schedule/next-fire.ts'
import { compileSchedule } from '../../../src/engine/schedule/trigger.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'
import { intOf, randomCron, randomOf } from './random-cron.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const T = Date.UTC(2026, 6, 21, 10)

function scheduleOf(cron: string, missed: MissedPolicy, timezone = 'UTC'): Schedule {
  const compiled = compileSchedule({ cron, missed, timezone })
  if (!compiled.ok) throw new Error(compiled.error.message)
  return compiled.value
}

const POLICIES: readonly MissedPolicy[] = ['skip', 'one', 'all']

describe('due fires', () => {
  test.each(POLICIES)('%s: a fire is due from its instant on, and only once', (missed) => {
    const hourly = scheduleOf('0 * * * *', missed)
    expect(dueFires(hourly, T - HOUR, T - 1)).toEqual({ fires: [], nextFireAt: T })
    expect(dueFires(hourly, T - HOUR, T)).toEqual({ fires: [T], nextFireAt: T + HOUR })
    expect(dueFires(hourly, T, T + 20_000)).toEqual({ fires: [], nextFireAt: T + HOUR })
  })

  test('a fire that is late by more than a period was missed, however short the period is', () => {
    const fires = (missed: MissedPolicy, now: number, cron = '* * * * *'): number[] =>
      dueFires(scheduleOf(cron, missed), T, now).fires.map((at) => (at - T) / MINUTE)
    const outage = T + 6.5 * MINUTE
    expect(fires('skip', outage)).toEqual([6])
    expect(fires('one', outage)).toEqual([5, 6])
    expect(fires('all', outage)).toEqual([1, 2, 3, 4, 5, 6])
    expect(fires('skip', outage, '*/2 * * * *')).toEqual([6])
    expect(fires('one', outage, '*/2 * * * *')).toEqual([4, 6])
    // A minute late is exactly a period.
    expect(fires('skip', T + 2 * MINUTE)).toEqual([1, 2])
    expect(fires('skip', T + 2 * MINUTE + 1)).toEqual([2])
  })

  test('after an outage skip starts none, one the newest, all each', () => {
    const now = T + 5 * HOUR + 30 * MINUTE
    const fires = (missed: MissedPolicy): number[] => dueFires(scheduleOf('0 * * * *', missed), T, now).fires
    expect(fires('skip')).toEqual([])
    expect(fires('one')).toEqual([T + 5 * HOUR])
    expect(fires('all')).toEqual([1, 2, 3, 4, 5].map((n) => T + n * HOUR))
  })

  test.each(['skip', 'one'] as const)('%s: up to three minutes late is on time', (missed) => {
    const hourly = scheduleOf('0 * * * *', missed)
    const late = dueFires(hourly, T - 2 * HOUR, T + 3 * MINUTE + 1).fires
    expect(dueFires(hourly, T - 2 * HOUR, T + 3 * MINUTE).fires).toContain(T)
    expect(late).toEqual(missed === 'skip' ? [] : [T])
  })

  test('a fire on time starts in addition to the one for the missed ones', () => {
    const now = T + 5 * HOUR + 1000
    const fires = (missed: MissedPolicy): number[] => dueFires(scheduleOf('0 * * * *', missed), T, now).fires
    expect(fires('skip')).toEqual([T + 5 * HOUR])
    expect(fires('one')).toEqual([T + 4 * HOUR, T + 5 * HOUR])
  })

  test('a year without ticks gives the newest hundred, quickly', () => {
    const spentMs = startProcessorTime()
    for (const cron of ['* * * * *', '* * * 1-3 *', '*/7 1 * * *', '* 3 1 1 *', '0 0 29 2 *']) {
      const schedule = scheduleOf(cron, 'all', 'Europe/Berlin')
      const { fires } = dueFires(schedule, T - 366 * 24 * HOUR, T)
      const last = fires.at(-1)
      if (last === undefined) continue
      expect(nextFire(schedule, last)).toBeGreaterThan(T)
      expect(fires.length).toBeLessThanOrEqual(MAX_FIRES)
      for (let n = 1; n < fires.length; n++) expect(nextFire(schedule, fires[n - 1]!)).toBe(fires[n])
    }
    expect(dueFires(scheduleOf('* * * * *', 'all'), 0, T).fires).toHaveLength(MAX_FIRES)
    expect(spentMs()).toBeLessThan(3000)
  })

  test('a clock that was set back fires nothing and waits for the next new instant', () => {
    const hourly = scheduleOf('0 * * * *', 'all')
    expect(dueFires(hourly, T, T - 5 * HOUR)).toEqual({ fires: [], nextFireAt: T + HOUR })
    expect(dueFires(hourly, Number.NaN, T).fires).toEqual([])
  })

  test('a schedule that never fires is never due', () => {
    expect(dueFires(scheduleOf('0 0 30 2 *', 'all'), 0, T)).toEqual({ fires: [], nextFireAt: null })
  })

  test('ticks at any times give each fire exactly once (seed 7)', () => {
    const random = randomOf(7)
    for (let n = 0; n < 200; n++) {
      const schedule = scheduleOf(randomCron(random, new Date(T)).text, 'all', 'America/New_York')
      const end = T + 2 * HOUR
      const seen: number[] = []
      for (let last = T, now = T; now < end; now = Math.min(end, now + intOf(random, 1, 60 * MINUTE))) {
        const { fires } = dueFires(schedule, last, now)
        seen.push(...fires)
        last = fires.at(-1) ?? last
        if (random() < 0.3) expect(dueFires(schedule, last, now).fires).toEqual([])
      }
      for (let at = nextFire(schedule, T); at !== null && at < end - 60 * MINUTE; at = nextFire(schedule, at))
        expect(seen).toContain(at)
      expect(new Set(seen).size).toBe(seen.length)
    }
  })
})

test.each<[MissedPolicy, number[]]>([
  ['skip', []],
  ['one', [T + HOUR]],
  ['all', [T, T + HOUR]],
])('%s: after the end of a schedule, only fires up to the end are made up for', (missed, expected) => {
  const hourly = scheduleOf('0 * * * *', missed)
  expect(dueFires(hourly, T - 1, T + 9 * HOUR, T + 1.5 * HOUR).fires).toEqual(expected)
  expect(dueFires(hourly, T - 1, T + 9 * HOUR, T - HOUR).fires).toEqual([])
})

describe('jitter', () => {
  const hash = (text: string): number => {
    let h = 2_166_136_261
    for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16_777_619)
    return h
  }

  test('is never early, never longer than allowed, the same for the same fire, and distributed', () => {
    const schedule: Schedule = { ...scheduleOf('* * * * *', 'one'), jitterMs: 30_000 }
    const delays = new Set<number>()
    for (let n = 0; n < 1000; n++) {
      const at = jitteredStart(schedule, 'daily', T + n * MINUTE, hash)
      expect(at).toBe(jitteredStart(schedule, 'daily', T + n * MINUTE, hash))
      delays.add(at - (T + n * MINUTE))
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000)
    expect(delays.size).toBeGreaterThan(900)
  })

  test('without jitter a run starts at the planned time', () => {
    expect(jitteredStart(scheduleOf('* * * * *', 'one'), 'k', T, hash)).toBe(T)
  })
})
