import { expect, test } from 'vitest'
import { readFocus } from '../../../src/modules/finops/transfer/focus/read.ts'
import { FOCUS_COLUMNS, type FocusRow, toFocus } from '../../../src/modules/finops/transfer/focus/write.ts'
import { type Random, randomFrom } from '../../contract/support/random.ts'
import { SEED } from '../../helpers/random-cases.ts'
import { brokenRules, type Dataset, type Row, RULES } from './focus-rules.ts'

/** The columns of FOCUS that our rows have. */
const SUPPORTED = new Set([
  'ACCOUNT_NAMING_SUPPORTED',
  'BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED',
  'PUBLIC_PRICE_LIST_SUPPORTED',
  'REGION_SUPPORTED',
  'RESOURCE_TYPE_ASSIGNMENT_SUPPORTED',
  'SUB_ACCOUNT_SUPPORTED',
  'TAGGING_SUPPORTED',
  'UNIT_PRICING_SUPPORTED',
  'USAGE_MEASUREMENT_SUPPORTED',
])

const TEAM = { id: 'team_1', name: 'Observatory' }

function randomFocusRow(random: Random, n: number): FocusRow {
  const some = (values: string[]) => (random.chance(0.6) ? random.pick(values) : '')
  const cost = random.below(100_000_000) - (random.chance(0.1) ? 100_000_000 : 0)
  const orNull = (value: number) => (random.chance(0.5) ? value : null)
  const provider = random.pick(['aws', 'gcp', 'OpenAI'])
  return {
    date: `2026-0${1 + random.below(9)}-1${random.below(10)}`,
    provider,
    gpuType: some(['H100', 'A100']),
    service: some(['EC2', 'GPT']),
    resource: some(['arn:1', 'r2']),
    source: random.pick(['bill', 'agent']),
    line: String(n),
    currency: random.pick(['USD', 'EUR']),
    costMicroUsd: cost,
    effectiveMicroUsd: orNull(cost),
    listMicroUsd: orNull(cost),
    originalMicro: cost,
    originalEffectiveMicro: orNull(Math.trunc(cost / 2)),
    originalListMicro: orNull(cost * 2),
    model: some(['llama']),
    agentId: '',
    workflowId: '',
    runId: some(['run_1']),
    userId: '',
    labels: random.chance(0.5) ? { env: 'prod', 'a"b': "it's" } : {},
    focus: null,
  }
}

const rows = (n: number): Row[] => {
  const random = randomFrom(SEED)
  return Array.from({ length: n }, (_, at) => toFocus(randomFocusRow(random, at), TEAM))
}

const COLUMNS = new Set<string>(FOCUS_COLUMNS)

test('the export of 5,000 varied rows passes every applicable rule of FOCUS 1.2', () => {
  expect(Object.keys(RULES)).toHaveLength(621)
  const { checked, broken } = brokenRules({ columns: COLUMNS, rows: rows(5_000) }, SUPPORTED)
  expect(broken).toEqual([])
  expect(checked).toBeGreaterThan(150)
})

/** The Foundation's invalid samples, with the rule that each violates. */
test.each([
  ['all_fail', ['x_foo'], [{ x_foo: 'bar' }], 'BilledCost-C-000-M'],
  [
    'fail_invoice_issuer',
    ['InvoiceIssuerName', 'ResourceID', 'ProviderName', 'BilledCost', 'AvailabilityZone'],
    [{ InvoiceIssuerName: 'test-entity-1', ProviderName: 'AWS', BilledCost: '0.2' }],
    'EffectiveCost',
  ],
  ['fail_charge_type_bad_value', ['ChargeType'], [{ ChargeType: 'a' }], 'ChargeCategory'],
  [
    'multiple_failure_examples',
    ['ChargeType', 'InvoiceIssuer'],
    [{ ChargeType: 'a', InvoiceIssuer: null }],
    'InvoiceIssuerName',
  ],
  [
    'billedCostTest',
    ['BilledCost', 'ProviderName', 'InvoiceIssuerName'],
    [{ BilledCost: '0.0', ProviderName: null }],
    'ProviderName',
  ],
  ['listUnitPriceTest', ['ListUnitPrice'], [{ ListUnitPrice: '0.0' }], 'ListCost'],
] as [string, string[], Row[], string][])(
  'the rules refuse the sample %s',
  (_name, columns, sample, about) => {
    const { broken } = brokenRules({ columns: new Set(columns), rows: sample }, SUPPORTED)
    expect(broken.length).toBeGreaterThan(10)
    expect(
      broken.some((rule) => rule.startsWith('CostAndUsage-D-') && rule.includes(about.split('-')[0] ?? '')),
    ).toBe(true)
  },
)

test.each([
  ['a category that is none', { ChargeCategory: 'Fee' }],
  ['no billed cost', { BilledCost: null }],
  ['a number with a comma', { BilledCost: '1,5' }],
  ['a date without a time', { ChargePeriodStart: '2026-01-31' }],
  ['an unknown currency', { BillingCurrency: 'XXX' }],
  ['tags that are no map', { Tags: 'env=prod' }],
  ['a unit price below 0', { ListUnitPrice: '-1' }],
  ['a usage line without a price', { ListUnitPrice: null }],
  ['a service without a category', { ServiceCategory: null }],
])('a line with %s violates a rule', (_what, change) => {
  const usage = rows(100).filter(({ ChargeCategory }) => ChargeCategory === 'Usage')
  const data: Dataset = { columns: COLUMNS, rows: [{ ...usage[0], ...change }] }
  expect(brokenRules(data, SUPPORTED).broken).not.toEqual([])
})

