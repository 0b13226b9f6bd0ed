// The values in the cells of an export.
import { toUsd } from '../../../core/money.ts'
import type { TaskRow } from '../repo/tasks.ts'
import type { ExportColumn } from '../schema/transfer.ts'

const TIMES: ReadonlySet<string> = new Set([
  'dueAt',
  'createdAt',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'updatedAt',
])

export const isTime = (column: string): boolean => TIMES.has(column)

/** Times are milliseconds, JSON is text. */
export function cellOf(row: TaskRow, column: ExportColumn): string | number | null {
  if (column === 'costUsd') return toUsd(row.costMicroUsd)
  const value = row[column] as string | number | null
  return value === '' ? null : value
}
