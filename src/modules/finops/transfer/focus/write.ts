// Writes one of our costs as a line of FOCUS 1.2. Fields of an imported file come first; the rest is derived from the
// row. Our own columns are `x_…`, so that an import of the file gives the same row.
import { canonicalJson } from '../../../../core/json.ts'
import { microsToText } from '../../../../core/money.ts'
import { addDays, monthEnd, monthStart } from '../../summaries/period.ts'
import { OWN } from './read.ts'

export type FocusRow = {
  date: string
  provider: string
  gpuType: string
  service: string
  resource: string
  source: string
  line: string
  currency: string
  costMicroUsd: number
  effectiveMicroUsd: number | null
  listMicroUsd: number | null
  originalMicro: number
  originalEffectiveMicro: number | null
  originalListMicro: number | null
  model: string
  agentId: string
  workflowId: string
  runId: string
  userId: string
  labels: Record<string, string>
  focus: Record<string, string> | null
}

export type FocusTeam = { id: string; name: string }

export const FOCUS_COLUMNS = [
  ...['BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd'],
  ...['BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargePeriodEnd'],
  ...['ChargePeriodStart', 'ConsumedQuantity', 'ConsumedUnit', 'ContractedCost', 'EffectiveCost'],
  ...['InvoiceIssuerName', 'ListCost', 'ListUnitPrice', 'PricingQuantity', 'PricingUnit', 'ProviderName'],
  ...['PublisherName', 'RegionId', 'RegionName', 'ResourceId', 'ResourceName', 'ResourceType'],
  ...['ServiceCategory', 'ServiceName', 'SkuId', 'SkuMeter', 'SkuPriceDetails', 'SkuPriceId', 'SubAccountId'],
  ...['SubAccountName', 'SubAccountType', 'Tags'],
  ...Object.values(OWN),
] as const

export type FocusColumn = (typeof FOCUS_COLUMNS)[number]

const start = (day: string): string => `${day}T00:00:00Z`

/** A service has one category, so the category is derived from the service name. */
const categoryOf = ({ service, gpuType }: FocusRow): string =>
  service === '' && gpuType !== '' ? 'AI and Machine Learning' : 'Other'

const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

/** All values are texts as they are in the file. Null is an empty cell. */
export function toFocus(row: FocusRow, team: FocusTeam): Record<FocusColumn, string | null> {
  const fields = row.focus ?? {}
  const month = monthStart(row.date)
  const cost = microsToText(row.originalMicro)
  const list = microsToText(row.originalListMicro ?? row.originalMicro)
  const effective = microsToText(row.originalEffectiveMicro ?? row.originalMicro)
  const category = fields.ChargeCategory ?? (row.originalMicro < 0 ? 'Credit' : 'Usage')
  const isUsage = category === 'Usage' || category === 'Purchase'
  const service = row.service || row.gpuType || row.provider
  const sku = `${row.provider}/${service}${row.gpuType === '' ? '' : `/${row.gpuType}`}`
  const micro = (value: number | null) => (value === null ? null : microsToText(value))
  return {
    BilledCost: cost,
    BillingAccountId: fields.BillingAccountId ?? team.id,
    BillingAccountName: fields.BillingAccountName ?? team.name,
    BillingCurrency: row.currency,
    BillingPeriodEnd: fields.BillingPeriodEnd ?? start(addDays(monthEnd(month), 1)),
    BillingPeriodStart: fields.BillingPeriodStart ?? start(month),
    ChargeCategory: category,
    ChargeClass: orNull(fields.ChargeClass),
    ChargeDescription:
      fields.ChargeDescription ?? [service, row.model, row.resource].filter(Boolean).join(' '),
    ChargePeriodEnd: fields.ChargePeriodEnd ?? start(addDays(row.date, 1)),
    ChargePeriodStart: fields.ChargePeriodStart ?? start(row.date),
    ConsumedQuantity: orNull(fields.ConsumedQuantity),
    ConsumedUnit: orNull(fields.ConsumedUnit),
    ContractedCost: fields.ContractedCost ?? cost,
    EffectiveCost: effective,
    InvoiceIssuerName: fields.InvoiceIssuerName ?? row.provider,
    ListCost: list,
    ListUnitPrice: fields.ListUnitPrice ?? (isUsage && row.focus === null ? list : null),
    PricingQuantity: fields.PricingQuantity ?? (row.focus === null ? '1' : null),
    PricingUnit: fields.PricingUnit ?? (row.focus === null ? 'Days' : null),
    ProviderName: row.provider,
    PublisherName: fields.PublisherName ?? row.provider,
    RegionId: orNull(fields.RegionId),
    RegionName: orNull(fields.RegionName),
    ResourceId: orNull(row.resource),
    ResourceName: fields.ResourceName ?? orNull(row.resource),
    ResourceType:
      fields.ResourceType ?? (row.resource === '' ? null : row.gpuType === '' ? 'Resource' : 'GPU'),
    ServiceCategory: fields.ServiceCategory ?? categoryOf(row),
    ServiceName: fields.ServiceName ?? service,
    SkuId: fields.SkuId ?? (isUsage && row.focus === null ? sku : null),
    SkuMeter: fields.SkuMeter ?? (isUsage && row.focus === null ? service : null),
    SkuPriceDetails: orNull(fields.SkuPriceDetails),
    SkuPriceId: fields.SkuPriceId ?? (isUsage && row.focus === null ? `${sku}/day` : null),
    SubAccountId: orNull(fields.SubAccountId),
    SubAccountName: orNull(fields.SubAccountName),
    SubAccountType: orNull(fields.SubAccountType),
    Tags: Object.keys(row.labels).length === 0 ? null : canonicalJson(row.labels),
    x_GpuType: orNull(row.gpuType),
    x_Service: orNull(row.service),
    x_Resource: orNull(row.resource),
    x_Source: row.source,
    x_Line: orNull(row.line),
    x_CostUsd: microsToText(row.costMicroUsd),
    x_EffectiveCostUsd: micro(row.effectiveMicroUsd),
    x_ListCostUsd: micro(row.listMicroUsd),
    x_EffectiveCost: micro(row.originalEffectiveMicro),
    x_ListCost: micro(row.originalListMicro),
    x_Model: orNull(row.model),
    x_AgentId: orNull(row.agentId),
    x_WorkflowId: orNull(row.workflowId),
    x_RunId: orNull(row.runId),
    x_UserId: orNull(row.userId),
    x_Labels: Object.keys(row.labels).length === 0 ? null : canonicalJson(row.labels),
    x_Focus: row.focus === null ? null : canonicalJson(row.focus),
  }
}
