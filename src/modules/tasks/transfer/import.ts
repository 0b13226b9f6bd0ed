// Reads an export: JSON, JSON lines, CSV or XLSX. Each row becomes a new task; `parentId` refers to the `id` of another
// row, if the file has it.
import type { ServiceContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { CsvFault, csvReader, guessSeparator } from '../../../core/formats/read-csv.ts'
import { cellText, readXlsx } from '../../../core/formats/read-xlsx.ts'
import type { XlsxBounds } from '../../../core/formats/unpack-xlsx.ts'
import { type Json, parseJson } from '../../../core/json.ts'
import { instantOf } from '../../../engine/time/zone.ts'
import { MAX_BATCH, type TaskResult } from '../batch/schema.ts'
import { createTasks } from '../batch/service.ts'
import type { ImportResults } from './schema.ts'

const MAX_COLUMNS = 1_000
/** The first sheet of our exports has a row for each task, the second one has more. */
const WORKBOOK: XlsxBounds = { maxBytes: 50 * 1024 * 1024, maxRows: 100_000 }
const JSONS: ReadonlySet<string> = new Set(['tags', 'input', 'metadata', 'dependsOn', 'retry', 'files'])
const NUMBERS: ReadonlySet<string> = new Set(['priority', 'weight', 'timeoutMs'])
const TAKEN = [
  'title',
  'type',
  'description',
  'input',
  'priority',
  'dueAt',
  'tags',
  'weight',
  'onDependencyFailure',
  'retry',
  'timeoutMs',
  'metadata',
  'autoStart',
  'files',
] as const

const refuse = (detail: string): AppError => new AppError('request.invalid', { detail })

type Row = Record<string, unknown>

type Form = {
  mediaType: string
  /** The zone of dates in a workbook. */
  timezone: string
}

export async function importTasks(ctx: ServiceContext, file: Uint8Array, form: Form): Promise<ImportResults> {
  const rows = await rowsOf(file, form)
  if (rows.length === 0) throw refuse('There are no rows.')
  if (rows.length > MAX_BATCH)
    throw refuse(`At most ${MAX_BATCH} rows are read at a time, and these are ${rows.length}.`)
  const ids = new Set(rows.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])))
  const { results } = await createTasks(ctx, { items: rows.map((row) => itemOf(row, ids)) }, null)
  const made = results.filter(({ ok }) => ok).length
  if (made === 0) throw noneMade(results)
  return { results, made, refused: results.length - made }
}

const SHOWN_ERRORS = 50
const SHOWN_REASONS = 3

/** A file of which nothing could be used is refused as a whole. The path begins with the number of the row, from 0. */
function noneMade(results: readonly TaskResult[]): AppError {
  const errors = results.flatMap((result, at): FieldError[] =>
    result.ok ? [] : [{ ...result.error, path: `/${at}${result.error.path ?? ''}` }],
  )
  const reasons = errors.slice(0, SHOWN_REASONS).map(({ path, message }) => `${path}: ${message}`)
  const which = errors.length === 1 ? 'The only row was' : `All ${errors.length} rows were`
  return new AppError('request.invalid', {
    detail: `${which} refused. ${reasons.join('; ')}`,
    errors: errors.slice(0, SHOWN_ERRORS),
  })
}

async function rowsOf(file: Uint8Array, { mediaType, timezone }: Form): Promise<Row[]> {
  if (isWorkbook(file)) return xlsxRows(file, timezone)
  const text = new TextDecoder().decode(file)
  requireUtf8(text)
  return /csv/.test(mediaType) ? csvRows(text) : jsonRows(text)
}

/** A zip archive, which a text cannot begin like, or a workbook in the older format. */
const isWorkbook = ([a, b, c = 0xff, d = 0xff]: Uint8Array): boolean =>
  (a === 0x50 && b === 0x4b && c < 0x09 && d < 0x09) || (a === 0xd0 && b === 0xcf)

/** Invalid UTF-8 was decoded to this character. Refusing the task is better than storing a broken text. */
function requireUtf8(text: string): void {
  const at = text.indexOf('\ufffd')
  if (at < 0) return
  const line = text.slice(0, at).split(/\r\n|\r|\n/).length
  throw refuse(`Line ${line} has a character that is not valid UTF-8. Save the file as UTF-8.`)
}

