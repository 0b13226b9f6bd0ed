// What several bodies of tasks share.
import * as z from 'zod'
import { DAY_MS } from '../../../core/clock.ts'
import { idPattern } from '../../../core/ids.ts'
import { JsonValue } from '../../../core/json-value.ts'
import { scheduleTriggerShape } from '../../../engine/schedule/trigger.ts'
import { LongText, PlainText } from '../../../http/text.ts'

export const MAX_DEPENDENCIES = 100
export const MAX_DEPTH = 20
export const MAX_GRAPH = 10_000

export const TaskId = z.string().regex(new RegExp(`^${idPattern('tsk')}$`), 'must be the id of a task')
const UserId = z.string().regex(new RegExp(`^${idPattern('usr')}$`), 'must be the id of a user')
const AgentId = z.string().regex(new RegExp(`^${idPattern('agt')}$`), 'must be the id of an agent')
const FileId = z.string().regex(new RegExp(`^${idPattern('file')}$`), 'must be the id of a file')
export const Moment = z.iso.datetime({ offset: true })

const Tag = PlainText(50).refine((tag) => !tag.includes(','), 'must not have a comma')

export const TaskTitle = PlainText(300)
export const Priority = z.int().min(0).max(9).describe('0 to 9; a larger number goes first.')

export const Assignee = z
  .union([z.strictObject({ userId: UserId }), z.strictObject({ agentId: AgentId })])
  .describe('The assignee: a member of the team, or an agent.')

export const Retry = z
  .strictObject({
    attempts: z
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe('The number of attempts of a step, including the first.'),
    delayMs: z.int().min(0).max(DAY_MS).default(1_000).describe('The delay after the first failed attempt.'),
    factor: z.number().min(1).max(10).default(2).describe('The factor by which each delay grows.'),
    maxDelayMs: z
      .int()
      .min(0)
      .max(DAY_MS)
      .default(300_000)
      .describe('The longest delay between two attempts.'),
  })
  .describe('Tries steps again that fail.')

const { cron, everyMs, timezone, missed } = scheduleTriggerShape
export const TaskSchedule = z
  .strictObject({
    at: Moment.optional().describe('Executes the task itself, once, at this time.'),
    cron,
    everyMs,
    timezone,
    startAt: Moment.optional().describe('Nothing is due before; `everyMs` counts from here.'),
    endAt: Moment.optional().describe('Nothing is due after.'),
    maxRuns: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('The maximum number of occurrences of the task, including earlier ones.'),
    missed,
    overlap: z.enum(['skip', 'queue', 'parallel']).optional().meta({
      description:
        'How an occurrence is handled while an earlier one is active: `skip` records it as skipped, `queue` makes it wait, `parallel` starts it.',
      default: 'skip',
    }),
  })
  .meta({ id: 'TaskScheduleInput' })
export type TaskSchedule = z.infer<typeof TaskSchedule>

export const Dependency = z.strictObject({
  taskId: TaskId,
  on: z.enum(['success', 'end']).default('success').describe('`end` takes any end.'),
})

/** The fields for creating and changing a task. */
export const taskFields = {
  title: TaskTitle,
  description: LongText(20_000),
  input: z.record(z.string(), JsonValue).describe('As the type requires it (`GET /tasks/types`).'),
  priority: Priority,
  dueAt: Moment.nullable().describe('When it is due. A task with a past time is overdue.'),
  tags: z.array(Tag).max(20),
  assignee: Assignee.nullable(),
  parentId: TaskId.nullable().describe('The task that it is a part of.'),
  weight: z.number().min(0).max(1_000).describe('Its share of the progress of its parent.'),
  dependsOn: z
    .array(Dependency)
    .max(MAX_DEPENDENCIES)
    .refine((all) => new Set(all.map(({ taskId }) => taskId)).size === all.length, 'names a task twice')
    .describe('The tasks that must end before it starts.'),
  onDependencyFailure: z
    .enum(['block', 'skip', 'run'])
    .describe(
      'When a dependency ends otherwise than it should: `block` waits until it is retried or waived, `skip` skips this task, `run` starts it all the same.',
    ),
  retry: Retry,
  timeoutMs: z
    .int()
    .min(1)
    .max(366 * DAY_MS)
    .nullable()
    .describe(
      'How long the work may take. Of steps only the running time counts; with a workflow or an agent its waits count too.',
    ),
  files: z.array(FileId).max(100).describe('Files of the team that the task works with.'),
  metadata: z
    .record(z.string().min(1).max(64), JsonValue)
    .refine((all) => Object.keys(all).length <= 50 && JSON.stringify(all).length <= 16_384, 'is too large'),
  autoStart: z
    .boolean()
    .describe(
      'Whether it starts by itself. Default: with dependencies or a schedule, as they say; else it is a draft until it is executed.',
    ),
}
