import { router } from '../../../http/router.ts'
import { documentRoutes } from './documents.ts'
import { templateRoutes } from './templates.ts'
import { variableRoutes } from './variables.ts'
import { versionRoutes } from './versions.ts'
import { ownWorkflowRoutes } from './workflows.ts'

export const workflowRoutes = router()
  .route('/', ownWorkflowRoutes)
  .route('/', versionRoutes)
  .route('/', documentRoutes)
  .route('/', templateRoutes)
  .route('/', variableRoutes)
