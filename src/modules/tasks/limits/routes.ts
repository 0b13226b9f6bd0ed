import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { TaskLimits } from './schema.ts'
import { getLimits, setLimits } from './service.ts'

export const limitRoutes = router()
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
