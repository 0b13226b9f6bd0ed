// Converts a record of a file to a row to write, or returns its errors.
import { AppError } from '../../../../core/errors.ts'
import { newId } from '../../../../core/ids.ts'
import { type Decimal, toMicroUsd } from '../../../../core/money.ts'
import { Currency, Day, USD } from '../../amounts.ts'
import { billedOf, type CostAmounts, toAmounts } from '../../costs/amounts.ts'
import { CreateCost } from '../../costs/schema.ts'
import { keyOf } from '../../snapshots/key.ts'
import { toAmounts as toUsageAmounts } from '../../usage/amounts.ts'
import { CreateUsage } from '../../usage/schema.ts'
import { type CellProblem, DIMENSIONS, type Mapping, readColumns, type TransferKind } from '../columns.ts'
import { readFocus } from '../focus/read.ts'
import type { DecimalMark } from '../read/numbers.ts'
import type { FileRecord } from '../read/records.ts'
import type { CostWrite, UsageWrite } from './rows-repo.ts'

export type Converted = { row: CostWrite | UsageWrite } | { problems: CellProblem[] }

export type Conversion = {
  kind: TransferKind
  isFocus: boolean
  mark: DecimalMark
  mapping: Mapping
  rateOf: (currency: string, date: string) => Promise<Decimal>
  now: number
}

const MAX_DIMENSION = 200

export async function convert(record: FileRecord, conversion: Conversion): Promise<Converted> {
  if (record.problem !== undefined) return { problems: [{ column: '', reason: record.problem }] }
  try {
    if (conversion.kind === 'usage') return usageOf(record, conversion)
    return conversion.isFocus ? await focusOf(record, conversion) : await costOf(record, conversion)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problems = error.errors?.map(({ path, message }) => ({
      column: (path ?? '').replace(/^\//, ''),
      reason: message,
    }))
    return { problems: problems ?? [{ column: '', reason: error.message }] }
  }
}

type Issues = readonly { path: PropertyKey[]; message: string }[]

const problemsOf = (issues: Issues, { mapping }: Conversion): Converted => ({
  problems: issues.map(({ path, message }) => {
    const name = String(path[0] ?? '')
    return { column: mapping.columns[name] ?? name, reason: message }
  }),
})

function split(row: Record<string, unknown>) {
  const { focus = null, ...rest } = row
  const dimensions = Object.fromEntries(DIMENSIONS.map((name) => [name, String(rest[name] ?? '')]))
  for (const name of DIMENSIONS) delete rest[name]
  const tooLong = DIMENSIONS.filter((name) => (dimensions[name]?.length ?? 0) > MAX_DIMENSION)
  return {
    rest,
    focus: focus as Record<string, string> | null,
    dimensions: dimensions as Record<(typeof DIMENSIONS)[number], string>,
    problems: tooLong.map((column) => ({ column, reason: `has more than ${MAX_DIMENSION} characters` })),
  }
}

function usageOf(record: FileRecord, conversion: Conversion): Converted {
  const { row, problems } = readColumns('usage', record, conversion.mapping, conversion.mark)
  const { rest, dimensions, problems: more } = split(row)
  if (problems.length + more.length > 0) return { problems: [...problems, ...more] }
  const parsed = CreateUsage.safeParse(rest)
  if (!parsed.success) return problemsOf(parsed.error.issues, conversion)
  const { data } = parsed
  const shared = { id: newId('use', conversion.now), labels: data.labels ?? {}, ...dimensions }
  return { row: { ...shared, ...keyOf(data), ...toUsageAmounts(data) } }
}

async function costOf(record: FileRecord, conversion: Conversion): Promise<Converted> {
  const { row, problems } = readColumns('costs', record, conversion.mapping, conversion.mark)
  const { rest, focus, dimensions, problems: more } = split(row)
  if (problems.length + more.length > 0) return { problems: [...problems, ...more] }
  const { costUsd, effectiveCostUsd, listCostUsd, cost, effectiveCost, listCost, ...others } = rest
  const isUsd = (rest.currency ?? USD) === USD
  // Our own exports contain both, so that the dollars do not change.
  const hasBoth = !isUsd && costUsd !== undefined && cost !== undefined
  const inUsd = { costUsd, effectiveCostUsd, listCostUsd }
  const asBilled = { cost, effectiveCost, listCost }
  const amounts = hasBoth ? asBilled : isUsd && costUsd !== undefined ? inUsd : { ...inUsd, ...asBilled }
  const given = Object.fromEntries(
    Object.entries({ ...others, ...amounts }).filter(([, value]) => value !== undefined),
  )
  const parsed = CreateCost.safeParse(given)
  if (!parsed.success) return problemsOf(parsed.error.issues, conversion)
  const { data } = parsed
  const currency = data.currency ?? USD
  const stored: CostAmounts = hasBoth
    ? withDollars(currency, billedOf(data), {
        cost: toMicroUsd(Number(costUsd)),
        effective: microOrNull(effectiveCostUsd),
        list: microOrNull(listCostUsd),
      })
    : toAmounts(currency, billedOf(data), await conversion.rateOf(currency, data.date))
  const shared = { id: newId('cst', conversion.now), labels: data.labels ?? {}, focus, ...dimensions }
  return { row: { ...shared, ...keyOf(data), ...stored } }
}

const microOrNull = (value: unknown): number | null =>
  value === undefined ? null : toMicroUsd(Number(value))

type Three = { cost: number; effective: number | null; list: number | null }

const withDollars = (currency: string, original: Three, usd: Three): CostAmounts => ({
  currency,
  costMicroUsd: usd.cost,
  effectiveMicroUsd: usd.effective,
  listMicroUsd: usd.list,
  originalMicro: original.cost,
  originalEffectiveMicro: original.effective,
  originalListMicro: original.list,
})

async function focusOf(record: FileRecord, conversion: Conversion): Promise<Converted> {
  const { cost, problems } = await readFocus(record.values, conversion.mark)
  if (cost === null) return { problems }
  const { key, currency, billed, labels, dimensions, focus, usd } = cost
  const wrong: CellProblem[] = []
  if (!Day.safeParse(key.date).success) wrong.push({ column: 'ChargePeriodStart', reason: 'is not a date' })
  if (!Currency.safeParse(currency).success)
    wrong.push({
      column: 'BillingCurrency',
      reason: `${currency.slice(0, 20)} is not a currency of ISO 4217`,
    })
  if (key.provider.length > 200 || key.service.length > 500 || key.resource.length > 2_048)
    wrong.push({ column: 'ResourceId', reason: 'provider, service or resource is too long' })
  if (wrong.length > 0) return { problems: wrong }
  const amounts =
    usd === null
      ? toAmounts(currency, billed, await conversion.rateOf(currency, key.date))
      : withDollars(currency, billed, usd)
  return { row: { id: newId('cst', conversion.now), ...key, ...amounts, labels, focus, ...dimensions } }
}
