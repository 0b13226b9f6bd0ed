// The periods, filters and columns of the console's costs.
import { expect, test } from 'vitest'
import {
  amountsOf,
  bodyOf,
  emptyForm,
  formOf,
  labelsOf,
  labelText,
} from '../../../console/src/features/costs/model/cost-form.ts'
import {
  bucketFor,
  bucketName,
  bucketsOf,
  daysOfBucket,
} from '../../../console/src/features/costs/model/days.ts'
import {
  filterOfGroup,
  finerThan,
  LAST,
  periodOf,
  previousOf,
  queryOf,
  readFilter,
  readOverview,
  readRows,
} from '../../../console/src/features/costs/model/filter.ts'
import {
  changeFrom,
  columnsOf,
  otherCurrencies,
  REST,
} from '../../../console/src/features/costs/model/series.ts'
import { emptyUsage, usageBody } from '../../../console/src/features/costs/model/usage-form.ts'

const NOW = Date.UTC(2026, 2, 15, 23, 59)

test.each([
  [{}, '2026-02-14', '2026-03-15'],
  [{ last: '7d' }, '2026-03-09', '2026-03-15'],
  [{ last: '90d' }, '2025-12-16', '2026-03-15'],
  [{ last: 'month' }, '2026-03-01', '2026-03-15'],
  [{ last: 'lastMonth' }, '2026-02-01', '2026-02-28'],
  [{ last: '12m' }, '2025-04-01', '2026-03-15'],
  [{ last: '7d', from: '2026-01-05', to: '2026-01-07' }, '2026-01-05', '2026-01-07'],
  [{ from: '2026-03-01' }, '2026-03-01', '2026-03-15'],
  [{ to: '2026-01-30' }, '2026-01-01', '2026-01-30'],
  [{ from: '2027-01-01' }, '2027-01-01', '2027-01-01'],
])('the days of %j are %s to %s', (filter, from, to) => {
  expect(periodOf(filter, NOW)).toEqual({ from, to })
})

test('every period begins before it ends, on every day of two years', () => {
  for (let day = 0; day < 731; day++)
    for (const last of Object.keys(LAST)) {
      const { from, to } = periodOf({ last }, Date.UTC(2027, 0, 1 + day))
      expect(from <= to, `${last} on day ${day}`).toBe(true)
    }
})

test('the period before has as many days and ends the day before', () => {
  expect(previousOf({ from: '2026-03-01', to: '2026-03-15' })).toEqual({
    from: '2026-02-14',
    to: '2026-02-28',
  })
})

test('a filter takes what is known from the URL and ignores the rest', () => {
  expect(
    readFilter({
      provider: ' aws ',
      service: 7,
      last: '2w',
      from: '2026-02-31',
      to: '2026-02-01',
      label: 'a=b',
    }),
  ).toEqual({ provider: 'aws', to: '2026-02-01', label: 'a=b' })
  expect(readFilter({ from: '2026-03-02', to: '2026-03-01' })).toEqual({})
  expect(readFilter({ last: 'constructor' })).toEqual({})
  expect(readOverview({ by: 'label:project', bucket: 'year', jobs: 'true' })).toEqual({ by: 'label:project' })
  expect(readOverview({ by: 'label:' })).toEqual({})
  expect(readRows({ currency: 'eur', sort: 'name', q: 'x'.repeat(300) })).toEqual({ q: 'x'.repeat(200) })
  expect(queryOf({ provider: 'aws', last: '7d' }, NOW)).toEqual({
    from: '2026-03-09',
    to: '2026-03-15',
    provider: 'aws',
  })
})

test('a group becomes a filter, and the next groups are finer', () => {
  expect(filterOfGroup('label:project', 'search')).toEqual(['label', 'project=search'])
  expect(filterOfGroup('agent', 'agent_1')).toEqual(['agent', 'agent_1'])
  expect(filterOfGroup('provider', null)).toBe(null)
  expect(finerThan('provider', { provider: 'aws' })).toBe('service')
  expect(finerThan('provider', { provider: 'aws', service: 'EC2' })).toBe('resource')
  expect(finerThan('label:project', { label: 'project=a' })).toBe('provider')
})

test('buckets cover the whole period, also days without costs', () => {
  expect(bucketsOf('2026-02-27', '2026-03-02', 'day')).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ])
  // 2026-02-27 is a Friday.
  expect(bucketsOf('2026-02-27', '2026-03-10', 'week')).toEqual(['2026-02-23', '2026-03-02', '2026-03-09'])
  expect(bucketsOf('2025-12-31', '2026-02-01', 'month')).toEqual(['2025-12', '2026-01', '2026-02'])
  expect([bucketFor('2026-01-01', '2026-03-03'), bucketFor('2026-01-01', '2026-03-04')]).toEqual([
    'day',
    'week',
  ])
  expect(bucketFor('2024-01-01', '2026-03-04')).toBe('month')
  expect([bucketName('2026-02-23', 'week'), bucketName('2026-02', 'month')]).toEqual(['23 Feb', 'Feb 2026'])
})

