import { expect, test } from 'vitest'
import { forecastMonth, type History } from '../../../src/modules/finops/forecast/forecast.ts'
import { addDays, monthEnd, monthStart } from '../../../src/modules/finops/summaries/period.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { repeatWith, SEED } from '../../helpers/random-cases.ts'

/** Costs of the days up to the given one, the last first. */
function history(last: string, costs: number[], more: Partial<History> = {}): History {
  const days = new Map(costs.map((cost, back) => [addDays(last, -back), cost]))
  return {
    days,
    firstDay: costs.length === 0 ? null : addDays(last, 1 - costs.length),
    hasCredits: false,
    ...more,
  }
}

test('by hand: 28 equal days predict the same each day, with no interval', () => {
  const { method, asOf, monthEnd, note } = forecastMonth(
    history('2026-01-20', Array(28).fill(10)),
    '2026-01-21',
  )
  expect({ method, asOf, monthEnd, note }).toEqual({
    method: 'weekday_mean',
    asOf: '2026-01-20',
    monthEnd: { usd: 310, low: 310, high: 310 },
    note: null,
  })
})

test('by hand: free weekends are predicted as free', () => {
  // 20 January 2026 is a Tuesday: weekends are 2 and 3 days back, and every seven days before.
  const costs = Array.from({ length: 28 }, (_, back) => ([2, 3].includes(back % 7) ? 0 : 7))
  const { days, monthEnd } = forecastMonth(history('2026-01-20', costs), '2026-01-21')
  const of = (date: string) => days.find((day) => day.date === date)?.usd
  expect([of('2026-01-23'), of('2026-01-24'), of('2026-01-25'), of('2026-01-26')]).toEqual([7, 0, 0, 7])
  // January 2026 has 22 working days.
  expect(monthEnd.usd).toBe(22 * 7)
})

test('by hand: the interval of 28 days', () => {
  // Each weekday has 0, 0, 100, 100: mean 50, residuals ± 50, s² = 28 · 2500 / 21 = 3333.33, s = 57.735.
  const costs = Array.from({ length: 28 }, (_, back) => (back < 14 ? 0 : 100))
  const found = forecastMonth(history('2026-01-21', costs), '2026-01-22')
  // Up to the 21st: 7 days of 100 from the 1st to the 7th. r = 10, √(10 + 100/28) = 3.68394. 1.32 · 57.735 · 3.68394 = 280.75.
  expect(found.monthEnd).toEqual({ usd: 1200, low: 919, high: 1481 })
  // One day: √(1 + 1/28) = 1.0177, half = 77.56; not below the recorded amount, which is zero.
  expect(found.days.at(-1)).toEqual({ date: '2026-01-31', usd: 50, low: 0, high: 128 })
})

test('by hand: less than 28 days use their mean, less than 14 double the interval', () => {
  const twenty = Array.from({ length: 20 }, (_, i) => (i % 2) * 20)
  // s² = 20 · 100 / 19 = 105.263, s = 10.2598; t(19) = 1.328; r = 11: √(11 + 121/20) = 4.1292. Half = 56.26.
  const found = forecastMonth(history('2026-01-20', twenty), '2026-01-21')
  expect([found.method, found.monthEnd, found.note]).toEqual([
    'daily_mean',
    { usd: 310, low: 254, high: 366 },
    null,
  ])
  // s² = 10 · 100 / 9, s = 10.5409; t(9) = 1.383; √(11 + 121/10) = 4.8062. Twice 70.07.
  const ten = forecastMonth(history('2026-01-20', twenty.slice(0, 10)), '2026-01-21')
  expect(ten.monthEnd).toEqual({ usd: 210, low: 100, high: 350 })
  expect(ten.note).toMatch(/10 days/)
})

test('with less than two days there is no interval, with the reason', () => {
  const one = forecastMonth(history('2026-01-20', [5]), '2026-01-21')
  expect([one.monthEnd, one.note]).toEqual([
    { usd: 60, low: null, high: null },
    expect.stringMatching(/one recorded day/),
  ])
  const none = forecastMonth(history('2026-01-20', []), '2026-01-21')
  expect([none.monthEnd.usd, none.note]).toEqual([0, expect.stringMatching(/no recorded days/)])
})

test.each([
  ['yesterday', '2026-01-20', '2026-01-20'],
  ['the day before', '2026-01-19', '2026-01-19'],
  ['three days ago at the earliest', '2026-01-10', '2026-01-18'],
])('costs count as complete up to %s', (_what, last, asOf) => {
  expect(forecastMonth(history(last, Array(40).fill(1)), '2026-01-21').asOf).toBe(asOf)
})

