import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { deploymentsExport } from './repo/export.ts'
import { deploymentRoutes } from './routes.ts'
import { takeEnd } from './service/end.ts'
import { startDeployment } from './service/start.ts'
import { sweepDeployments } from './service/sweep.ts'

export { BUCKET_TYPE, putObject } from './platforms/aws-s3/put-object.ts'
export { type FoundDeployment, searchDeployments } from './repo/list.ts'
export { deployFromNode } from './service/from-node.ts'
export { stepDeployment } from './steps/index.ts'

export const deploymentsModule = defineModule({
  name: 'deployments',
  routes: [['/api/v1/deployments', deploymentRoutes]],
  jobs: { 'deployment.start': startDeployment, 'deployment.ended': takeEnd },
  expires: [{ table: 'deleted_deployments', column: 'created_at', keepMs: DAY_MS }],
  cron: [{ name: 'sweep deployments', run: sweepDeployments }],
  exportLists: deploymentsExport,
})