/** Each mandatory column: whether it may be null, and the format of a value. */
const MONEY = /^-?\d+(\.\d{1,6})?$/
const TIME = /^\d{4}-\d{2}-\d{2}T00:00:00Z$/
const TEXT = /\S/
const MANDATORY: Record<string, [mayBeNull: boolean, form: RegExp]> = {
  BilledCost: [false, MONEY],
  BillingAccountId: [false, TEXT],
  BillingAccountName: [true, TEXT],
  BillingCurrency: [false, /^[A-Z]{3}$/],
  BillingPeriodEnd: [false, TIME],
  BillingPeriodStart: [false, /^\d{4}-\d{2}-01T00:00:00Z$/],
  ChargeCategory: [false, /^(Usage|Purchase|Tax|Credit|Adjustment)$/],
  ChargeClass: [true, /^Correction$/],
  ChargeDescription: [true, TEXT],
  ChargePeriodEnd: [false, TIME],
  ChargePeriodStart: [false, TIME],
  ContractedCost: [false, MONEY],
  EffectiveCost: [false, MONEY],
  InvoiceIssuerName: [false, TEXT],
  ListCost: [false, MONEY],
  PricingQuantity: [true, /^\d+(\.\d+)?$/],
  PricingUnit: [true, TEXT],
  ProviderName: [false, TEXT],
  PublisherName: [false, TEXT],
  ServiceCategory: [false, /^(AI and Machine Learning|Other)$/],
  ServiceName: [false, TEXT],
}

test('by hand: the 21 mandatory columns exist with valid values, and the sums are ours', () => {
  expect(Object.keys(MANDATORY)).toHaveLength(21)
  expect(Object.keys(MANDATORY).filter((name) => !COLUMNS.has(name))).toEqual([])
  const random = randomFrom(SEED)
  const ours = Array.from({ length: 2_000 }, (_, n) => randomFocusRow(random, n))
  let sum = 0
  for (const row of ours) {
    const line: Row = toFocus(row, TEAM)
    for (const [name, [mayBeNull, form]] of Object.entries(MANDATORY)) {
      const value = line[name] ?? null
      expect(value === null ? mayBeNull : form.test(value), `${name}: ${value}`).toBe(true)
    }
    expect(String(line.ChargePeriodStart) < String(line.ChargePeriodEnd)).toBe(true)
    sum += Math.round(Number(line.BilledCost) * 1_000_000)
  }
  expect(sum).toBe(ours.reduce((total, { originalMicro }) => total + originalMicro, 0))
})

test('a line of ours is read back as the same row', async () => {
  const random = randomFrom(SEED)
  for (let n = 0; n < 500; n++) {
    const row = {
      ...randomFocusRow(random, n),
      focus: random.chance(0.3) ? { RegionId: 'eu', x_Team: 'a"b' } : null,
    }
    const line = Object.fromEntries(
      Object.entries(toFocus(row, TEAM)).filter((entry): entry is [string, string] => entry[1] !== null),
    )
    const { cost } = await readFocus(line, '.')
    expect(cost).toEqual({
      key: {
        date: row.date,
        provider: row.provider,
        gpuType: row.gpuType,
        service: row.service,
        resource: row.resource,
        source: row.source,
        line: row.line,
      },
      currency: row.currency,
      billed: { cost: row.originalMicro, effective: row.originalEffectiveMicro, list: row.originalListMicro },
      labels: row.labels,
      dimensions: { model: row.model, agentId: '', workflowId: '', runId: row.runId, userId: '' },
      focus: row.focus,
      usd: { cost: row.costMicroUsd, effective: row.effectiveMicroUsd, list: row.listMicroUsd },
    })
  }
})

test('lines that differ in a field that distinguishes charges get different keys', async () => {
  const line = {
    BilledCost: '0.000012',
    BillingCurrency: 'USD',
    ChargePeriodStart: '2026-01-31T00:00:00Z',
    ChargePeriodEnd: '2026-02-01T00:00:00Z',
    ChargeCategory: 'Usage',
    ProviderName: 'OpenAI',
    ServiceName: 'GPT',
    PricingQuantity: '12',
    PricingUnit: 'Tokens',
    SkuId: 'gpt-input',
  }
  const keyOf = async (more: Record<string, string>) =>
    (await readFocus({ ...line, ...more }, '.')).cost?.key.line
  const same = await keyOf({})
  expect(await keyOf({ BilledCost: '5', PricingQuantity: '7', BillingAccountName: 'x' })).toBe(same)
  const others: Record<string, string>[] = [
    { ChargePeriodEnd: '2026-03-01T00:00:00Z' },
    { ChargeCategory: 'Credit' },
    { ChargeClass: 'Correction' },
    { ChargeDescription: 'x' },
    { SkuId: 'gpt-output' },
    { SkuPriceId: 'x' },
    { SubAccountId: 'x' },
    { RegionId: 'x' },
    { Tags: '{"a":"b"}' },
    { x_Anything: 'x' },
  ]
  for (const more of others) expect([more, await keyOf(more)]).not.toEqual([more, same])
})
