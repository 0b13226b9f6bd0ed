// The columns of our own files, and the conversion of records of other files.
import { toMicros, toUsd } from '../../../core/money.ts'
import { type DecimalMark, readDecimal } from './read/numbers.ts'
import type { FileRecord } from './read/records.ts'

export type TransferKind = 'costs' | 'usage'

const KEY = ['date', 'provider', 'gpuType', 'service', 'resource', 'source', 'line'] as const
export const DIMENSIONS = ['model', 'agentId', 'workflowId', 'runId', 'userId'] as const

export const COLUMNS: Record<TransferKind, readonly string[]> = {
  costs: [
    ...KEY,
    ...['costUsd', 'effectiveCostUsd', 'listCostUsd', 'currency', 'cost', 'effectiveCost', 'listCost'],
    ...DIMENSIONS,
    'labels',
    'focus',
  ],
  usage: [...KEY, 'hours', 'quantity', 'unit', ...DIMENSIONS, 'labels'],
}

const NUMBERS = new Set([
  ...['costUsd', 'effectiveCostUsd', 'listCostUsd', 'cost', 'effectiveCost', 'listCost'],
  ...['hours', 'quantity'],
])
const JSONS = new Set(['labels', 'focus'])

export type Mapping = {
  /** The file's column by our column. */
  columns: Record<string, string>
  /** The default value by our column. */
  values: Record<string, string>
}

export type CellProblem = { column: string; reason: string }

/** Our columns by name. `label:<key>` is one label. Unknown columns of a file are ignored. */
export function readColumns(
  kind: TransferKind,
  record: FileRecord,
  { columns, values }: Mapping,
  mark: DecimalMark,
): { row: Record<string, unknown>; problems: CellProblem[] } {
  const row: Record<string, unknown> = {}
  const problems: CellProblem[] = []
  const labels: Record<string, string> = {}
  const read = (name: string, column: string, text: string) => {
    if (name.startsWith('label:')) labels[name.slice('label:'.length)] = text
    else if (NUMBERS.has(name)) {
      const number = readNumber(text, mark)
      if (typeof number === 'string') problems.push({ column, reason: number })
      else row[name] = number
    } else if (JSONS.has(name)) {
      const found = readObject(text)
      if (found === null) problems.push({ column, reason: 'is not a JSON object of texts' })
      else row[name] = found
    } else row[name] = text
  }
  for (const name of COLUMNS[kind]) {
    const column = columns[name] ?? name
    const text = record.values[column] ?? values[name]
    if (text !== undefined) read(name, column, text)
  }
  for (const [name, column] of Object.entries(columns)) {
    const text = record.values[column]
    if (name.startsWith('label:') && text !== undefined) read(name, column, text)
  }
  for (const [name, text] of Object.entries(record.values))
    if (name.startsWith('label:')) read(name, name, text)
  if (Object.keys(labels).length > 0)
    row.labels = { ...(row.labels as Record<string, string> | undefined), ...labels }
  return { row, problems }
}

function readNumber(text: string, mark: DecimalMark): number | string {
  const decimal = readDecimal(text, mark)
  if (decimal === null) return 'is not a number'
  const micros = toMicros(decimal)
  if (micros === null) return 'is too large'
  if (BigInt(micros) * 10n ** BigInt(decimal.scale) !== decimal.units * 1_000_000n)
    return 'has more than six decimals'
  return toUsd(micros)
}

function readObject(text: string): Record<string, string> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
    const entries = Object.entries(parsed).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    return Object.fromEntries(entries)
  } catch {
    return null
  }
}
