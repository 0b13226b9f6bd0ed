// Reads a line of a FOCUS file (FinOps Open Cost and Usage Specification) as one of our costs. Invariants:
// 1. Lines that differ in a field that distinguishes charges get different keys. Equal lines of one file are added.
// 2. Fields without a column of ours are stored unchanged, so that an export can return them.
import { sha256Hex } from '../../../../core/crypto.ts'
import { canonicalJson } from '../../../../core/json.ts'
import { type Decimal, toMicros } from '../../../../core/money.ts'
import type { CellProblem } from '../columns.ts'
import { type DecimalMark, readDecimal } from '../read/numbers.ts'

type Values = Readonly<Record<string, string>>

/** Our columns in our own exports. */
export const OWN = {
  gpuType: 'x_GpuType',
  service: 'x_Service',
  resource: 'x_Resource',
  source: 'x_Source',
  line: 'x_Line',
  costUsd: 'x_CostUsd',
  effectiveCostUsd: 'x_EffectiveCostUsd',
  listCostUsd: 'x_ListCostUsd',
  effectiveCost: 'x_EffectiveCost',
  listCost: 'x_ListCost',
  model: 'x_Model',
  agentId: 'x_AgentId',
  workflowId: 'x_WorkflowId',
  runId: 'x_RunId',
  userId: 'x_UserId',
  labels: 'x_Labels',
  focus: 'x_Focus',
} as const

export const FOCUS_SOURCE = 'focus'

/** Column names of earlier and later versions. */
const ALTERNATIVES = {
  provider: ['ProviderName', 'ServiceProviderName', 'Provider'],
  currency: ['BillingCurrency', 'BilledCurrency'],
  effective: ['EffectiveCost', 'AmortizedCost'],
} as const

/** The fields that distinguish charges, in addition to our own key. */
const LINE_COLUMNS = [
  ...[
    'ChargePeriodStart',
    'ChargePeriodEnd',
    'ChargeCategory',
    'ChargeType',
    'ChargeClass',
    'ChargeDescription',
  ],
  ...[
    'SkuId',
    'SkuPriceId',
    'SubAccountId',
    'RegionId',
    'Region',
    'Tags',
    'BillingCurrency',
    'BilledCurrency',
  ],
]

/** Amounts with columns of ours. */
const STORED = new Set(['BilledCost', 'ListCost', 'EffectiveCost', 'AmortizedCost'])

/** These are also added for equal lines. */
export const SUMMED = ['ContractedCost', 'PricingQuantity', 'ConsumedQuantity'] as const

const first = (values: Values, names: readonly string[]): string | undefined =>
  names.map((name) => values[name]).find((value) => value !== undefined)

/** The version of the columns, and the missing ones that are required. */
export function inspectFocus(
  values: Values,
  hasColumn: (name: string) => boolean,
): { version: string; missing: string[] } {
  const has = (names: readonly string[]) => names.some(hasColumn)
  const version = has(['ServiceProviderName', 'HostProviderName'])
    ? '1.3'
    : has(['ChargeType', 'AmortizedCost', 'BilledCurrency'])
      ? '0.5'
      : has(['InvoiceId', 'PricingCurrency', 'BillingAccountType', 'SkuMeter'])
        ? '1.2'
        : '1.0'
  const needed: (readonly string[])[] = [
    ['BilledCost'],
    ['ChargePeriodStart'],
    ALTERNATIVES.provider,
    ALTERNATIVES.currency,
  ]
  const missing = needed.filter((names) => !has(names) && first(values, names) === undefined)
  return { version, missing: missing.map(([name]) => name ?? '') }
}

export type FocusCost = {
  key: {
    date: string
    provider: string
    gpuType: string
    service: string
    resource: string
    source: string
    line: string
  }
  currency: string
  /** Millionths of the currency. A null effective or list cost equals the cost. */
  billed: { cost: number; effective: number | null; list: number | null }
  labels: Record<string, string>
  dimensions: Record<'model' | 'agentId' | 'workflowId' | 'runId' | 'userId', string>
  focus: Record<string, string> | null
  /** The dollars in one of our own exports. */
  usd: { cost: number; effective: number | null; list: number | null } | null
}

