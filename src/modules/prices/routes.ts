import { accessWithRead } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { ListPrices, PricePage } from './schema.ts'
import { listPrices } from './service.ts'

export const priceRoutes = router().get(
  '/prices',
  accessWithRead('jobs:read'),
  doc('costs.prices.list', 'List the price table', 200, PricePage, {
    description:
      'Public list prices of GPUs and language models by day. Those of GPUs apply to jobs without an `hourlyRateUsd` of their own; by those of models calls are priced.',
  }),
  validate('query', ListPrices),
  async (c) => c.json(await listPrices(c.var.readCtx, c.req.valid('query'))),
)
