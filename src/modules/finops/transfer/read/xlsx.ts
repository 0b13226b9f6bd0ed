// The rows of the first sheet of an XLSX file. The library is only loaded when it is needed. No XLSX reader can
// stream in this runtime, so the file and its unpacked size are limited.
import { AppError } from '../../../../core/errors.ts'
import { unpackXlsx } from '../../../../core/formats/unpack-xlsx.ts'
import { gather } from '../../../../core/read-chunks.ts'
import type { FileRecord } from './records.ts'

export const MAX_XLSX_BYTES = 50 * 1024 * 1024
/** The unpacked size of a sheet with 100,000 rows, which fits into an isolate. */
const MAX_UNPACKED_BYTES = 100 * 1024 * 1024
export const MAX_XLSX_ROWS = 100_000

const refuse = (detail: string): AppError => new AppError('request.invalid', { detail })

export async function* xlsxRecords(body: ReadableStream<Uint8Array>): AsyncGenerator<FileRecord, undefined> {
  const bytes = await gather(body, MAX_XLSX_BYTES)
  if (bytes === null) throw refuse(`An XLSX file can have at most ${MAX_XLSX_BYTES} bytes.`)
  const bounds = { maxBytes: MAX_UNPACKED_BYTES, maxRows: MAX_XLSX_ROWS + 1 }
  const { fault, workbook } = await unpackXlsx(bytes, bounds)
  if (fault !== null) throw refuse(`${fault}.`)
  const { readSheet } = await import('read-excel-file/universal')
  const rows = await readSheet(workbook).catch((error: unknown) => {
    throw new AppError('request.invalid', { detail: 'The XLSX file cannot be read.', cause: error })
  })
  const columns = (rows[0] ?? []).map((cell) => textOf(cell).trim())
  for (const [at, cells] of rows.slice(1).entries()) {
    const values: Record<string, string> = Object.create(null)
    for (const [n, cell] of cells.entries()) {
      const [name, text] = [columns[n], textOf(cell)]
      if (name && text !== '') values[name] = text
    }
    if (Object.keys(values).length > 0) yield { line: at + 2, columns, values }
  }
  return undefined
}

/** Spreadsheets store 0.3 as 0.29999999999999999. A number this close to six decimals is rounded to them. */
function numberText(value: number): string {
  const rounded = Number(value.toFixed(6))
  return String(Math.abs(rounded - value) <= 1e-9 ? rounded : value)
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return numberText(cell)
  if (!(cell instanceof Date)) return String(cell)
  const iso = cell.toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso
}
