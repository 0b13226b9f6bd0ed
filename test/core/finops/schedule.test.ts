import { expect, test } from 'vitest'
import { objectKey, pathFault } from '../../../src/modules/finops/transfer/schedule/object-key.ts'
import {
  exportedPeriod,
  exportName,
  lastPeriod,
  nextExport,
} from '../../../src/modules/finops/transfer/schedule/times.ts'

const at = (text: string) => Date.parse(`${text}Z`)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16)

test.each([
  ['day', '2026-01-31T05:59', '2026-01-31T06:00', '2026-01-30', '2026-01-30'],
  ['day', '2026-01-31T06:00', '2026-02-01T06:00', '2026-01-31', '2026-01-31'],
  ['week', '2026-02-01T12:00', '2026-02-02T06:00', '2026-01-26', '2026-02-01'],
  ['week', '2026-02-02T06:00', '2026-02-09T06:00', '2026-02-02', '2026-02-08'],
  ['month', '2026-02-01T05:00', '2026-02-01T06:00', '2026-01-01', '2026-01-31'],
  ['month', '2026-02-10T00:00', '2026-03-01T06:00', '2026-02-01', '2026-02-28'],
  ['month', '2024-02-10T00:00', '2024-03-01T06:00', '2024-02-01', '2024-02-29'],
] as const)('each %s, after %s: at %s, from %s to %s', (every, now, next, from, to) => {
  const found = nextExport(every, at(now))
  expect(iso(found)).toBe(next)
  expect(exportedPeriod(every, found)).toEqual({ from, to })
})

test('a file is named after its days', () => {
  expect(exportName('bills', { from: '2026-01-31', to: '2026-01-31' }, 'csv')).toBe(
    'bills/costs-2026-01-31.csv',
  )
  expect(exportName('', { from: '2026-01-01', to: '2026-01-31' }, 'csv')).toBe(
    'costs-2026-01-01-to-2026-01-31.csv',
  )
})

test('the last period is the one whose export was due last', () => {
  expect(lastPeriod('month', at('2026-03-01T05:59'))).toEqual({ from: '2026-01-01', to: '2026-01-31' })
  expect(lastPeriod('month', at('2026-03-01T06:00'))).toEqual({ from: '2026-02-01', to: '2026-02-28' })
  expect(lastPeriod('week', at('2026-02-04T12:00'))).toEqual({ from: '2026-01-26', to: '2026-02-01' })
  expect(lastPeriod('day', at('2026-02-04T12:00'))).toEqual({ from: '2026-02-03', to: '2026-02-03' })
})

test('the key of an export follows from its template', () => {
  const key = (path: string) =>
    objectKey(path, {
      ...{ every: 'month', format: 'focus', file: 'bills/costs.csv' },
      ...{ from: '2026-01-01', to: '2026-01-31' },
    })
  expect(key('{file}')).toBe('bills/costs.csv')
  expect(key('a/year={year}/month={month}/')).toBe('a/year=2026/month=01/costs.csv')
  expect(key('{every}-{from}_{to}.{format}')).toBe('month-2026-01-01_2026-01-31.focus')
})

test.each(['', '/a', 'a//b', '../a', 'a/./b', 'a/..', '{other}', '{', 'a{name', 'a\\b', 'a?b', 'ä'])(
  'the template %j is refused',
  (path) => expect(pathFault(path)).not.toBeNull(),
)
