// The lines of an export. Importing them gives the same rows.
import { csvLine } from '../../../../core/formats/csv.ts'
import { MICROS, toUsd, toUsdOrNull } from '../../../../core/money.ts'
import type { ListedCost } from '../../costs/repo.ts'
import type { ListedUsage } from '../../usage/repo.ts'
import { COLUMNS, type TransferKind } from '../columns.ts'
import { FOCUS_COLUMNS, type FocusTeam, toFocus } from '../focus/write.ts'
import type { ExportFormat } from './schema.ts'

type Cell = string | number | null

const orNull = (text: string): string | null => (text === '' ? null : text)
const jsonOrNull = (json: string | null): string | null => (json === null || json === '{}' ? null : json)

const sharedCells = (row: ListedCost | ListedUsage): Record<string, Cell> => ({
  date: row.date,
  provider: row.provider,
  gpuType: orNull(row.gpuType),
  service: orNull(row.service),
  resource: orNull(row.resource),
  source: row.source,
  line: orNull(row.line),
  model: orNull(row.model),
  agentId: orNull(row.agentId),
  workflowId: orNull(row.workflowId),
  runId: orNull(row.runId),
  userId: orNull(row.userId),
  labels: jsonOrNull(row.labels),
})

export const costCells = (row: ListedCost): Record<string, Cell> => ({
  ...sharedCells(row),
  costUsd: toUsd(row.costMicroUsd),
  effectiveCostUsd: toUsdOrNull(row.effectiveMicroUsd),
  listCostUsd: toUsdOrNull(row.listMicroUsd),
  currency: row.currency,
  cost: toUsd(row.originalMicro),
  effectiveCost: toUsdOrNull(row.originalEffectiveMicro),
  listCost: toUsdOrNull(row.originalListMicro),
  focus: jsonOrNull(row.focus),
})

export const usageCells = (row: ListedUsage): Record<string, Cell> => ({
  ...sharedCells(row),
  hours: row.microHours / MICROS,
  quantity: row.quantity,
  unit: row.unit,
})

/**
 * `csvLine` puts a `'` before texts that begin like a formula. A text that already begins with one gets another,
 * which the import removes.
 */
const safe = (cell: Cell): Cell =>
  typeof cell === 'string' && /^'+[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell

const csv = (cells: Cell[]): string => csvLine(cells.map(safe))

const JSONS = new Set(['labels', 'focus'])

function jsonLine(cells: Record<string, Cell>): string {
  const fields = Object.entries(cells)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, JSONS.has(name) ? JSON.parse(String(value)) : value])
  return `${JSON.stringify(Object.fromEntries(fields))}\n`
}

/** Amounts are numbers, not formulas, even if they are negative. */
const NUMERIC = /^-\d+(\.\d+)?$/

const focusLine = (row: ListedCost, team: FocusTeam): string => {
  const found = toFocus(
    {
      ...row,
      labels: JSON.parse(row.labels) as Record<string, string>,
      focus: row.focus === null ? null : (JSON.parse(row.focus) as Record<string, string>),
    },
    team,
  )
  return csv(
    FOCUS_COLUMNS.map((name) => {
      const text = found[name]
      return text !== null &&
        NUMERIC.test(text) &&
        Number.isFinite(Number(text)) &&
        String(Number(text)) === text
        ? Number(text)
        : text
    }),
  )
}

export const headOf = (kind: TransferKind, format: ExportFormat): string =>
  format === 'jsonl' ? '' : csv(format === 'focus' ? [...FOCUS_COLUMNS] : [...COLUMNS[kind]])

export function lineOf(
  kind: TransferKind,
  format: ExportFormat,
  row: ListedCost | ListedUsage,
  team: FocusTeam,
): string {
  if (format === 'focus') return focusLine(row as ListedCost, team)
  const cells = kind === 'costs' ? costCells(row as ListedCost) : usageCells(row as ListedUsage)
  return format === 'jsonl' ? jsonLine(cells) : csv(COLUMNS[kind].map((name) => cells[name] ?? null))
}
