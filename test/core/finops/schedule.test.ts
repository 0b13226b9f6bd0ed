import { expect, test } from 'vitest'
import {
  exportedPeriod,
  exportName,
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
