// Changes of many tasks: those of a list, or those that a filter finds.
import * as z from 'zod'
import { TaskResults } from '../batch/schema.ts'
import { TaskId } from '../schema/parts.ts'
import { taskFilters } from '../schema/task.ts'

export const BULK_VERBS = ['cancel', 'retry', 'delete'] as const
export type BulkVerb = (typeof BULK_VERBS)[number]

export const BulkTasks = z
  .strictObject({
    ids: z.array(TaskId).min(1).max(500).optional().describe('These tasks, answered one by one.'),
    filter: z
      .strictObject(taskFilters)
      .optional()
      .describe('All tasks that the list would show with this query. A run changes them.'),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'either ids or filter')
  .meta({ id: 'BulkTasks', example: { filter: { status: 'failed' } } })
export type BulkTasks = z.infer<typeof BulkTasks>

export const BulkTaskResults = TaskResults.meta({ id: 'BulkTaskResults' })
export type BulkTaskResults = z.infer<typeof BulkTaskResults>

export const BulkTaskRun = z
  .strictObject({
    runId: z
      .string()
      .describe(
        'The run that changes the tasks. Its output is the report: `{ done, refused, errors }`, with the first 1,000 errors, `{ id, code, message }`.',
      ),
    link: z.string().describe('Where the run is read.'),
  })
  .meta({ id: 'BulkTaskRun' })
export type BulkTaskRun = z.infer<typeof BulkTaskRun>
