import { router } from '../../../http/router.ts'
import { documentRoutes } from './documents.ts'
import { versionRoutes } from './versions.ts'
import { ownWorkflowRoutes } from './workflows.ts'

export const workflowRoutes = router()
  .route('/', ownWorkflowRoutes)
  .route('/', versionRoutes)
  .route('/', documentRoutes)
