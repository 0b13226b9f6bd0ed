import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { ListRates, RatePage, RatesSet, SetRates } from './schema.ts'
import { listRates, setRates } from './service.ts'

export const rateRoutes = router()
  .get(
    '/rates',
    accessWithRead('costs:read'),
    doc('costs.rates.list', 'List exchange rates', 200, RatePage),
    validate('query', ListRates),
    async (c) => c.json(await listRates(c.var.readCtx, c.req.valid('query'))),
  )
  .on(
    UPDATE_BY_PUT,
    '/rates',
    access('admin:write'),
    doc('costs.rates.set', 'Set exchange rates', 200, RatesSet, {
      description:
        'Sets rates by day and currency. Other rates stay unchanged. Stored costs keep their dollars.',
    }),
    validate('json', SetRates),
    async (c) => c.json(await setRates(c.var.ctx, c.req.valid('json'))),
  )
