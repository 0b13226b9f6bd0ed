// The routes of this module.
import { router } from '../../http/router.ts'
import { ownCostRoutes } from './costs/routes.ts'
import { forecastRoutes } from './forecast/routes.ts'
import { rateRoutes } from './rates/routes.ts'
import { summaryRoutes } from './summaries/routes.ts'
import { exportRoutes } from './transfer/export/routes.ts'
import { importFileRoutes, importRoutes, startImportRoutes } from './transfer/import/routes.ts'
import { scheduleRoutes } from './transfer/schedule/routes.ts'
import { ownUsageRoutes } from './usage/routes.ts'

export const costRoutes = router()
  .route('/', ownCostRoutes)
  .route('/', rateRoutes)
  .route('/', summaryRoutes('costs'))
  .route('/', forecastRoutes)
  .route('/', startImportRoutes('costs'))
  .route('/', importFileRoutes('costs'))
  .route('/', importRoutes)
  .route('/', exportRoutes('costs'))
  .route('/', scheduleRoutes)

export const usageRoutes = router()
  .route('/', ownUsageRoutes)
  .route('/', summaryRoutes('usage'))
  .route('/', startImportRoutes('usage'))
  .route('/', importFileRoutes('usage'))
  .route('/', exportRoutes('usage'))
