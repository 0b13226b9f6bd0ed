// An export as an XLSX file. The library is only loaded when it is needed, and builds the file in memory.
import type { SheetData } from 'write-excel-file/universal'
import { AppError } from '../../../../core/errors.ts'
import type { ListedCost } from '../../costs/repo.ts'
import type { SnapshotFilter } from '../../snapshots/schema.ts'
import type { ListedUsage } from '../../usage/repo.ts'
import { COLUMNS, type TransferKind } from '../columns.ts'
import { costCells, usageCells } from './lines.ts'
import { pagesOf } from './pages.ts'

export const MAX_XLSX_ROWS = 100_000

type Cell = string | number | null

/** Texts are text cells, so they are never formulas. */
const toCell = (value: Cell) =>
  value === null ? null : { value, type: typeof value === 'number' ? Number : String }

export async function exportXlsx(
  d1: D1Database,
  kind: TransferKind,
  teamId: string,
  filter: SnapshotFilter,
): Promise<ReadableStream<Uint8Array>> {
  const names = COLUMNS[kind]
  const sheet: SheetData = [names.map(toCell)]
  for await (const rows of pagesOf(d1, kind, teamId, filter)) {
    for (const row of rows) {
      const cells = kind === 'costs' ? costCells(row as ListedCost) : usageCells(row as ListedUsage)
      sheet.push(names.map((name) => toCell(cells[name] ?? null)))
    }
    if (sheet.length > MAX_XLSX_ROWS + 1)
      throw new AppError('request.too_large', {
        detail: `An XLSX file has at most ${MAX_XLSX_ROWS} rows. Narrow the period, or take csv.`,
      })
  }
  const { default: writeXlsx } = await import('write-excel-file/universal')
  const blob = await writeXlsx(sheet).toBlob()
  return blob.stream() as ReadableStream<Uint8Array>
}
