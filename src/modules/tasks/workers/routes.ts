import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Task } from '../schema/task.ts'
import { ID } from '../task-path.ts'
import { ClaimedTask, ClaimTask, CompleteTask, FailTask, ReportProgress } from './schema.ts'
import { claimTask, completeTask, failTask, reportProgress } from './service.ts'

export const workerRoutes = router()
  .post(
    '/claim',
    access('tasks:run'),
    idempotent('secret', 200),
    doc('tasks.claim', 'Take the next task for an external worker', 200, ClaimedTask, {
      description:
        'Custom tasks that name nothing that could do them wait for a worker. It holds the task until `leaseUntil`; each word on the progress renews that.',
    }),
    validate('json', ClaimTask),
    async (c) => c.json(await claimTask(c.var.ctx, c.req.valid('json'))),
  )
  .on(
    UPDATE,
    `${ID}/progress`,
    access('tasks:run'),
    doc('tasks.reportProgress', 'Say how far a claimed task is', 200, Task),
    validate('json', ReportProgress),
    async (c) => c.json(await reportProgress(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `${ID}/complete`,
    access('tasks:run'),
    doc('tasks.complete', 'End a claimed task with its result', 200, Task),
    validate('json', CompleteTask),
    async (c) => c.json(await completeTask(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `${ID}/fail`,
    access('tasks:run'),
    doc('tasks.fail', 'Say that a claimed task has failed', 200, Task),
    validate('json', FailTask),
    async (c) => c.json(await failTask(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
