import type { Context } from 'hono'
import * as z from 'zod'
import type { ServiceContext } from '../../context.ts'
import type { Versioned } from '../../core/version.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access, accessWithRead } from '../../http/auth.ts'
import { expectedVersion, versioned } from '../../http/etag.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE } from '../../http/router.ts'
import { waitMsOf } from '../runs/index.ts'
import { createTask } from './edit/create.ts'
import { deleteTask } from './edit/delete.ts'
import { updateTask } from './edit/update.ts'
import { waiveTask } from './edit/waive.ts'
import { hasEnded } from './pure/status.ts'
import { getTask, listTasks, listTaskTypes } from './read/service.ts'
import { listSteps } from './read/steps.ts'
import { cancelTask, pauseTask, resumeTask } from './runs/control.ts'
import { executeTask } from './runs/execute.ts'
import { retryTask } from './runs/retry.ts'
import {
  CreateTask,
  ListTasks,
  RetryTask,
  Task,
  TaskPage,
  TaskSteps,
  TaskTypePage,
  UpdateTask,
  WaiveDependency,
} from './schema/task.ts'
import { ID } from './task-path.ts'

const DeleteQuery = z.strictObject({
  cancel: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Cancels active tasks.'),
})

const viewTask = async (ctx: ServiceContext, id: string): Promise<Task> => (await getTask(ctx, id)).view

/** 200 if it has ended, 202 while it is active. */
export const answerTask = (c: Context<AppEnv>, found: Versioned<Task>): Response => {
  c.header('Location', `/api/v1/tasks/${found.view.id}`)
  return c.json(found.view, hasEnded(found.view.status) ? 200 : 202)
}

export const taskRoutes = router()
  .get(
    '/types',
    access('tasks:read'),
    doc('tasks.listTypes', 'List the types of tasks with their inputs', 200, TaskTypePage),
    (c) => c.json(listTaskTypes() as never),
  )
  .get(
    '/',
    accessWithRead('tasks:read'),
    doc('tasks.list', 'List tasks', 200, TaskPage, {
      description:
        'Filters combine. A page reads at most 5,000 tasks: it may be shorter than `limit`, or empty, and still have a `nextCursor`.',
    }),
    validate('query', ListTasks),
    async (c) => c.json(await listTasks(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('tasks:write'),
    idempotent(getTask),
    doc('tasks.create', 'Create a task', 201, Task, { versioned: 'etag' }),
    validate('json', CreateTask),
    async (c) => versioned(c, await createTask(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    ID,
    accessWithRead('tasks:read'),
    doc('tasks.get', 'Get a task', 200, Task, { versioned: 'etag' }),
    async (c) => versioned(c, await getTask(c.var.readCtx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    ID,
    access('tasks:write'),
    doc('tasks.update', 'Change a task', 200, Task, {
      description: 'The work of an active task cannot be changed.',
      versioned: 'if-match',
    }),
    validate('json', UpdateTask),
    async (c) =>
      versioned(c, await updateTask(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    ID,
    access('tasks:write'),
    doc('tasks.delete', 'Delete a task with its subtasks', 204, null, { versioned: 'if-match' }),
    validate('query', DeleteQuery),
    async (c) => {
      await deleteTask(c.var.ctx, c.req.param('id'), expectedVersion(c), c.req.valid('query'))
      return c.body(null, 204)
    },
  )
  .get(
    `${ID}/steps`,
    access('tasks:read'),
    doc('tasks.getSteps', 'List the steps of a task', 200, TaskSteps),
    async (c) => c.json(await listSteps(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${ID}/execute`,
    access('tasks:run'),
    idempotent(viewTask, 202),
    doc('tasks.execute', 'Execute a task; with Prefer: wait=N its result', 200, Task, {
      description:
        'Starts it at once where a slot of the plan is free and nothing waits before it, or queues it by priority. A task with subtasks executes those.',
      alsoStatus: 202,
      waits: true,
    }),
    async (c) => answerTask(c, await executeTask(c.var.ctx, c.req.param('id'), { waitMs: waitMsOf(c) })),
  )
  .post(
    `${ID}/cancel`,
    access('tasks:run'),
    doc('tasks.cancel', 'Cancel a task', 200, Task, { alsoStatus: 202 }),
    async (c) => answerTask(c, await cancelTask(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${ID}/pause`,
    access('tasks:run'),
    doc('tasks.pause', 'Pause a task', 200, Task, { versioned: 'etag' }),
    async (c) => versioned(c, await pauseTask(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${ID}/resume`,
    access('tasks:run'),
    doc('tasks.resume', 'Resume a paused task', 200, Task, { versioned: 'etag' }),
    async (c) => versioned(c, await resumeTask(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${ID}/waive`,
    access('tasks:write'),
    doc('tasks.waive', 'Waive a dependency', 200, Task, { versioned: 'etag' }),
    validate('json', WaiveDependency),
    async (c) => versioned(c, await waiveTask(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `${ID}/retry`,
    access('tasks:run'),
    idempotent(viewTask, 202),
    doc('tasks.retry', 'Do an ended task again', 200, Task, { alsoStatus: 202 }),
    validate('json', RetryTask, { optional: true }),
    async (c) => answerTask(c, await retryTask(c.var.ctx, c.req.param('id'), c.req.valid('json') ?? {})),
  )
