import { expect, test } from 'vitest'
import { parseCron } from '../../../src/engine/schedule/cron.ts'
import { nextFire, type Schedule } from '../../../src/engine/schedule/next-fire.ts'
import { casesOf, SEED } from '../../helpers/random-cases.ts'
import { bruteNext, type Spec, type Window, wallClock, windowOf } from './brute-force.ts'
import { intOf, randomCron, randomOf } from './random-cron.ts'

const DAY = 86_400_000
const TRIPLES = casesOf(50_000)

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'America/Havana',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Asia/Gaza',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Antarctica/Troll',
  'Antarctica/Casey',
]

/** Days on which the clock of a zone jumps, found by comparing the local time with real time every six hours. */
function changesOf(zone: string, from: number, to: number): number[] {
  const read = wallClock(zone)
  const changes: number[] = []
  for (let at = from; at < to; at += DAY / 4) if (read(at + DAY / 4) - read(at) !== 360) changes.push(at)
  return changes
}

function windowsOf(random: () => number): Window[] {
  const windows: Window[] = []
  for (const zone of ZONES) {
    const years =
      zone === 'Pacific/Apia' ? [2010, 2012] : [intOf(random, 2008, 2022), intOf(random, 2023, 2040)]
    const changes = years.flatMap((y) => changesOf(zone, Date.UTC(y, 0, 1), Date.UTC(y + 2, 0, 1)))
    // The skipped day of Apia is always among them.
    const chosen = zone === 'Pacific/Apia' ? [Date.UTC(2011, 11, 30)] : []
    while (chosen.length < 5 && changes.length > 0)
      chosen.push(...changes.splice(intOf(random, 0, changes.length - 1), 1))
    chosen.push(Date.UTC(intOf(random, 1972, 2099), intOf(random, 0, 11), intOf(random, 1, 28)))
    for (const at of chosen) windows.push(windowOf(zone, at - 2 * DAY, 5 * 1440))
  }
  return windows
}

const scheduleOf = (spec: Spec, zone: string): Schedule => {
  const cron = parseCron(spec.text)
  if (!cron.ok) throw new Error(`${spec.text}: ${cron.error.message}`)
  return { kind: 'cron', cron: cron.value, zone, missed: 'one', jitterMs: 0 }
}

test(`${TRIPLES} schedules, zones and instants agree with a minute by minute scan (seed ${SEED})`, () => {
  const random = randomOf(SEED)
  const windows = windowsOf(random)
  let inside = 0
  for (let n = 0; n < TRIPLES; n++) {
    const window = windows[n % windows.length]!
    const end = window.start + window.local.length * 60_000
    // Most instants are around the change, a quarter anywhere. They need not be whole minutes. The scan begins two
    // days earlier, so that it knows every local time that could occur again.
    const spread = random() < 0.75 ? DAY / 4 : DAY
    const after = Math.floor(window.start + 2 * DAY + (random() * 2 - 0.8) * spread)
    const spec = randomCron(random, new Date(window.start + 2 * DAY))
    const expected = bruteNext(spec, window, after)
    const got = nextFire(scheduleOf(spec, window.zone), after)
    const right = expected === null ? got === null || got >= end : got === expected
    if (expected !== null) inside++
    if (!right)
      expect.fail(
        `"${spec.text}" in ${window.zone} after ${new Date(after).toISOString()}: expected ` +
          `${expected === null ? 'none in the window' : new Date(expected).toISOString()}, got ` +
          `${got === null ? 'none' : new Date(got).toISOString()}`,
      )
  }
  // The cases would prove little if most of them fired outside the scanned window.
  expect(inside).toBeGreaterThan(TRIPLES / 2)
}, 60_000)

test(`rare dates are found years ahead, in agreement with a day by day scan (seed ${SEED})`, () => {
  const random = randomOf(SEED + 1)
  for (let n = 0; n < 300; n++) {
    const zone = ZONES[n % ZONES.length]!
    const after = Date.UTC(
      intOf(random, 1975, 2095),
      intOf(random, 0, 11),
      intOf(random, 1, 28),
      12,
      34,
      56,
      789,
    )
    const [hour, minute] = [intOf(random, 0, 23), intOf(random, 0, 59)]
    const [day, month, weekday] = [intOf(random, 27, 30), intOf(random, 1, 4), intOf(random, 0, 6)]
    const rare = random() < 0.5
    // `*/n` in a day field does not restrict it, so both must match: the second rarest kind of date.
    const spec: Spec = {
      text: `${minute} ${hour} ${rare ? `${day} 2` : `${day} ${month}`} ${rare ? '*/6' : weekday}`,
      minutes: new Set([minute]),
      hours: new Set([hour]),
      months: new Set([rare ? 2 : month]),
      days: new Set([day]),
      weekdays: new Set(rare ? [0, 6] : [weekday]),
      either: !rare,
    }
    const got = nextFire(scheduleOf(spec, zone), after)
    let wanted: number | null = null
    for (let at = after - DAY; wanted === null && at < after + 48 * 366 * DAY; at += DAY) {
      const date = new Date(at)
      const byDate = spec.days.has(date.getUTCDate())
      const byWeekday = spec.weekdays.has(date.getUTCDay())
      if (
        !spec.months.has(date.getUTCMonth() + 1) ||
        !(spec.either ? byDate || byWeekday : byDate && byWeekday)
      )
        continue
      const midnight = Math.floor(at / DAY) * DAY
      wanted = bruteNext(spec, windowOf(zone, midnight - DAY, 3 * 1440), after)
    }
    const shown = `"${spec.text}" in ${zone} after ${new Date(after).toISOString()}`
    expect({ shown, at: got }).toEqual({ shown, at: wanted })
  }
}, 60_000)