export async function readFocus(
  values: Values,
  mark: DecimalMark,
): Promise<{ cost: FocusCost; problems: [] } | { cost: null; problems: CellProblem[] }> {
  const problems: CellProblem[] = []
  const micros = (name: string, text: string | undefined): number | null => {
    if (text === undefined) return null
    const decimal: Decimal | null = readDecimal(text, mark)
    const found = decimal === null ? null : toMicros(decimal)
    if (found === null)
      problems.push({ column: name, reason: decimal === null ? 'is not a number' : 'is too large' })
    return found
  }
  const start = values.ChargePeriodStart ?? ''
  const date = /^\d{4}-\d{2}-\d{2}/.exec(start)?.[0] ?? ''
  if (date === '') problems.push({ column: 'ChargePeriodStart', reason: 'is not a date' })
  const provider = first(values, ALTERNATIVES.provider)
  if (provider === undefined) problems.push({ column: 'ProviderName', reason: 'is missing' })
  if (values.BilledCost === undefined) problems.push({ column: 'BilledCost', reason: 'is missing' })
  const tags = readTags(values.Tags)
  if (tags === null) problems.push({ column: 'Tags', reason: 'is not a JSON object' })
  const isOwn = values[OWN.source] !== undefined
  const cost = micros('BilledCost', values.BilledCost) ?? 0
  const effective = micros(
    'EffectiveCost',
    isOwn ? values[OWN.effectiveCost] : first(values, ALTERNATIVES.effective),
  )
  const list = micros('ListCost', isOwn ? values[OWN.listCost] : values.ListCost)
  const own = isOwn ? readOwn(values, micros, problems) : null
  if (problems.length > 0) return { cost: null, problems }
  const of = (name: keyof typeof OWN) => values[OWN[name]] ?? ''
  return {
    problems: [],
    cost: {
      key: {
        date,
        provider: provider ?? '',
        gpuType: isOwn ? of('gpuType') : '',
        service: isOwn ? of('service') : (values.ServiceName ?? ''),
        resource: isOwn ? of('resource') : (values.ResourceId ?? ''),
        source: isOwn ? of('source') : FOCUS_SOURCE,
        line: isOwn ? of('line') : await lineOf(values),
      },
      currency: first(values, ALTERNATIVES.currency) ?? 'USD',
      billed: { cost, effective, list },
      labels: own?.labels ?? tags ?? {},
      dimensions: {
        model: of('model'),
        agentId: of('agentId'),
        workflowId: of('workflowId'),
        runId: of('runId'),
        userId: of('userId'),
      },
      focus: isOwn ? (own?.focus ?? null) : keptOf(values),
      usd: own?.usd ?? null,
    },
  }
}

type ReadMicros = (name: string, text: string | undefined) => number | null

function readOwn(values: Values, micros: ReadMicros, problems: CellProblem[]) {
  const labels = readTags(values[OWN.labels])
  const focus = values[OWN.focus] === undefined ? null : readTags(values[OWN.focus])
  if (labels === null) problems.push({ column: OWN.labels, reason: 'is not a JSON object' })
  return {
    labels,
    focus,
    usd: {
      cost: micros(OWN.costUsd, values[OWN.costUsd]) ?? 0,
      effective: micros(OWN.effectiveCostUsd, values[OWN.effectiveCostUsd]),
      list: micros(OWN.listCostUsd, values[OWN.listCostUsd]),
    },
  }
}

function readTags(text: string | undefined): Record<string, string> | null {
  if (text === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
    return Object.fromEntries(
      Object.entries(parsed).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    )
  } catch {
    return null
  }
}

async function lineOf(values: Values): Promise<string> {
  const named = LINE_COLUMNS.map((name) => values[name] ?? null)
  const extra = Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('x_')))
  return (await sha256Hex(canonicalJson([named, extra]))).slice(0, 32)
}

const keptOf = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !STORED.has(name) && name !== 'Tags'))
