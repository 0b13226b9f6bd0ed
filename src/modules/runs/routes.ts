import { router } from '../../http/router.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { controlRoutes } from './control/routes.ts'
import { followUpRoutes } from './follow-up/routes.ts'
import { readRoute, readRoutes } from './read/routes.ts'

const otherRoutes = router()
  .route('/', readRoutes)
  .route('/', controlRoutes)
  .route('/', followUpRoutes)
  .route('/', bulkRoutes)

export const runRoutes = router().route('/', readRoute('runs.get')).route('/', otherRoutes)

/** The paths that clients of older systems use. Getting a run is documented there too. */
export const executionRoutes = router().route('/', readRoute('workflows.getRun')).route('/', otherRoutes)
