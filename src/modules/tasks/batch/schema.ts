import * as z from 'zod'
import { ErrorDetail } from '../../../http/problem.ts'
import { PlainText } from '../../../http/text.ts'
import { TASK_STATUSES } from '../pure/status.ts'
import { MAX_DEPENDENCIES, TaskId } from '../schema/parts.ts'
import { CreateTask } from '../schema/task.ts'

export const MAX_BATCH = 1_000

const Ref = PlainText(100)
const { title: _title, type: _type, dependsOn: _dependsOn, ...rest } = CreateTask.shape

export const BatchTask = z
  .strictObject({
    ...rest,
    title: CreateTask.shape.title,
    type: CreateTask.shape.type,
    ref: Ref.optional().describe('Names the item for others of the same request.'),
    parentRef: Ref.optional().describe('The item that it is a part of.'),
    dependsOn: z
      .array(
        z
          .strictObject({
            taskId: TaskId.optional().describe('A task that is there.'),
            ref: Ref.optional().describe('Another item.'),
            on: z.enum(['success', 'end']).default('success').describe('`end` takes any end.'),
          })
          .refine(
            ({ taskId, ref }) => (taskId === undefined) !== (ref === undefined),
            'either taskId or ref',
          ),
      )
      .max(MAX_DEPENDENCIES)
      .optional(),
  })
  .meta({ id: 'BatchTask' })
export type BatchTask = z.infer<typeof BatchTask>

/** Each item is checked separately, so that an invalid one gets an error in its place. */
const Item = z.record(z.string(), z.unknown()).describe('A BatchTask.')

export const CreateTasks = z
  .strictObject({
    items: z.array(Item).min(1).max(MAX_BATCH).describe('Tasks to make, as `BatchTask` says.'),
  })
  .meta({ id: 'CreateTasks', examples: [{ items: [{ title: 'Call', type: 'custom', ref: 'call' }] }] })
export type CreateTasks = z.infer<typeof CreateTasks>

export const ExecuteTasks = z
  .strictObject({
    items: z
      .array(Item)
      .min(1)
      .max(MAX_BATCH)
      .describe(
        'Each is `{ taskId }` of a task that is there, or a BatchTask that is made and starts by itself.',
      ),
  })
  .meta({ id: 'ExecuteTasks', examples: [{ items: [{ title: 'Call', type: 'custom' }] }] })
export type ExecuteTasks = z.infer<typeof ExecuteTasks>

export const TaskResults = z
  .strictObject({
    results: z
      .array(
        z.union([
          z.strictObject({
            ok: z.literal(true),
            id: z.string(),
            status: z.enum([...TASK_STATUSES, 'deleted']),
          }),
          z.strictObject({ ok: z.literal(false), id: z.string().nullable(), error: ErrorDetail }),
        ]),
      )
      .describe('One for each item, in order.'),
  })
  .meta({ id: 'TaskResults' })
export type TaskResults = z.infer<typeof TaskResults>
export type TaskResult = TaskResults['results'][number]
