import { defineModule } from '../define-module.ts'
import { priceRoutes } from './routes.ts'

export { type ModelRate, modelCostMicros, type TokenCounts } from './model-price.ts'
export { modelRatesOf, priceOf } from './service.ts'

export const pricesModule = defineModule({ name: 'prices', routes: [['/api/v1/costs', priceRoutes]] })
