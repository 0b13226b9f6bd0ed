import { access } from '../../../http/auth.ts'
import { keyedByObject } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { idempotencyKeyOf } from '../../runs/index.ts'
import { CreateTasks, ExecuteTasks, TaskResults } from './schema.ts'
import { createTasks, executeTasks } from './service.ts'

export const batchRoutes = router()
  .post(
    '/batch',
    access('tasks:write'),
    keyedByObject,
    doc('tasks.createBatch', 'Create many tasks, answered one by one', 200, TaskResults, {
      description: 'Items name each other by `ref`. A bad item affects only those that depend on it.',
    }),
    validate('json', CreateTasks),
    async (c) => c.json(await createTasks(c.var.ctx, c.req.valid('json'), idempotencyKeyOf(c))),
  )
  .post(
    '/batch/execute',
    access('tasks:run'),
    keyedByObject,
    doc('tasks.executeBatch', 'Execute many tasks, answered one by one', 200, TaskResults),
    validate('json', ExecuteTasks),
    async (c) => c.json(await executeTasks(c.var.ctx, c.req.valid('json'), idempotencyKeyOf(c))),
  )
