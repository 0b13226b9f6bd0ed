import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { CreateUsage, ListUsage, Usage, UsagePage } from './schema.ts'
import { createUsage, deleteUsage, getUsage, listUsage } from './service.ts'

const ID = `/:id{${idPattern('use')}}` as const

export const ownUsageRoutes = router()
  .get(
    '/',
    accessWithRead('costs:read'),
    doc('usage.list', 'List usage', 200, UsagePage),
    validate('query', ListUsage),
    async (c) => c.json(await listUsage(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('costs:write'),
    idempotent(async (ctx, id) => byVersion(await getUsage(ctx, id))),
    doc('usage.create', 'Record usage, or correct it', 201, Usage, {
      description:
        'A team has one row for each date, provider, GPU type, service, resource, source and line. Writing the same row again corrects it (200), or adds to it with `mode: add`.',
      alsoStatus: 200,
      versioned: 'etag',
    }),
    validate('json', CreateUsage),
    async (c) => {
      const { usage, isNew } = await createUsage(c.var.ctx, c.req.valid('json'))
      return versioned(c, byVersion(usage), isNew ? 201 : 200)
    },
  )
  .get(
    ID,
    access('costs:read'),
    doc('usage.get', 'Get a usage row', 200, Usage, { versioned: 'etag' }),
    async (c) => versioned(c, byVersion(await getUsage(c.var.ctx, c.req.param('id')))),
  )
  .delete(
    ID,
    access('costs:write'),
    doc('usage.delete', 'Delete a usage row', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteUsage(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