test('a recorded amount of today replaces a lower prediction, not a higher one', () => {
  const known = history('2026-01-20', Array(28).fill(10))
  const days = new Map([...known.days, ['2026-01-21', 50], ['2026-01-22', 3]])
  const found = forecastMonth({ ...known, days }, '2026-01-21')
  expect(found.asOf).toBe('2026-01-20')
  expect(found.monthEnd.usd).toBe(350)
})

test('on the first of a month no day is complete, and all its days are predicted', () => {
  const found = forecastMonth(history('2026-01-31', Array(40).fill(2)), '2026-02-01')
  expect([found.asOf, found.monthEnd.usd, found.days.length]).toEqual(['2026-01-31', 56, 28])
})

test('the lower end is the recorded amount, unless there are credits', () => {
  const costs = Array.from({ length: 28 }, (_, back) => (back === 3 ? 10_000 : 0))
  const at = (hasCredits: boolean) =>
    forecastMonth(history('2026-01-25', costs, { hasCredits }), '2026-01-26').monthEnd.low
  expect(at(false)).toBe(10_000)
  expect(at(true)).toBeLessThan(10_000)
})

test('random series agree with an independent computation', () => {
  const random = randomFrom(SEED)
  for (let n = 0; n < 60; n++) {
    const age = 2 + random.below(60)
    const today = addDays('2026-03-01', random.below(60))
    const asOf = addDays(today, -1)
    const costs = Array.from({ length: age }, () => random.below(1_000_000))
    const found = forecastMonth(history(asOf, costs), today)
    const all = costs.slice(0, 28)
    const weekdayOf = (date: string) => new Date(date).getUTCDay()
    const dated = all.map((cost, back) => ({ cost, weekday: weekdayOf(addDays(asOf, -back)) }))
    const isFull = all.length === 28
    const meanOf = (date: string) => {
      const same = isFull ? dated.filter(({ weekday }) => weekday === weekdayOf(date)) : dated
      return same.reduce((sum, { cost }) => sum + cost, 0) / same.length
    }
    let expected = 0
    let r = 0
    for (let date = monthStart(today); date <= monthEnd(today); date = addDays(date, 1)) {
      if (date > asOf) r++
      expected +=
        date > asOf ? meanOf(date) : (costs[(Date.parse(asOf) - Date.parse(date)) / 86_400_000] ?? 0)
    }
    expect(found.monthEnd.usd, `${repeatWith(SEED)}, series ${n}`).toBe(Math.round(expected))
    if (!isFull) continue
    // Var(X) = E(X²) − E(X)² within each weekday.
    const squares = [0, 1, 2, 3, 4, 5, 6].map((weekday) => {
      const group = dated.filter((one) => one.weekday === weekday).map(({ cost }) => cost)
      const m = group.reduce((a, b) => a + b, 0) / 4
      return 4 * (group.reduce((a, b) => a + b * b, 0) / 4 - m * m)
    })
    const s = Math.sqrt(squares.reduce((a, b) => a + b, 0) / 21)
    const high = expected + 1.32 * s * Math.sqrt(r + (r * r) / 28)
    expect(Math.abs((found.monthEnd.high ?? 0) - high), `${repeatWith(SEED)}, series ${n}`).toBeLessThan(1)
  }
})

test('the interval contains the real month end of seasonal series about as often as it claims', () => {
  const random = randomFrom(SEED)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  let inside = 0
  const series = 1_000
  for (let n = 0; n < series; n++) {
    const weekly = Array.from({ length: 7 }, () => 500_000 + random.below(500_000))
    const noise = 20_000 + random.below(60_000)
    const costs = new Map<string, number>()
    for (let date = '2026-01-01'; date <= '2026-04-30'; date = addDays(date, 1))
      costs.set(date, Math.round((weekly[new Date(date).getUTCDay()] ?? 0) + noise * gauss()))
    const today = addDays('2026-04-02', random.below(25))
    const known = new Map([...costs].filter(([date]) => date < today))
    const { monthEnd: end } = forecastMonth({ days: known, firstDay: '2026-01-01', hasCredits: false }, today)
    const real = [...costs].filter(([date]) => date >= '2026-04-01').reduce((sum, [, cost]) => sum + cost, 0)
    if (real >= (end.low ?? 0) && real <= (end.high ?? 0)) inside++
  }
  expect(inside / series).toBeGreaterThan(0.75)
  expect(inside / series).toBeLessThan(0.88)
})
