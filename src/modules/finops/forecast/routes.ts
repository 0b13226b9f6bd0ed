import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { CostForecast, ForecastQuery } from './schema.ts'
import { getForecast } from './service.ts'

export const forecastRoutes = router().get(
  '/forecast',
  access('costs:read'),
  doc('costs.getForecast', 'Forecast the costs of this month', 200, CostForecast, {
    description: 'For the current calendar month (UTC), from recorded costs. Takes the filters of the total.',
  }),
  validate('query', ForecastQuery),
  async (c) => c.json(await getForecast(c.var.ctx, c.req.valid('query'))),
)
