// Writes an export of tasks as JSON, JSON lines, CSV or a workbook, one page of tasks at a time.
import type { RequestContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { streamText } from '../../../core/encode-text.ts'
import { csvLine } from '../../../core/formats/csv.ts'
import { segmentAt } from '../../../engine/time/zone-segments.ts'
import { walkTasks } from '../read/walk.ts'
import type { ListFilter } from '../repo/list.ts'
import { cellOf, type ExportedTask, fieldsFor, isTime } from './cells.ts'
import type { ExportColumn, ExportTasks } from './schema.ts'
import { workbookOf } from './workbook.ts'

const JSONS: ReadonlySet<string> = new Set(['tags', 'error', 'input', 'result', 'metadata'])

function jsonOf(row: ExportedTask, columns: readonly ExportColumn[]): string {
  const fields = columns.map((column) => {
    const value = cellOf(row, column)
    if (value === null) return [column, null]
    if (JSONS.has(column)) return [column, JSON.parse(String(value))]
    return [column, isTime(column) ? toIsoOrNull(Number(value)) : value]
  })
  return JSON.stringify(Object.fromEntries(fields))
}

/** Local time with its offset, so that it can be read without knowing the zone. */
export function localTime(ms: number, zone: string): string {
  const { offset } = segmentAt(zone, ms)
  if (offset === 0) return toIso(ms)
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const sign = offset < 0 ? '-' : '+'
  const two = (n: number) => String(n).padStart(2, '0')
  return `${toIso(ms + offset).slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/**
 * `csvLine` puts a `'` before texts that begin like a formula. A text that already begins with one gets another,
 * which the import removes.
 */
const safe = (cell: string | number | null): string | number | null =>
  typeof cell === 'string' && /^'+[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell

export type Written = {
  format: ExportTasks['format']
  columns: readonly ExportColumn[]
  timezone: string
}

async function* textOf(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
  filter: ListFilter,
  { format, columns, timezone }: Written,
): AsyncGenerator<string, undefined> {
  if (format === 'json') yield '['
  if (format === 'csv') yield csvLine([...columns])
  let isFirst = true
  const fields = fieldsFor(columns)
  for await (const rows of walkTasks(request.env.DB, teamId, filter, request.now(), fields)) {
    let text = ''
    for (const row of rows) {
      if (format === 'csv')
        text += csvLine(
          columns.map((column) => {
            const value = cellOf(row, column)
            return safe(value !== null && isTime(column) ? localTime(Number(value), timezone) : value)
          }),
        )
      else if (format === 'jsonl') text += `${jsonOf(row, columns)}\n`
      else text += `${isFirst && text === '' ? '' : ','}\n${jsonOf(row, columns)}`
    }
    isFirst = false
    yield text
  }
  if (format === 'json') yield '\n]\n'
  return undefined
}

export function bytesOf(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
  filter: ListFilter,
  { format, columns, timezone }: Written,
): ReadableStream<Uint8Array> {
  if (format === 'xlsx') return workbookOf(request, teamId, filter, { columns, timezone })
  return streamText(textOf(request, teamId, filter, { format, columns, timezone }))
}
