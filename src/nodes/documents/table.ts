// Reads a table from a file: CSV, TSV, JSON, JSON lines or XLSX. Errors contain the place.
import { CsvFault, type CsvRecord, csvReader, guessSeparator } from '../../core/formats/read-csv.ts'
import { readXlsx } from '../../core/formats/read-xlsx.ts'
import { parseJson } from '../../core/json.ts'
import { NodeFailure } from '../node.ts'
import type { Table } from './profile.ts'

export const MAX_TABLE_BYTES = 50 * 1024 * 1024
const MAX_UNPACKED_BYTES = 100 * 1024 * 1024
const MAX_ROWS = 500_000
const MAX_COLUMNS = 1_000
/** Rows times columns: every cell uses memory, even those that a short row omits. */
const MAX_CELLS = 5_000_000
const PIECE = 1_000_000
const MAX_DEPTH = 64

const refuse = (message: string): NodeFailure =>
  new NodeFailure({ code: 'table.unreadable', message, retryable: false })

export async function readTable(name: string, bytes: Uint8Array): Promise<Table> {
  if (bytes.byteLength === 0) throw refuse('The file is empty')
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  const isOldOffice = bytes[0] === 0xd0 && bytes[1] === 0xcf
  if (isZip || isOldOffice) return bounded(await xlsxTable(bytes))
  const text = textOf(bytes)
  if (/\.json$/i.test(name)) return bounded(recordTable(jsonRecords(text)))
  if (/\.(jsonl|ndjson)$/i.test(name)) return bounded(recordTable(lineRecords(text)))
  return bounded(csvTable(text, /\.tsv$/i.test(name) ? '\t' : guessSeparator(text.slice(0, 65_536))))
}

function bounded(table: Table): Table {
  requireRoom(table.names.length, table.rows.length)
  if (table.rows.length === 0) throw refuse('The table has no rows')
  return table
}

function requireRoom(columns: number, rows: number): void {
  const tooMany = (most: number, what: string, found: number) =>
    refuse(`A table has at most ${most} ${what}; this one has ${found}`)
  if (columns > MAX_COLUMNS) throw tooMany(MAX_COLUMNS, 'columns', columns)
  if (rows > MAX_ROWS) throw tooMany(MAX_ROWS, 'rows', rows)
  if (columns * rows > MAX_CELLS) throw tooMany(MAX_CELLS, 'cells', columns * rows)
}

/** UTF-8, UTF-16 with a byte-order mark, or else Latin-1. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function csvTable(text: string, separator: string): Table {
  try {
    const records = csvRecords(text, separator)
    const [head, ...rest] = records
    const names = namesOf(head?.cells ?? [])
    if (names.length > MAX_COLUMNS)
      throw refuse(`Line ${head?.line} has ${names.length} cells: a table has at most ${MAX_COLUMNS} columns`)
    for (const { line, cells } of rest)
      if (cells.length > names.length)
        throw refuse(`Line ${line} has ${cells.length} cells, but the header has ${names.length}`)
    return { names, rows: rest.map(({ cells }) => cells) }
  } catch (error) {
    if (error instanceof CsvFault) throw refuse(error.message)
    throw error
  }
}

/** Parses piece by piece, so that a file of only separators fails early. */
function csvRecords(text: string, separator: string): CsvRecord[] {
  const reader = csvReader(separator)
  const records: CsvRecord[] = []
  let cells = 0
  const take = (found: readonly CsvRecord[]) => {
    for (const record of found) {
      cells += record.cells.length
      records.push(record)
    }
    if (cells > MAX_CELLS) throw refuse(`A table has at most ${MAX_CELLS} cells`)
  }
  for (let at = 0; at < text.length; at += PIECE) take(reader.push(text.slice(at, at + PIECE)))
  take(reader.end())
  return records
}

/** Makes all names unique. */
function namesOf(cells: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return cells.map((cell, at) => {
    const name = cell.trim() || `column ${at + 1}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

function jsonRecords(text: string): unknown[] {
  const parsed = parseJson(text, MAX_DEPTH)
  if (!parsed.ok) throw refuse(`The file is not valid JSON: ${parsed.error}`)
  const { value } = parsed
  if (Array.isArray(value)) return value
  const lists = Object.values((value ?? {}) as Record<string, unknown>).filter(Array.isArray)
  if (lists.length !== 1) throw refuse('The JSON must be a list of records')
  return lists[0] as unknown[]
}

function lineRecords(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === '') return []
    const parsed = parseJson(line, MAX_DEPTH)
    if (!parsed.ok) throw refuse(`Line ${at + 1} is not valid JSON: ${parsed.error}`)
    return [parsed.value]
  })
}

function recordTable(records: readonly unknown[]): Table {
  const names: string[] = []
  const places = new Map<string, number>()
  for (const [at, record] of records.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw refuse(`Record ${at + 1} is not an object`)
    for (const name of Object.keys(record))
      if (!places.has(name)) {
        places.set(name, names.length)
        names.push(name)
      }
    if (names.length > MAX_COLUMNS) throw refuse(`A table has at most ${MAX_COLUMNS} columns`)
  }
  requireRoom(names.length, records.length)
  return {
    names,
    rows: records.map((record) => names.map((name) => (record as Record<string, unknown>)[name] ?? null)),
  }
}

async function xlsxTable(bytes: Uint8Array): Promise<Table> {
  const read = await readXlsx(bytes, { maxBytes: MAX_UNPACKED_BYTES, maxRows: MAX_ROWS + 1 })
  if (read.fault !== null) throw refuse(read.fault)
  const [head = [], ...rest] = read.rows
  const plain = (cell: unknown): unknown =>
    cell instanceof Date ? cell.toISOString().replace('T00:00:00.000Z', '') : cell
  return {
    names: namesOf(head.map((cell) => (cell === null ? '' : String(plain(cell))))),
    rows: rest.map((row) => row.map(plain)),
  }
}
