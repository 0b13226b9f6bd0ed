// The collected rows of a page of an import. Pure except for ids.
import { parseDecimal } from '../../../../core/money.ts'
import type { CellProblem, TransferKind } from '../columns.ts'
import { SUMMED } from '../focus/read.ts'
import { type ErrorRow, MAX_ERRORS } from './repo.ts'
import type { CostWrite, Known, UsageWrite } from './rows-repo.ts'

export type PageRow = CostWrite | UsageWrite

export type Page = {
  /** The line of the last record, including refused ones. */
  line: number
  records: number
  /** Of the texts in its records. */
  chars: number
  rows: Map<string, PageRow>
  errors: ErrorRow[]
  refused: number
}

export const newPage = (line: number): Page => ({
  line,
  records: 0,
  chars: 0,
  rows: new Map(),
  errors: [],
  refused: 0,
})

export function addRow(page: Page, line: number, row: PageRow, sums: boolean): void {
  const { date, provider, gpuType, service, resource, source, line: name } = row
  const key = JSON.stringify([date, provider, gpuType, service, resource, source, name])
  const same = page.rows.get(key)
  page.rows.set(key, sums && same !== undefined ? sumOf(same as CostWrite, row as CostWrite) : row)
  page.line = line
  page.records++
}

export function addProblems(page: Page, line: number, problems: CellProblem[]): void {
  for (const { column, reason } of problems)
    if (page.errors.length < MAX_ERRORS)
      page.errors.push({
        line,
        column: column === '' ? null : column.slice(0, 200),
        reason: reason.slice(0, 500),
      })
  page.refused++
  page.line = line
  page.records++
}

/**
 * Equal lines may be on several pages of a file. The statement that writes them adds the amounts; the other sums are
 * computed here.
 */
export function addEarlierPages(rows: CostWrite[], known: readonly Known[]): void {
  for (const { at, focus } of known) {
    const row = rows[at]
    if (row === undefined || focus === null) continue
    rows[at] = { ...row, focus: sumOfFocus(JSON.parse(focus) as CostWrite['focus'], row.focus) }
  }
}

function sumOf(a: CostWrite, b: CostWrite): CostWrite {
  const both = (x: number | null, y: number | null, ofA: number, ofB: number) =>
    x === null && y === null ? null : (x ?? ofA) + (y ?? ofB)
  return {
    ...b,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    originalMicro: a.originalMicro + b.originalMicro,
    effectiveMicroUsd: both(a.effectiveMicroUsd, b.effectiveMicroUsd, a.costMicroUsd, b.costMicroUsd),
    listMicroUsd: both(a.listMicroUsd, b.listMicroUsd, a.costMicroUsd, b.costMicroUsd),
    originalEffectiveMicro: both(
      a.originalEffectiveMicro,
      b.originalEffectiveMicro,
      a.originalMicro,
      b.originalMicro,
    ),
    originalListMicro: both(a.originalListMicro, b.originalListMicro, a.originalMicro, b.originalMicro),
    focus: sumOfFocus(a.focus, b.focus),
  }
}

function sumOfFocus(a: CostWrite['focus'], b: CostWrite['focus']): CostWrite['focus'] {
  if (a === null || b === null) return b
  const sums = SUMMED.flatMap((name) => {
    const sum = addTexts(a[name], b[name])
    return sum === null ? [] : [[name, sum]]
  })
  return { ...b, ...Object.fromEntries(sums) }
}

function addTexts(a: string | undefined, b: string | undefined): string | null {
  const [x, y] = [parseDecimal(a ?? ''), parseDecimal(b ?? '')]
  if (x === null || y === null) return null
  const scale = Math.max(x.scale, y.scale)
  const units = x.units * 10n ** BigInt(scale - x.scale) + y.units * 10n ** BigInt(scale - y.scale)
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${fraction}`
}

export const amountOf = (kind: TransferKind, row: PageRow): number =>
  kind === 'costs' ? (row as CostWrite).costMicroUsd : (row as UsageWrite).microHours
