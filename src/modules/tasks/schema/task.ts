import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { PlainText } from '../../../http/text.ts'
import { RunError } from '../../../objects/run-view.ts'
import { TASK_STATUSES } from '../pure/status.ts'
import { OFFERED_TYPES } from '../types/index.ts'
import { Assignee, Dependency, Moment, Retry, TaskId, TaskSchedule, taskFields } from './parts.ts'

const { title, ...others } = taskFields

export const CreateTask = z
  .strictObject({ ...others, schedule: TaskSchedule })
  .partial()
  .extend({ title, type: z.enum(OFFERED_TYPES).describe('The type of the task.') })
  .meta({
    id: 'CreateTask',
    examples: [{ title: 'Call the supplier', type: 'custom', input: {}, priority: 7 }],
  })
export type CreateTask = z.infer<typeof CreateTask>

export const UpdateTask = z
  .strictObject({ ...taskFields })
  .partial()
  .meta({ id: 'UpdateTask', examples: [{ priority: 9 }] })
export type UpdateTask = z.infer<typeof UpdateTask>

export const Reason = z
  .strictObject({ code: z.string(), message: z.string() })
  .describe('Why it waits, or how it ended.')

const nullableTime = z.iso.datetime().nullable()

const summary = {
  id: z.string(),
  title: z.string(),
  type: z.string(),
  status: z.enum(TASK_STATUSES),
  statusSince: z.iso.datetime().describe('Since when it has this status.'),
  reason: Reason.nullable(),
  priority: z.int(),
  progress: z.int().describe('In percent.'),
  tags: z.array(z.string()),
  assignee: Assignee.nullable(),
  agentId: z.string().nullable(),
  parentId: z.string().nullable(),
  rootId: z.string(),
  children: z.int().describe('The number of subtasks. A task with subtasks does no work itself.'),
  weight: z.number(),
  dueAt: nullableTime,
  overdue: z.boolean().describe('Whether it is past its due time and has not ended.'),
  runId: z.string().nullable().describe('The run that executes it, or did last.'),
  attempt: z.int().describe('How often it was executed.'),
  error: RunError,
  costUsd: z.number(),
  occurrenceOf: z.string().nullable().describe('The task whose schedule created it.'),
  occurrence: z.int().nullable().describe('Which occurrence of the schedule it is, from 1.'),
  scheduledFor: nullableTime,
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  queuedAt: nullableTime,
  startedAt: nullableTime,
  finishedAt: nullableTime,
  durationMs: z.int().nullable(),
  version: z.int(),
}

const standingDependencies = z.array(
  Dependency.extend({
    status: z.string(),
    waived: z.boolean().describe('Whether the task no longer waits for it.'),
  }),
)

export const TaskSummary = z
  .strictObject({
    ...summary,
    dependsOn: standingDependencies.optional().describe('With `include=dependencies`: what it waits for.'),
  })
  .meta({ id: 'TaskSummary' })
export type TaskSummary = z.infer<typeof TaskSummary>

export const Task = z
  .strictObject({
    ...summary,
    teamId: z.string(),
    description: z.string(),
    input: JsonValue,
    result: JsonValue.nullable(),
    resultOmitted: z
      .boolean()
      .describe('The result is too large to be shown here: `GET /runs/{runId}/output` has it.'),
    files: z.array(z.string()),
    metadata: z.record(z.string(), JsonValue),
    dependsOn: standingDependencies,
    onDependencyFailure: z.enum(['block', 'skip', 'run']),
    retry: Retry,
    timeoutMs: z.int().nullable(),
    autoStart: z.boolean(),
    place: z.int().nullable().describe('Of a queued task: its position in the queue; 1 is next.'),
    lease: z
      .strictObject({ by: z.string(), until: z.iso.datetime() })
      .nullable()
      .describe('The external worker that holds it.'),
    schedule: z
      .strictObject({
        ...TaskSchedule.shape,
        nextRuns: z.array(z.iso.datetime()).describe('The next five times.'),
        fired: z.int().describe('Occurrences so far.'),
        lastFireAt: nullableTime,
      })
      .nullable(),
  })
  .meta({ id: 'Task' })
export type Task = z.infer<typeof Task>

export const TaskPage = pageOf(TaskSummary).meta({ id: 'TaskPage' })

const severalOf = <Value extends z.ZodType>(value: Value) =>
  z
    .string()
    .max(2_000)
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(value).min(1).max(50) as unknown as z.ZodType<z.output<Value>[], string[]>)

