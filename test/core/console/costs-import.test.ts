// What the console shows of a file before it is imported, and which columns it proposes.
import { expect, test } from 'vitest'
import {
  entriesOf,
  isFocus,
  mappingName,
  missing,
  previewOf,
  suggest,
} from '../../../console/src/features/costs/model/mapping.ts'
import { ratesOf } from '../../../console/src/features/costs/model/rates.ts'
import { SHOWN_ROWS, tableOf } from '../../../console/src/features/costs/model/table.ts'

test('the separator is the most frequent one of the header, and quoted fields keep theirs', () => {
  const text =
    '\uFEFFDay;"Cost; EUR";Vendor\r\n2026-03-01;"1,5";"A ""B"" GmbH"\r\n2026-03-02;2;"two\nlines"\r\n'
  expect(tableOf(text, true)).toEqual({
    columns: ['Day', 'Cost; EUR', 'Vendor'],
    rows: [
      ['2026-03-01', '1,5', 'A "B" GmbH'],
      ['2026-03-02', '2', 'two\nlines'],
    ],
    separator: ';',
  })
})

test('the last row only counts if the whole file was read', () => {
  expect(tableOf('a,b\n1,2\n3,4', true)?.rows).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
  expect(tableOf('a,b\n1,2\n3,4', false)?.rows).toEqual([['1', '2']])
  expect(tableOf('a|b\n1|2', true, ',')?.columns).toEqual(['a|b'])
  expect(tableOf('', true)).toBe(null)
  const many = `a,b\n${'1,2\n'.repeat(100)}`
  expect(tableOf(many, true)?.rows).toHaveLength(SHOWN_ROWS)
})

test('JSON lines have the columns of all shown lines', () => {
  expect(tableOf('{"date":"2026-03-01","costUsd":1}\n{"provider":"aws","labels":{"a":"b"}}\n', true)).toEqual(
    {
      columns: ['date', 'costUsd', 'provider', 'labels'],
      rows: [
        ['2026-03-01', '1', '', ''],
        ['', '', 'aws', '{"a":"b"}'],
      ],
      separator: null,
    },
  )
  expect(tableOf('{"date":"2026-0', false)).toBe(null)
})

test.each([
  [['Usage Date', 'Vendor', 'Cost (USD)'], { date: 'Usage Date', provider: 'Vendor', costUsd: 'Cost (USD)' }],
  [['date', 'provider', 'costUsd', 'label:team'], { date: 'date', provider: 'provider', costUsd: 'costUsd' }],
  [
    ['Day', 'Cloud', 'Amount', 'Currency'],
    { date: 'Day', provider: 'Cloud', currency: 'Currency', cost: 'Amount' },
  ],
  [['Day', 'Cloud', 'Amount'], { date: 'Day', provider: 'Cloud', costUsd: 'Amount' }],
])('for the columns %j, %j is proposed', (columns, found) => {
  expect(suggest('costs', columns)).toEqual(found)
})

test('for usage, an amount is a quantity', () => {
  expect(suggest('usage', ['day', 'vendor', 'gpu hours', 'amount', 'unit'])).toEqual({
    date: 'day',
    provider: 'vendor',
    hours: 'gpu hours',
    quantity: 'amount',
    unit: 'unit',
  })
})

test('files of FOCUS are recognised like on the server', () => {
  expect(isFocus(['BilledCost', 'ChargePeriodStart', 'ProviderName'])).toBe(true)
  expect(isFocus(['BilledCost', 'BillingPeriodStart'])).toBe(false)
})

test('what is missing is named, and a fixed value is enough', () => {
  const columns = { date: 'Day', cost: 'Amount' }
  expect(missing('costs', { columns, defaults: {} })).toEqual(['Provider', 'Currency'])
  expect(missing('costs', { columns, defaults: { provider: 'aws', currency: 'EUR' } })).toEqual([])
  expect(missing('costs', { columns: {}, defaults: { provider: ' ' } })).toEqual([
    'Day',
    'Provider',
    'Amount in US dollars',
  ])
  expect(missing('usage', { columns: { date: 'd', provider: 'p' }, defaults: {} })).toEqual(['Hours'])
})

test('a saved mapping only has what differs from our names', () => {
  expect(
    entriesOf({
      columns: { date: 'Day', provider: 'provider', service: '', 'label:team': 'Team' },
      defaults: { source: ' bill ', line: '' },
    }),
  ).toEqual({ columns: { date: 'Day', 'label:team': 'Team' }, defaults: { source: 'bill' } })
})

test('the preview has the fields with a column or a value, and the labels of the file', () => {
  const table = {
    columns: ['Day', 'x', 'label:env'],
    rows: [
      ['2026-03-01', ' 5 ', 'prod'],
      ['2026-03-02', '', ''],
    ],
  }
  expect(
    previewOf('costs', table, {
      columns: { date: 'Day', costUsd: 'x' },
      defaults: { provider: 'aws', costUsd: '1' },
    }),
  ).toEqual({
    names: ['date', 'provider', 'costUsd', 'label:env'],
    rows: [
      ['2026-03-01', 'aws', '5', 'prod'],
      ['2026-03-02', 'aws', '1', ''],
    ],
  })
})

test.each([
  ['Bill 2026-03.csv.gz', 'Bill'],
  ['hetzner_invoice-0042.csv', 'hetzner_invoice'],
  ['2026.csv', 'bill'],
  ['Rechnung März.xlsx', 'Rechnung-M-rz'],
])('the mapping of %s is called %s', (file, name) => {
  expect(mappingName(file)).toBe(name)
})

test('pasted rates are read line by line, and the first line that is none is named', () => {
  expect(ratesOf('date,currency,usdPerUnit\n2026-01-31, eur, 1.0847\n\n2026-01-31;CHF;1.1')).toEqual({
    rates: [
      { date: '2026-01-31', currency: 'EUR', usdPerUnit: '1.0847' },
      { date: '2026-01-31', currency: 'CHF', usdPerUnit: '1.1' },
    ],
  })
  expect(ratesOf('2026-01-31 EUR 1,08')).toEqual({ line: 1 })
  expect(ratesOf('2026-01-31 EUR 1.08\nyesterday EUR 1.1')).toEqual({ line: 2 })
  expect(ratesOf('')).toEqual({ rates: [] })
})
