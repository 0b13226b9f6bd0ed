import { describe, expect, test } from 'vitest'
import { type Cron, nextLocalMinute, parseCron } from '../../../src/engine/schedule/cron.ts'

function cronOf(text: string): Cron {
  const parsed = parseCron(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

/** The next local times after a local time, as text. */
function nextOf(text: string, from: string, count = 3): string[] {
  const cron = cronOf(text)
  const found: string[] = []
  let minute = nextLocalMinute(cron, Math.floor(Date.parse(`${from}Z`) / 60_000))
  while (minute !== null && found.length < count) {
    found.push(new Date(minute * 60_000).toISOString().slice(0, 16))
    minute = nextLocalMinute(cron, minute + 1)
  }
  return found
}

describe('cron text', () => {
  test('reads numbers, lists, ranges, steps and names', () => {
    expect(cronOf('0,30 8-10 */10 jan-Mar,DEC mon').minutes).toEqual([0, 30])
    expect(cronOf('0 8-10 * * *').hours).toEqual([8, 9, 10])
    expect(cronOf('50/5 * * * *').minutes).toEqual([50, 55])
    expect(cronOf('10-20/4 * * * *').minutes).toEqual([10, 14, 18])
    expect(cronOf('0 0 * jan-Mar,DEC *').months).toEqual([1, 2, 3, 12])
  })

  test('counts Sunday as 0, 7 and SUN, also at the end of a range', () => {
    for (const text of ['0', '7', 'sun', '0,7'])
      expect(cronOf(`0 0 * * ${text}`).dayOfWeek.values).toEqual([0])
    expect(cronOf('0 0 * * FRI-SUN').dayOfWeek.values).toEqual([0, 5, 6])
    expect(cronOf('0 0 * * 5-7').dayOfWeek.values).toEqual([0, 5, 6])
    expect(cronOf('0 0 * * 1').dayOfWeek.values).toEqual([1])
  })

  test('reads the aliases', () => {
    expect(nextOf('@yearly', '2026-07-21T10:00', 1)).toEqual(['2027-01-01T00:00'])
    expect(nextOf('@Weekly', '2026-07-21T10:00', 1)).toEqual(['2026-07-26T00:00'])
    expect(nextOf('@daily', '2026-07-21T10:00', 1)).toEqual(['2026-07-22T00:00'])
    expect(nextOf('@hourly', '2026-07-21T10:00', 2)).toEqual(['2026-07-21T10:00', '2026-07-21T11:00'])
  })

  test.each([
    ['60 * * * *', 'minute', 1, '0-59'],
    ['* 24 * * *', 'hour', 3, '0-23'],
    ['0 0 0 * *', 'day of month', 5, '1-31'],
    ['0 0 1,32 * *', 'day of month', 7, '1-31'],
    ['0 0 * FOO *', 'month', 7, '1-12 or JAN-DEC'],
    ['0 0 * * 8', 'day of week', 9, '0-7 or SUN-SAT'],
    ['0 0 * * L', 'day of week', 9, '0-7 or SUN-SAT'],
    ['0 0 * * 5#6', 'day of week', 11, '1-5 after "#"'],
    ['0 0 * * 9L', 'day of week', 9, '0-7 or SUN-SAT'],
    ['0 0 L-31 * *', 'day of month', 7, '0-30 after "L-"'],
    ['*/0 * * * *', 'minute', 3, 'a step of 1-59 after "/"'],
    ['*/90 * * * *', 'minute', 3, 'a step of 1-59 after "/"'],
    ['1-5/x * * * *', 'minute', 5, 'a step of 1-59 after "/"'],
    ['  5-1 * * * *', 'minute', 3, 'an ascending range (use two ranges to wrap around)'],
    ['1,,2 * * * *', 'minute', 3, '0-59'],
    ['1- * * * *', 'minute', 3, '0-59'],
    ['-1 * * * *', 'minute', 1, '0-59'],
    ['1.5 * * * *', 'minute', 1, '0-59'],
    ['? * * * *', 'minute', 1, '"?" alone, and only for a day'],
    ['0 0 ?,1 * *', 'day of month', 5, '"?" alone, and only for a day'],
    ['0 0 1 MON *', 'month', 7, '1-12 or JAN-DEC'],
    ['0 0 15W * *', 'day of month', 5, '1-31'],
    ['99999999999999999999 * * * *', 'minute', 1, '0-59'],
  ])('%s is refused with its place', (text, field, column, expected) => {
    const parsed = parseCron(text)
    expect(parsed).toMatchObject({ ok: false, error: { field, column, expected } })
  })

  test.each([
    ['', 1, '5 fields'],
    ['* * * *', 8, '5 fields'],
    ['0 0 * * * *', 11, 'seconds are not supported'],
    ['@reboot', 1, '@yearly'],
    ['@every 5m', 1, '@yearly'],
    ['*'.repeat(100_000), 257, 'at most 256'],
  ])('%.20s is refused as a whole', (text, column, expected) => {
    const parsed = parseCron(text)
    expect(parsed).toMatchObject({
      ok: false,
      error: { field: null, column, expected: expect.stringContaining(expected) },
    })
  })

  test('the message contains field, column, the expected and the found text', () => {
    const parsed = parseCron('0 25 * * *')
    expect(parsed).toMatchObject({ error: { message: 'hour (column 3): expected 0-23, found "25"' } })
  })
})

describe('days', () => {
  test('of two restricted day fields one is enough, as in Vixie cron', () => {
    expect(nextOf('0 0 13 * FRI', '2026-02-01T00:00', 5)).toEqual([
      '2026-02-06T00:00',
      '2026-02-13T00:00',
      '2026-02-20T00:00',
      '2026-02-27T00:00',
      '2026-03-06T00:00',
    ])
  })

  test('a day field that starts with a star does not restrict, so both must match', () => {
    expect(nextOf('0 0 */2 * MON', '2026-06-01T00:00')).toEqual([
      '2026-06-01T00:00',
      '2026-06-15T00:00',
      '2026-06-29T00:00',
    ])
    expect(nextOf('0 0 ? * MON', '2026-06-02T00:00', 1)).toEqual(['2026-06-08T00:00'])
    expect(nextOf('0 0 13 * ?', '2026-06-02T00:00', 1)).toEqual(['2026-06-13T00:00'])
  })

  test('L is the last day of each month, L-2 the second before it', () => {
    expect(nextOf('0 9 L * *', '2028-01-31T10:00')).toEqual([
      '2028-02-29T09:00',
      '2028-03-31T09:00',
      '2028-04-30T09:00',
    ])
    expect(nextOf('0 9 L-2 2 *', '2026-01-01T00:00', 1)).toEqual(['2026-02-26T09:00'])
  })

  test('FRI#2 is the second Friday, 5L the last, and a fifth only exists in some months', () => {
    expect(nextOf('0 0 * * FRI#2', '2026-07-01T00:00', 2)).toEqual(['2026-07-10T00:00', '2026-08-14T00:00'])
    expect(nextOf('0 0 * * 5L', '2026-07-01T00:00', 2)).toEqual(['2026-07-31T00:00', '2026-08-28T00:00'])
    expect(nextOf('0 0 * * 0#5', '2026-07-01T00:00', 2)).toEqual(['2026-08-30T00:00', '2026-11-29T00:00'])
    expect(nextOf('0 0 * * 7#1,MON#1', '2026-07-01T00:00', 2)).toEqual([
      '2026-07-05T00:00',
      '2026-07-06T00:00',
    ])
  })

  test('29 February waits for a leap year, also beyond 2100 and on a given weekday', () => {
    expect(nextOf('0 0 29 2 *', '2096-03-01T00:00', 1)).toEqual(['2104-02-29T00:00'])
    expect(nextOf('0 0 * 2 MON#5', '2070-03-01T00:00', 2)).toEqual(['2072-02-29T00:00', '2112-02-29T00:00'])
  })

  test.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '0 0 L-30 2 *'])('%s never occurs', (text) => {
    expect(nextOf(text, '2026-01-01T00:00')).toEqual([])
  })
})
