// Tasks as files.
import * as z from 'zod'
import { isZoneName } from '../../../engine/time/zone.ts'
import { TaskResults } from '../batch/schema.ts'
import { taskFilters } from '../schema/task.ts'

export const EXPORT_COLUMNS = [
  'id',
  'title',
  'type',
  'status',
  'priority',
  'progress',
  'description',
  'tags',
  'assignee',
  'agentId',
  'parentId',
  'dueAt',
  'createdAt',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'durationMs',
  'attempt',
  'costUsd',
  'error',
  'input',
  'result',
  'metadata',
  'runId',
  'createdBy',
  'updatedAt',
] as const
export type ExportColumn = (typeof EXPORT_COLUMNS)[number]

const Zone = z.string().max(64).refine(isZoneName, 'must be an IANA time zone, such as Europe/Berlin')

export const ExportTasks = z
  .strictObject({
    format: z.enum(['json', 'jsonl', 'csv', 'xlsx']).default('csv').describe('The form of the file.'),
    filter: z
      .strictObject(taskFilters)
      .default({})
      .describe('The tasks that the list would show with this query.'),
    columns: z
      .array(z.enum(EXPORT_COLUMNS))
      .min(1)
      .max(EXPORT_COLUMNS.length)
      .optional()
      .describe('Default: all columns.'),
    timezone: Zone.default('UTC').describe('The zone of the times in CSV and XLSX.'),
  })
  .meta({
    id: 'ExportTasks',
    example: { format: 'csv', filter: { status: 'succeeded' }, columns: ['id', 'title'] },
  })
export type ExportTasks = z.infer<typeof ExportTasks>

export const StartedExport = z
  .strictObject({
    runId: z.string().describe('The run that writes the file. Its output names the file when it is there.'),
    run: z.string().describe('Where the run is read.'),
    file: z.string().describe('The name of the file that is being written.'),
    rows: z.int().describe('How many tasks will be written.'),
    link: z.string().describe('Where the file is looked up by its name.'),
  })
  .meta({ id: 'StartedTaskExport' })
export type StartedExport = z.infer<typeof StartedExport>

export const ImportTasks = z.strictObject({
  timezone: Zone.default('UTC').describe('The zone of the dates in a workbook, which have none themselves.'),
})

export const ImportResults = TaskResults.extend({
  made: z.int().describe('The number of created tasks.'),
  refused: z.int().describe('How many rows were refused.'),
}).meta({ id: 'TaskImport' })
export type ImportResults = z.infer<typeof ImportResults>
