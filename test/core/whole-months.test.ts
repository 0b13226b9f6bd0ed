import { expect, test } from 'vitest'
import { wholeMonths } from '../../src/modules/finops/summaries/period.ts'

test.each([
  ['2026-01-01', '2026-10-31', ['2026-01', '2026-10'], []],
  ['2025-12-31', '2026-03-01', ['2026-01', '2026-02'], ['2025-12-31/2025-12-31', '2026-03-01/2026-03-01']],
  ['2024-02-01', '2024-02-29', ['2024-02', '2024-02'], []],
  ['2023-02-02', '2023-03-31', ['2023-03', '2023-03'], ['2023-02-02/2023-02-28']],
  ['2026-01-02', '2026-02-27', null, ['2026-01-02/2026-02-27']],
  ['2026-01-15', '2026-01-15', null, ['2026-01-15/2026-01-15']],
  ['2026-01-02', '2026-01-31', null, ['2026-01-02/2026-01-31']],
])('from %s to %s', (from, to, months, days) => {
  const whole = wholeMonths({ from, to })
  expect(whole.months && [whole.months.from, whole.months.to]).toEqual(months)
  expect(whole.days.map((part) => `${part.from}/${part.to}`)).toEqual(days)
})
