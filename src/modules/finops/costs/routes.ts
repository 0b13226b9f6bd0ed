import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Cost, CostPage, CreateCost, ListCosts, UpdateCost } from './schema.ts'
import { correctCost, createCost, deleteCost, getCost, listCosts } from './service.ts'

const ID = `/:id{${idPattern('cst')}}` as const

export const ownCostRoutes = router()
  .get(
    '/',
    accessWithRead('costs:read'),
    doc('costs.list', 'List costs', 200, CostPage),
    validate('query', ListCosts),
    async (c) => c.json(await listCosts(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('costs:write'),
    idempotent(async (ctx, id) => byVersion(await getCost(ctx, id))),
    doc('costs.create', 'Record a cost, or correct it', 201, Cost, {
      description:
        'A team has one row for each date, provider, GPU type, service, resource, source and line. Writing the same row again corrects it (200), or adds to it with `mode: add`.',
      alsoStatus: 200,
      versioned: 'etag',
    }),
    validate('json', CreateCost),
    async (c) => {
      const { cost, isNew } = await createCost(c.var.ctx, c.req.valid('json'))
      return versioned(c, byVersion(cost), isNew ? 201 : 200)
    },
  )
  .get(
    ID,
    access('costs:read'),
    doc('costs.get', 'Get a cost', 200, Cost, { versioned: 'etag' }),
    async (c) => versioned(c, byVersion(await getCost(c.var.ctx, c.req.param('id')))),
  )
  .on(
    UPDATE,
    ID,
    access('costs:write'),
    doc('costs.update', 'Correct a cost', 200, Cost, {
      description:
        'Amounts are replaced together: an effective or list cost that is left out equals the cost. The audit log keeps the old amounts.',
      versioned: 'if-match',
    }),
    validate('json', UpdateCost),
    async (c) => {
      const cost = await correctCost(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
      return versioned(c, byVersion(cost))
    },
  )
  .delete(
    ID,
    access('costs:write'),
    doc('costs.delete', 'Delete a cost', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteCost(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