test('a chosen column is its days within the period', () => {
  const period = { from: '2026-02-10', to: '2026-03-10' }
  expect(daysOfBucket('2026-02', 'month', period)).toEqual({ from: '2026-02-10', to: '2026-02-28' })
  expect(daysOfBucket('2026-03-09', 'week', period)).toEqual({ from: '2026-03-09', to: '2026-03-10' })
  expect(daysOfBucket('2026-02-12', 'day', period)).toEqual({ from: '2026-02-12', to: '2026-02-12' })
  expect(daysOfBucket('2026-01', 'month', { from: '2025-01-01', to: '2026-12-31' })).toEqual({
    from: '2026-01-01',
    to: '2026-01-31',
  })
})

const group = (keys: Record<string, string | null>, costUsd: number, previousUsd = 0) => ({
  keys,
  costUsd,
  previousUsd,
})

test('columns show the largest groups and all others, and their sum is that of the bucket', () => {
  const { series, columns } = columnsOf({
    by: 'provider',
    bucket: 'day',
    period: { from: '2026-03-01', to: '2026-03-03' },
    top: [group({ provider: 'aws' }, 30), group({ provider: null }, 5), group({ provider: 'x' }, 2)],
    sums: [group({ day: '2026-03-01' }, 20.3, 7), group({ day: '2026-03-03' }, 14, 1)],
    cells: [
      group({ day: '2026-03-01', provider: 'aws' }, 20.1),
      group({ day: '2026-03-01', provider: 'x' }, 0.2),
      group({ day: '2026-03-03', provider: 'aws' }, 10),
      group({ day: '2026-03-03', provider: null }, 5),
    ],
    nameOf: (value) => value ?? 'None',
    most: 2,
  })
  expect(series).toEqual(['aws', 'None', REST])
  expect(columns).toEqual([
    { id: '2026-03-01', name: '1 Mar', values: [20.1, 0, 0.2], before: 7 },
    { id: '2026-03-02', name: '2 Mar', values: [0, 0, 0], before: 0 },
    // A credit is among the others.
    { id: '2026-03-03', name: '3 Mar', values: [10, 5, -1], before: 1 },
  ])
})

test('without others there is no series for them', () => {
  const { series, columns } = columnsOf({
    by: 'provider',
    bucket: 'month',
    period: { from: '2026-03-01', to: '2026-03-03' },
    top: [group({ provider: 'a' }, 0.1), group({ provider: 'b' }, 0.2)],
    sums: [group({ month: '2026-03' }, 0.3)],
    cells: [group({ month: '2026-03', provider: 'a' }, 0.1), group({ month: '2026-03', provider: 'b' }, 0.2)],
    nameOf: String,
    most: 5,
  })
  expect({ series, columns }).toEqual({
    series: ['a', 'b'],
    columns: [{ id: '2026-03', name: 'Mar 2026', values: [0.1, 0.2] }],
  })
})

test('changes and currencies', () => {
  expect([changeFrom(0, 5), changeFrom(50, 75), changeFrom(-10, 10)]).toEqual([null, 50, 200])
  expect(otherCurrencies({ USD: 5 })).toEqual([])
  expect(otherCurrencies({})).toEqual([])
  expect(otherCurrencies({ USD: 5, EUR: 9 })).toEqual([
    ['EUR', 9],
    ['USD', 5],
  ])
})

test('the form of a cost becomes a body, with names of its currency', () => {
  const form = {
    ...emptyForm('2026-03-15'),
    provider: ' aws ',
    cost: '12.5',
    list: '14',
    labels: 'env=prod\n\nold',
  }
  expect(bodyOf(form)).toEqual({
    date: '2026-03-15',
    provider: 'aws',
    source: 'manual',
    costUsd: 12.5,
    listCostUsd: 14,
    labels: { env: 'prod', old: '' },
  })
  expect(bodyOf({ ...form, currency: 'EUR', mode: 'add', service: 'EC2', labels: '' })).toEqual({
    date: '2026-03-15',
    provider: 'aws',
    service: 'EC2',
    source: 'manual',
    currency: 'EUR',
    cost: 12.5,
    listCost: 14,
    mode: 'add',
  })
})

test('a row becomes a form that gives the same amounts and labels', () => {
  const row = { currency: 'EUR', cost: 3.25, effectiveCost: null, listCost: -1, labels: { a: 'b=c', d: '' } }
  expect(amountsOf(formOf(row))).toEqual({ currency: 'EUR', cost: 3.25, listCost: -1 })
  expect(labelsOf(labelText(row.labels))).toEqual(row.labels)
})

test('the form of usage leaves out what is empty', () => {
  const form = { ...emptyUsage('2026-03-15'), provider: ' aws ', hours: '1.5', labels: 'env=prod' }
  expect(usageBody(form)).toEqual({
    date: '2026-03-15',
    provider: 'aws',
    source: 'manual',
    hours: 1.5,
    labels: { env: 'prod' },
  })
})
