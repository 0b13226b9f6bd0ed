// The rows of the first sheet of an XLSX file.
import { AppError } from '../../../../core/errors.ts'
import { cellText, readXlsx } from '../../../../core/formats/read-xlsx.ts'
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
  const read = await readXlsx(bytes, bounds)
  if (read.fault !== null)
    throw new AppError('request.invalid', { detail: `${read.fault}.`, cause: read.cause })
  const { rows } = read
  const columns = (rows[0] ?? []).map((cell) => cellText(cell).trim())
  for (const [at, cells] of rows.slice(1).entries()) {
    const values: Record<string, string> = Object.create(null)
    for (const [n, cell] of cells.entries()) {
      const [name, text] = [columns[n], cellText(cell)]
      if (name && text !== '') values[name] = text
    }
    if (Object.keys(values).length > 0) yield { line: at + 2, columns, values }
  }
  return undefined
}
