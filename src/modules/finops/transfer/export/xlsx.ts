// An export as a workbook, written as its rows are read. Numbers are cells of numbers and all else is text, so nothing in it is a formula.
import { AppError } from '../../../../core/errors.ts'
import { xlsxStream } from '../../../../core/formats/xlsx-stream.ts'
import type { ListedCost } from '../../costs/repo.ts'
import type { SnapshotFilter } from '../../snapshots/schema.ts'
import type { ListedUsage } from '../../usage/repo.ts'
import { COLUMNS, type TransferKind } from '../columns.ts'
import { costCells, usageCells } from './lines.ts'
import { pagesOf } from './pages.ts'
import { hasMoreRows } from './repo.ts'

export const MAX_XLSX_ROWS = 100_000
const WIDTH = 18

export async function exportXlsx(
  d1: D1Database,
  kind: TransferKind,
  teamId: string,
  filter: SnapshotFilter,
): Promise<ReadableStream<Uint8Array>> {
  if (await hasMoreRows(d1, kind, { teamId, filter, than: MAX_XLSX_ROWS }))
    throw new AppError('request.too_large', {
      detail: `An XLSX file can have at most ${MAX_XLSX_ROWS} rows. Narrow the period, or use csv.`,
    })
  const names = COLUMNS[kind]
  async function* rows() {
    for await (const page of pagesOf(d1, kind, teamId, filter))
      yield page.map((row) => {
        const cells = kind === 'costs' ? costCells(row as ListedCost) : usageCells(row as ListedUsage)
        return names.map((name) => cells[name] ?? null)
      })
  }
  return xlsxStream([{ name: kind, columns: names.map((name) => ({ name, width: WIDTH })), rows }])
}
