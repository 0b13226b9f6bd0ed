// Schedules, trees, graphs, limits and comments.
import { access } from '../../../http/auth.ts'
import { versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { mermaidOf } from '../pure/mermaid.ts'
import {
  CreateTaskComment,
  GraphQuery,
  ListTaskComments,
  TaskComment,
  TaskCommentPage,
  TaskGraph,
  TaskLimits,
  TaskTree,
} from '../schema/around.ts'
import { TaskSchedule } from '../schema/parts.ts'
import { Task } from '../schema/task.ts'
import { addComment, getComment, getLimits, listComments, setLimits } from '../service/around.ts'
import { getGraph, getHierarchy } from '../service/graph.ts'
import { removeSchedule, setSchedule } from '../service/schedule.ts'
import { ID } from './tasks.ts'

export const aroundRoutes = router()
  .get(
    '/limits',
    access('tasks:read'),
    doc('tasks.limits.get', 'Get the limits of work in progress', 200, TaskLimits),
    async (c) => c.json(await getLimits(c.var.ctx)),
  )
  .on(
    UPDATE_BY_PUT,
    '/limits',
    access('tasks:write'),
    doc('tasks.limits.update', 'Set the limits of work in progress', 200, TaskLimits, {
      description: 'Replaces all limits. A task that exceeds one waits in the queue and says so.',
    }),
    validate('json', TaskLimits),
    async (c) => c.json(await setLimits(c.var.ctx, c.req.valid('json'))),
  )
  .on(
    UPDATE_BY_PUT,
    `${ID}/schedule`,
    access('tasks:write'),
    doc('tasks.schedule.update', 'Set the schedule of a task', 200, Task, {
      description:
        'With `at`, the task itself is executed at that time. Otherwise, each occurrence is a new task with `occurrenceOf` and a number.',
      versioned: 'etag',
    }),
    validate('json', TaskSchedule),
    async (c) => versioned(c, await setSchedule(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `${ID}/schedule`,
    access('tasks:write'),
    doc('tasks.schedule.delete', 'Remove the schedule of a task', 204, null),
    async (c) => {
      await removeSchedule(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .get(
    `${ID}/hierarchy`,
    access('tasks:read'),
    doc('tasks.getHierarchy', 'Get a task with all its subtasks', 200, TaskTree),
    async (c) => c.json((await getHierarchy(c.var.ctx, c.req.param('id'))) as never),
  )
  .get(
    `${ID}/dependencies`,
    access('tasks:read'),
    doc('tasks.getGraph', 'Get the graph of dependencies around a task', 200, TaskGraph, {
      otherMediaTypes: ['text/plain'],
    }),
    validate('query', GraphQuery),
    async (c) => {
      const graph = await getGraph(c.var.ctx, c.req.param('id'))
      return c.req.valid('query').format === 'mermaid' ? c.text(mermaidOf(graph)) : c.json(graph)
    },
  )
  .get(
    `${ID}/comments`,
    access('tasks:read'),
    doc('tasks.comments.list', 'List the comments on a task', 200, TaskCommentPage),
    validate('query', ListTaskComments),
    async (c) => c.json(await listComments(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `${ID}/comments`,
    access('tasks:write'),
    idempotent(getComment),
    doc('tasks.comments.create', 'Comment on a task', 201, TaskComment),
    validate('json', CreateTaskComment),
    async (c) => c.json(await addComment(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
