// Tasks as a workbook: typed cells, real dates, a frozen header, and sheets of tasks, steps and sums. Rows are written as they are read, so a
// large export needs no more memory. The sheet of steps reads the tasks a second time.
import type { RequestContext } from '../../../context.ts'
import { type XlsxCell, xlsxStream } from '../../../core/formats/xlsx-stream.ts'
import { segmentAt } from '../../../engine/time/zone-segments.ts'
import { walkTasks } from '../read/walk.ts'
import type { TaskRow } from '../repo/columns.ts'
import type { ListFilter } from '../repo/list.ts'
import { planOf } from '../runs/start.ts'
import { cellOf, type ExportedTask, fieldsFor, isTime } from './cells.ts'
import type { ExportColumn } from './schema.ts'

const WIDTHS: Partial<Record<string, number>> = {
  title: 40,
  description: 50,
  input: 40,
  result: 50,
  error: 40,
}

/** What the sheet of sums and the sheet of steps need. */
const SUMMED = ['status', 'type', 'durationMs'] as const
const PLANNED = ['id', 'type', 'input', 'retry', 'timeoutMs'] as const

const widthsOf = (names: readonly string[]) => names.map((name) => ({ name, width: WIDTHS[name] ?? 20 }))

/** Times are local times of the zone, because spreadsheets have no zones. */
function cell(row: ExportedTask, column: ExportColumn, zone: string): XlsxCell {
  const value = cellOf(row, column)
  if (value === null || !isTime(column)) return value
  const ms = Number(value)
  return new Date(ms + segmentAt(zone, ms).offset)
}

export function workbookOf(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
  filter: ListFilter,
  { columns, timezone }: { columns: readonly ExportColumn[]; timezone: string },
): ReadableStream<Uint8Array> {
  const now = request.now()
  const walk = <Name extends keyof TaskRow>(names: readonly Name[]) =>
    walkTasks(request.env.DB, teamId, filter, now, names)
  const sums = new Map<string, { status: string; type: string; n: number; ms: number }>()

  async function* tasks() {
    const fields = [...new Set<keyof TaskRow>([...fieldsFor(columns), ...SUMMED])]
    for await (const page of walk(fields)) {
      const rows = page as (ExportedTask & Pick<TaskRow, (typeof SUMMED)[number]>)[]
      for (const { status, type, durationMs } of rows) {
        const sum = sums.get(`${status} ${type}`) ?? { status, type, n: 0, ms: 0 }
        sums.set(`${status} ${type}`, { ...sum, n: sum.n + 1, ms: sum.ms + (durationMs ?? 0) })
      }
      yield rows.map((row) => columns.map((column) => cell(row, column, timezone)))
    }
  }
  async function* steps() {
    for await (const rows of walk(PLANNED))
      yield rows.flatMap((row) => stepsOf(row).map(({ id, name, weight }) => [row.id, id, name, weight]))
  }
  async function* summary() {
    yield [...sums.values()].map(({ status, type, n, ms }) => [status, type, n, ms])
  }
  return xlsxStream([
    { name: 'Tasks', columns: widthsOf(columns), rows: tasks },
    { name: 'Steps', columns: widthsOf(['taskId', 'step', 'name', 'weight']), rows: steps },
    { name: 'Summary', columns: widthsOf(['status', 'type', 'tasks', 'durationMs']), rows: summary },
  ])
}

function stepsOf(row: Pick<TaskRow, (typeof PLANNED)[number]>) {
  try {
    return planOf(row)?.steps ?? []
  } catch {
    // The type of the task, or its input, is no longer known.
    return []
  }
}
