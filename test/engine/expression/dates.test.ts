import { describe, expect, test } from 'vitest'
import { errorOf, evaluate, randomFrom } from './support.ts'

const berlin = 'Europe/Berlin'

describe('a date', () => {
  const cases: [string, unknown][] = [
    ['date(0)', '1970-01-01T00:00:00.000Z'],
    ['date("2026-03-29")', '2026-03-29T00:00:00.000Z'],
    ['date("2026-03")', '2026-03-01T00:00:00.000Z'],
    ['date("2026-03-29T10:20:30.5+02:00")', '2026-03-29T08:20:30.500Z'],
    ['date("2026-03-29 10:20Z")', '2026-03-29T10:20:00.000Z'],
    ['date("2026-03-29T24:00:00Z")', '2026-03-30T00:00:00.000Z'],
    ['date("Tue, 15 Nov 1994 08:12:31 GMT")', '1994-11-15T08:12:31.000Z'],
    ['date("2026-07-01 12:00", "Europe/Berlin")', '2026-07-01T10:00:00.000Z'],
    ['date("2026-07-01T12:00", "-03:30")', '2026-07-01T15:30:00.000Z'],
    // 02:30 does not exist on that day, and occurs twice on the other.
    ['date("2026-03-29T02:30", "Europe/Berlin")', '2026-03-29T01:30:00.000Z'],
    ['date("2026-10-25T02:30", "Europe/Berlin")', '2026-10-25T00:30:00.000Z'],
    ['date("2026-01-31").add({ months: 1 })', '2026-02-28T00:00:00.000Z'],
    ['date("2024-02-29").add({ years: 1 })', '2025-02-28T00:00:00.000Z'],
    ['date("2026-01-31").subtract({ months: 2, days: 1 })', '2025-11-29T00:00:00.000Z'],
    ['date("2026-03-28T12:00", "Europe/Berlin").add({ days: 1 })', '2026-03-29T10:00:00.000Z'],
    ['date("2026-03-28T12:00", "Europe/Berlin").add({ hours: 24 })', '2026-03-29T11:00:00.000Z'],
    ['date("2026-05-14T13:45:10Z").startOf("month")', '2026-05-01T00:00:00.000Z'],
    ['date("2026-05-14T13:45:10Z").startOf("week")', '2026-05-11T00:00:00.000Z'],
    ['date("2026-05-14T13:45:10Z").endOf("day")', '2026-05-14T23:59:59.999Z'],
    ['date("2026-05-14T13:45:10Z", "Asia/Kolkata").startOf("hour")', '2026-05-14T13:30:00.000Z'],
    ['date("2026-03-29T12:00", "Europe/Berlin").endOf("day")', '2026-03-29T21:59:59.999Z'],
    ['date("2026-03-29").diff("2026-03-01", "days")', 28],
    ['date("2026-03-01").diff(date("2026-01-31"), "months")', 1],
    ['date("2026-01-31").diff(date("2026-03-01"), "month")', -1],
    ['date("2026-02-28").diff("2024-02-29", "years")', 2],
    ['date("2026-01-01T12:00Z").diff("2026-01-01", "hours")', 12],
    ['date(5000) - date(2000)', 3000],
    ['date("2026-01-02") > date("2026-01-01")', true],
    ['date(now).toMillis() === now', true],
    ['date("2026-05-14T13:45:10.007Z").year', 2026],
    ['[date(0).month, date(0).day, date(0).hour, date(0).weekday, date(0).zone]', [1, 1, 0, 4, 'UTC']],
    ['date(0).inZone("Asia/Tokyo").hour', 9],
    ['date("2026-05-04T15:06:07.008Z").format("yyyy-MM-dd HH:mm:ss.SSS")', '2026-05-04 15:06:07.008'],
    ['date("2026-05-04T15:06Z").format("EEE, d MMM yy h:mm a")', 'Mon, 4 May 26 3:06 PM'],
    [
      `date("2026-05-04T15:06Z").format("EEEE d MMMM 'at' H 'o''clock' xxx", "${berlin}")`,
      "Monday 4 May at 17 o'clock +02:00",
    ],
    [`\`\${date(0)}\` + date(0)`, '1970-01-01T00:00:00.000Z1970-01-01T00:00:00.000Z'],
    ['JSON.stringify([date(0)])', '["1970-01-01T00:00:00.000Z"]'],
    [
      '{ a: [date(0), { b: date(1) }] }',
      { a: ['1970-01-01T00:00:00.000Z', { b: '1970-01-01T00:00:00.001Z' }] },
    ],
  ]
  for (const [expression, expected] of cases) {
    test(expression, () => expect(evaluate(expression, { now: 1_774_747_800_000 })).toStrictEqual(expected))
  }

  test('refuses invalid dates, durations and units', () => {
    for (const expression of [
      'date()',
      'date(null)',
      'date("2026-02-30")',
      'date("2026-13-01")',
      'date("2026-01-01T25:00")',
      'date(1e17)',
      'date(NaN)',
      'date("9999-12-31").add({ days: 2 })',
      'date(0).add({ fortnights: 1 })',
      'date(0).add({ days: 1.5 })',
      'date(0).add({ days: "1" })',
      'date(0).startOf("decade")',
      'date(0).format("Q")',
      'date(0).inZone()',
      'date(0).nope()',
    ]) {
      expect(errorOf(`{{ ${expression} }}`).code, expression).toMatch(/type|unknown_method/)
    }
  })

  test('agrees with the platform about calendar and zones at 20,000 random times', () => {
    const seed = 20260401
    const random = randomFrom(seed)
    const zones = ['UTC', berlin, 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia']
    const platform = zones.map(
      (timeZone) =>
        new Intl.DateTimeFormat('sv-SE', {
          timeZone,
          dateStyle: 'short',
          timeStyle: 'medium',
          calendar: 'gregory',
        }),
    )
    for (let i = 0; i < 20_000; i++) {
      const ms = Math.floor(random() * 6e12 - 2e12)
      const which = i % zones.length
      const found = evaluate(`date(input).format("yyyy-MM-dd HH:mm:ss", "${zones[which]}")`, { input: ms })
      expect(found, `seed ${seed}, ${ms} in ${zones[which]}`).toBe(platform[which]!.format(ms))
      expect(evaluate('date(input)', { input: ms })).toBe(new Date(ms).toISOString())
    }
  })

  test('is read back from its own local text, except where the clock was turned back', () => {
    const random = randomFrom(7)
    for (let i = 0; i < 5_000; i++) {
      const ms = Math.floor(random() * 2e9) * 1000
      const again = evaluate(
        `date(date(input).format("yyyy-MM-dd'T'HH:mm:ss", "${berlin}"), "${berlin}").toMillis()`,
        { input: ms },
      )
      expect([ms, ms - 3_600_000]).toContain(again)
    }
  })
})
