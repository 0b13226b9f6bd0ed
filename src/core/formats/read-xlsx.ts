// The cells of the first sheet of an XLSX file. For a formula, the value that is stored in the workbook. No XLSX reader can stream in this
// runtime, so the unpacked size is limited. The library is only loaded when it is needed.
import { unpackXlsx, type XlsxBounds } from './unpack-xlsx.ts'

export type XlsxCell = string | number | boolean | Date | null

/** `fault` says why the file cannot be read, without a full stop. */
export type ReadXlsx = { fault: string; cause?: unknown } | { fault: null; rows: XlsxCell[][] }

export async function readXlsx(bytes: Uint8Array, bounds: XlsxBounds): Promise<ReadXlsx> {
  const { fault, workbook } = await unpackXlsx(bytes, bounds)
  if (fault !== null) return { fault }
  const { readSheet } = await import('read-excel-file/universal')
  try {
    const rows = (await readSheet(workbook)) as XlsxCell[][]
    const invalid = rows.findIndex((cells) => cells.some(isInvalidDate))
    if (invalid >= 0) return { fault: `Row ${invalid + 1} of the XLSX file has an invalid date` }
    return { fault: null, rows }
  } catch (error) {
    return { fault: 'The XLSX file cannot be read', cause: error }
  }
}

/** A number with the format of a date may be too large for one. */
const isInvalidDate = (cell: XlsxCell): boolean => cell instanceof Date && Number.isNaN(cell.getTime())

/** Spreadsheets store 0.3 as 0.29999999999999999. A number this close to six decimals is rounded to them. */
function numberText(value: number): string {
  const rounded = Number(value.toFixed(6))
  return String(Math.abs(rounded - value) <= 1e-9 ? rounded : value)
}

/** A date without a time is a day. */
export function cellText(cell: XlsxCell | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return numberText(cell)
  if (!(cell instanceof Date)) return String(cell)
  const iso = cell.toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso
}
