// The values in the cells of an export.
import { toUsd } from '../../../core/money.ts'
import type { TaskRow } from '../repo/columns.ts'
import type { ExportColumn } from './schema.ts'

const TIMES: ReadonlySet<string> = new Set([
  'dueAt',
  'createdAt',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'updatedAt',
])

export const isTime = (column: string): boolean => TIMES.has(column)

export type ExportedTask = Partial<TaskRow>

/** The fields of a row that these columns need. */
export const fieldsFor = (names: readonly ExportColumn[]): (keyof TaskRow)[] =>
  names.map((name) => (name === 'costUsd' ? 'costMicroUsd' : name))

/** Times are milliseconds, JSON is text. */
export function cellOf(row: ExportedTask, column: ExportColumn): string | number | null {
  if (column === 'costUsd') return toUsd(row.costMicroUsd ?? 0)
  const value = row[column] as string | number | null
  return value === '' ? null : value
}