export const taskFilters = {
  status: severalOf(z.enum(TASK_STATUSES)).optional().describe('One status, or several separated by commas.'),
  type: severalOf(z.enum(OFFERED_TYPES))
    .optional()
    .describe('One type, or several with commas between them.'),
  priority: severalOf(z.coerce.number().int().min(0).max(9))
    .optional()
    .describe('One priority, or several separated by commas.'),
  agent: severalOf(PlainText(100)).optional().describe('The agents that do the work.'),
  assignee: severalOf(PlainText(100))
    .optional()
    .describe('Users or agents by id; `me` for yourself, `none` for unassigned tasks.'),
  tag: severalOf(PlainText(50)).optional().describe('Tasks that have one of these tags.'),
  parent: severalOf(z.union([TaskId, z.literal('none')]))
    .optional()
    .describe('Subtasks of these tasks; `none` for those at the top.'),
  root: severalOf(TaskId).optional().describe('All tasks of these trees.'),
  q: PlainText(200)
    .optional()
    .describe(
      'Words that all occur in the title, the description or the result; the last may be a beginning.',
    ),
  occurrenceOf: TaskId.optional().describe('The occurrences of this schedule.'),
  dueFrom: Moment.optional().describe('Due at this time or later.'),
  dueTo: Moment.optional().describe('Due before this time.'),
  createdFrom: Moment.optional().describe('Created at this time or later.'),
  createdTo: Moment.optional().describe('Created before this time.'),
  overdue: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether they are overdue and have not ended.'),
  hasErrors: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether they have an error.'),
}
export type TaskFilter = z.infer<z.ZodObject<typeof taskFilters>>

export const TASK_SORTS = [
  '-created',
  'created',
  'due',
  '-due',
  '-priority',
  'priority',
  'progress',
  '-progress',
  '-updated',
  'updated',
] as const

export const ListTasks = listQuery(TASK_SORTS, {
  ...taskFilters,
  include: z.enum(['dependencies']).optional().describe('`dependencies` adds what each task waits for.'),
})
export type ListTasks = z.infer<typeof ListTasks>

export const RetryTask = z
  .strictObject({
    from: z
      .enum(['failed', 'start'])
      .optional()
      .describe(
        '`failed` keeps succeeded steps; `start` repeats all of them. Default: `failed`, or `start` with another input.',
      ),
    input: taskFields.input.optional().describe('Another input. The task starts again from the beginning.'),
  })
  .meta({ id: 'RetryTask', examples: [{ from: 'failed' }] })
export type RetryTask = z.infer<typeof RetryTask>

export const WaiveDependency = z
  .strictObject({ taskId: TaskId.describe('The dependency to waive.') })
  .meta({ id: 'WaiveDependency', examples: [{ taskId: 'tsk_01k0000000000000000000000' }] })
export type WaiveDependency = z.infer<typeof WaiveDependency>

export const TaskStep = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    path: z.string(),
    type: z.string(),
    status: z.string(),
    weight: z.number(),
    agentId: z.string().nullable(),
    attempt: z.int(),
    startedAt: nullableTime,
    finishedAt: nullableTime,
    durationMs: z.number().nullable(),
    error: RunError,
    output: z.string().nullable().describe('The beginning of its output.'),
    costUsd: z.number().nullable(),
    log: z.array(z.strictObject({ at: z.iso.datetime(), message: z.string() })),
  })
  .meta({ id: 'TaskStep' })
export type TaskStep = z.infer<typeof TaskStep>

export const TaskSteps = z
  .strictObject({
    taskId: z.string(),
    runId: z.string().nullable(),
    status: z.enum(TASK_STATUSES),
    progress: z.int().describe('By the weights of the steps.'),
    steps: z.array(TaskStep).describe('In the order of the plan.'),
  })
  .meta({ id: 'TaskSteps' })
export type TaskSteps = z.infer<typeof TaskSteps>

export const TaskTypeView = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()).describe('A JSON Schema of `input`.'),
    result: z.string().describe('The fields of the result.'),
    steps: z
      .array(z.strictObject({ id: z.string(), name: z.string(), weight: z.number() }))
      .describe('The steps of every such task; empty where they depend on the input.'),
  })
  .meta({ id: 'TaskType' })

export const TaskTypePage = pageOf(TaskTypeView).meta({ id: 'TaskTypePage' })
