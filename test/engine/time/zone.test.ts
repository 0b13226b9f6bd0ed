// One calendar and one zone, with two meanings of a local time: like Temporal's "compatible", and the first instant
// for schedules.
import { expect, test } from 'vitest'
import {
  calendarOf,
  dateOf,
  daysInMonth,
  daysOf,
  isoText,
  localMsOf,
  weekdayOf,
} from '../../../src/engine/time/calendar.ts'
import { instantOf, isZone, isZoneName, offsetAt } from '../../../src/engine/time/zone.ts'
import { firstInstantOf, segmentAt } from '../../../src/engine/time/zone-segments.ts'
import { casesOf, SEED } from '../../helpers/random-cases.ts'
import { random } from '../support/random.ts'

const at = (text: string): number => Date.parse(`${text}Z`)

test.each([
  // The clock jumps from 02:00 to 03:00: one moves the time by the gap, the other uses the first instant after it.
  ['a time that is skipped', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30', '2026-03-29T01:00'],
  ['a time that comes twice', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30', '2026-10-25T00:30'],
  ['a plain time', 'Europe/Berlin', '2026-07-01T12:00', '2026-07-01T10:00', '2026-07-01T10:00'],
  ['a day that is skipped', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T22:00', '2011-12-30T10:00'],
  ['half an hour', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45', '2026-10-03T15:30'],
])('%s in %s', (_what, zone, local, compatible, first) => {
  expect(isoText(instantOf(at(local), zone))).toBe(isoText(at(compatible)))
  expect(isoText(firstInstantOf(zone, at(local)))).toBe(isoText(at(first)))
})

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
]

test(`both conversions agree, and both can be reversed (seed ${SEED})`, () => {
  const { next, pick } = random(SEED)
  for (let i = 0; i < casesOf(2_000); i++) {
    const zone = pick(ZONES)
    const ms = Math.floor((next() * 80 - 10) * 365.25 * 86_400) * 1000
    const offset = offsetAt(ms, zone)
    const segment = segmentAt(zone, ms)
    expect([zone, ms, segment.offset]).toEqual([zone, ms, offset])
    const local = ms + offset
    const [compatible, first] = [instantOf(local, zone), firstInstantOf(zone, local)]
    expect([zone, local, first]).toEqual([zone, local, compatible])
    expect(compatible + offsetAt(compatible, zone)).toBe(local)
  }
})

test(`the calendar agrees with that of the platform (seed ${SEED})`, () => {
  const { next } = random(SEED)
  for (let i = 0; i < casesOf(5_000); i++) {
    const ms = Math.floor(-62_135_596_800_000 + next() * 315_537_897_600_000)
    const date = new Date(ms)
    const calendar = calendarOf(ms)
    expect(isoText(ms)).toBe(date.toISOString())
    expect(localMsOf(calendar)).toBe(ms)
    expect(weekdayOf(ms) % 7).toBe(date.getUTCDay())
    const days = Math.floor(ms / 86_400_000)
    const { year, month, day } = dateOf(days)
    expect(daysOf(year, month, day)).toBe(days)
    const following = month === 12 ? daysOf(year + 1, 1, 1) : daysOf(year, month + 1, 1)
    expect(daysInMonth(year, month)).toBe(following - daysOf(year, month, 1))
  }
})

test.each([1900, 2000, 2023, 2024, 2100])('the months of %i have the correct number of days', (year) => {
  const days = Array.from({ length: 12 }, (_, at) => new Date(Date.UTC(year, at + 1, 0)).getUTCDate())
  expect(days.map((_, at) => daysInMonth(year, at + 1))).toEqual(days)
})

test.each([
  ['UTC', true, true],
  ['Europe/Berlin', true, true],
  ['+02:00', false, true],
  ['+24:00', false, false],
  ['Europe/Nowhere', false, false],
  ['', false, false],
])('%j as a zone name: %s, as a zone: %s', (text, name, zone) => {
  expect([isZoneName(text), isZone(text)]).toEqual([name, zone])
})
