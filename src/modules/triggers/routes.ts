import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../http/router.ts'
import { ListUpcoming, SetTriggerSecret, UpcomingFirePage } from './schema.ts'
import { storeTriggerSecret } from './service/stored-secrets.ts'
import { listUpcoming } from './service/upcoming.ts'

export const triggerRoutes = router()
  .get(
    '/triggers/upcoming',
    access('workflows:read'),
    doc(
      'workflows.triggers.listUpcoming',
      'List the next fire times of the team’s schedules',
      200,
      UpcomingFirePage,
    ),
    validate('query', ListUpcoming),
    async (c) => c.json(await listUpcoming(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/:id{${idPattern('wf')}}/triggers/:key/secret`,
    access('workflows:write'),
    doc('workflows.triggers.updateSecret', 'Set the secret of a webhook trigger', 204, null, {
      description:
        'The secret belongs to the trigger key, stays the same across versions and is never shown. Saving a trigger with `auth.secret` does the same. An API key also needs `runs:write`, because deliveries with the secret start runs.',
    }),
    validate('json', SetTriggerSecret),
    async (c) => {
      await storeTriggerSecret(c.var.ctx, c.req.param('id'), c.req.param('key'), c.req.valid('json'))
      return c.body(null, 204)
    },
  )