function itemOf(row: Row, ids: ReadonlySet<string>): Row {
  const item: Row = {}
  for (const name of TAKEN)
    if (row[name] !== undefined && row[name] !== null && row[name] !== '') item[name] = row[name]
  if (typeof row.id === 'string') item.ref = row.id
  const { parentId, assignee } = row
  if (typeof parentId === 'string' && parentId !== '')
    Object.assign(item, ids.has(parentId) ? { parentRef: parentId } : { parentId })
  if (typeof assignee === 'string' && assignee !== '')
    item.assignee = assignee.startsWith('agt_') ? { agentId: assignee } : { userId: assignee }
  else if (typeof assignee === 'object' && assignee !== null) item.assignee = assignee
  return item
}

/** A list, an object with `items`, or an object on each line. */
function jsonRows(text: string): Row[] {
  const trimmed = text.replace(/^\ufeff/, '').trim()
  const whole = parseJson(trimmed)
  const found = whole.ok ? listIn(whole.value) : linesOf(trimmed)
  if (found === null) throw refuse(`The body is not JSON: ${whole.ok ? '' : whole.error}`)
  return found.map((row, at) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw refuse(`Row ${at + 1} is not an object.`)
    return row as Row
  })
}

function listIn(value: Json): Json[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) throw refuse('The body is not a list of tasks.')
  const { items = [value] } = value
  if (!Array.isArray(items)) throw refuse('`items` is not a list of tasks.')
  return items
}

/** Null where the first line is not JSON. */
function linesOf(text: string): Json[] | null {
  const rows: Json[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const parsed = parseJson(line)
    if (parsed.ok) rows.push(parsed.value)
    else if (rows.length === 0) return null
    else throw refuse(`Line ${at + 1} is not JSON: ${parsed.error}`)
  }
  return rows
}

/** A `'` before a text that begins like a formula is not part of the text. */
const asText = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

function csvRows(text: string): Row[] {
  const body = text.replace(/^\ufeff/, '')
  const reader = csvReader(guessSeparator(body.slice(0, 65_536)))
  try {
    const [head, ...records] = [...reader.push(body), ...reader.end()]
    return tableRows(
      head ?? { line: 1, cells: [] },
      records.map(({ line, cells }) => ({ line, cells: cells.map(asText) })),
    )
  } catch (error) {
    if (error instanceof CsvFault) throw refuse(error.message)
    throw error
  }
}

/** Only the first sheet. Blank rows are skipped, blank cells at the end of a row do not count. */
async function xlsxRows(file: Uint8Array, timezone: string): Promise<Row[]> {
  const read = await readXlsx(file, WORKBOOK)
  if (read.fault !== null)
    throw new AppError('request.invalid', { detail: `${read.fault}.`, cause: read.cause })
  const [head = { line: 1, cells: [] }, ...records] = read.rows.map((row, at) => {
    const cells = row.map((cell) => (cell instanceof Date ? timeOf(cell, timezone) : cellText(cell)))
    while (cells.at(-1) === '') cells.pop()
    return { line: at + 1, cells }
  })
  return tableRows(
    head,
    records.filter(({ cells }) => cells.length > 0),
  )
}

const timeOf = (local: Date, timezone: string): string =>
  new Date(instantOf(local.getTime(), timezone)).toISOString()

type Line = { line: number; cells: readonly string[] }

function tableRows(head: Line, records: readonly Line[]): Row[] {
  const names = head.cells.map((name) => name.trim())
  if (names.length > MAX_COLUMNS)
    throw refuse(`Line ${head.line} has ${names.length} cells: a file has at most ${MAX_COLUMNS} columns.`)
  return records.map(({ line, cells }) => {
    if (cells.length > names.length)
      throw refuse(`Line ${line} has ${cells.length} cells, but the header has ${names.length}.`)
    const row: Row = Object.create(null)
    for (const [at, cell] of cells.entries()) {
      const name = names[at]
      if (name && cell !== '') row[name] = cellValue(name, cell, line)
    }
    return row
  })
}

function cellValue(name: string, cell: string, line: number): unknown {
  if (NUMBERS.has(name)) return Number(cell)
  if (name === 'autoStart') return cell === 'true'
  if (!JSONS.has(name)) return cell
  const parsed = parseJson(cell)
  if (parsed.ok) return parsed.value
  if (name === 'tags') return cell.split(/[;,]/).map((tag) => tag.trim())
  throw refuse(`Line ${line}: ${name} is not JSON.`)
}
