// The records of a file, one after another, each with its first line.
import { AppError } from '../../../../core/errors.ts'
import { CsvFault, csvReader, guessSeparator } from '../../../../core/formats/read-csv.ts'
import { type Encoding, textOf } from './text.ts'

/** `problem` is set if it cannot be read as a record. */
export type FileRecord = {
  line: number
  values: Record<string, string>
  /** All columns of the file or the record, including empty ones. */
  columns: readonly string[]
  /** For CSV. */
  separator?: string
  problem?: string
}

export type ReadOptions = {
  format: 'csv' | 'jsonl'
  separator?: string | undefined
  encoding: Encoding
}

const MAX_COLUMNS = 1_000
const MAX_LINE = 1_000_000
const NOT_UTF8 = '�'

const unreadable = (detail: string): AppError => new AppError('request.invalid', { detail })

export function recordsOf(
  body: ReadableStream<Uint8Array>,
  { format, separator, encoding }: ReadOptions,
): AsyncGenerator<FileRecord, undefined> {
  const text = textOf(body, encoding)
  return format === 'csv' ? csvRecords(text, separator) : jsonRecords(text)
}

async function* csvRecords(
  text: AsyncIterable<string>,
  separator: string | undefined,
): AsyncGenerator<FileRecord, undefined> {
  let reader: ReturnType<typeof csvReader> | null = null
  let names: string[] | null = null
  let used = separator ?? ','
  const toRecords = function* (found: ReturnType<ReturnType<typeof csvReader>['push']>) {
    for (const { line, cells } of found) {
      if (names === null) names = headerOf(cells)
      else yield { ...toRecord(names, line, cells), separator: used }
    }
  }
  try {
    for await (const piece of text) {
      if (reader === null) {
        used = separator ?? guessSeparator(piece)
        reader = csvReader(used)
      }
      yield* toRecords(reader.push(piece))
    }
    if (reader !== null) yield* toRecords(reader.end())
  } catch (error) {
    if (error instanceof CsvFault) throw unreadable(error.message)
    throw error
  }
  if (names === null) throw unreadable('The file has no header.')
  return undefined
}

function headerOf(cells: string[]): string[] {
  const names = cells.map((cell) => cell.trim())
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at)
  if (twice !== undefined) throw unreadable(`The header has the column ${twice.slice(0, 100)} twice.`)
  if (names.length > MAX_COLUMNS) throw unreadable(`A file can have at most ${MAX_COLUMNS} columns.`)
  return names
}

function toRecord(names: string[], line: number, cells: string[]): FileRecord {
  if (cells.length > names.length)
    return {
      line,
      columns: names,
      values: {},
      problem: `has ${cells.length} cells, but the header has ${names.length}`,
    }
  const values: Record<string, string> = Object.create(null)
  for (const [at, cell] of cells.entries()) {
    if (cell.includes(NOT_UTF8))
      return { line, columns: names, values: {}, problem: `${names[at]} is not valid UTF-8` }
    const name = names[at]
    if (name && cell !== '') values[name] = asText(cell)
  }
  return { line, columns: names, values }
}

/**
 * Spreadsheets would execute text that begins like a formula, so exports put a `'` before it, which is not part of
 * the text.
 */
const asText = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

async function* jsonRecords(text: AsyncIterable<string>): AsyncGenerator<FileRecord, undefined> {
  let rest = ''
  let line = 0
  for await (const piece of text) {
    rest += piece
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw unreadable(`Line ${line + lines.length + 1} is too long.`)
    for (const one of lines) {
      line++
      if (one.trim() !== '') yield jsonRecord(line, one)
    }
  }
  if (rest.trim() !== '') yield jsonRecord(line + 1, rest)
  return undefined
}

function jsonRecord(line: number, text: string): FileRecord {
  if (text.includes(NOT_UTF8)) return { line, columns: [], values: {}, problem: 'is not valid UTF-8' }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return { line, columns: [], values: {}, problem: 'is not a JSON object' }
    const values: Record<string, string> = Object.create(null)
    for (const [name, value] of Object.entries(parsed).slice(0, MAX_COLUMNS))
      if (value !== null && value !== '')
        values[name] = typeof value === 'string' ? value : JSON.stringify(value)
    return { line, columns: Object.keys(parsed), values }
  } catch {
    return { line, columns: [], values: {}, problem: 'is not valid JSON' }
  }
}
