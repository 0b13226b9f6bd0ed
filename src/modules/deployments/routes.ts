import { idPattern } from '../../core/ids.ts'
import { access, accessWithRead } from '../../http/auth.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import {
  CreateDeployment,
  DeleteDeploymentQuery,
  Deployment,
  DeploymentFilePage,
  DeploymentLogPage,
  DeploymentPage,
  DeploymentPlan,
  DeploymentPlatforms,
  FollowDeployment,
  ListDeploymentFiles,
  ListDeploymentLogs,
  ListDeployments,
  PlanDeployment,
} from './schema.ts'
import { cancelDeployment, deleteDeployment, refreshDeployment } from './service/control.ts'
import { createDeployment, promote, redeploy, rollback } from './service/create.ts'
import { planDeployment } from './service/plan.ts'
import {
  getDeployment,
  listDeploymentFiles,
  listDeploymentLogs,
  listDeployments,
  listPlatforms,
} from './service/read.ts'

const ID = `/:id{${idPattern('dep')}}` as const

export const deploymentRoutes = router()
  .get(
    '/',
    accessWithRead('deployments:read'),
    doc('deployments.list', 'List deployments', 200, DeploymentPage),
    validate('query', ListDeployments),
    async (c) => c.json(await listDeployments(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('deployments:write'),
    idempotent(getDeployment),
    doc('deployments.create', 'Deploy a site', 201, Deployment, {
      description:
        'Starts a run that sends what the platform does not have and publishes it. Follow it by `deployment:<id>`, or read it until it has ended.',
    }),
    validate('json', CreateDeployment),
    async (c) => c.json(await createDeployment(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/platforms',
    access('deployments:read'),
    doc(
      'deployments.listPlatforms',
      'List platforms with their settings and limits',
      200,
      DeploymentPlatforms,
    ),
    (c) => c.json(listPlatforms()),
  )
  .post(
    '/plan',
    access('deployments:write'),
    doc('deployments.plan', 'Show what a deployment would change', 200, DeploymentPlan, {
      description: 'Reads the state of the platform and changes nothing.',
    }),
    validate('json', PlanDeployment),
    async (c) => c.json(await planDeployment(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    ID,
    accessWithRead('deployments:read'),
    doc('deployments.get', 'Get a deployment', 200, Deployment),
    async (c) => c.json(await getDeployment(c.var.readCtx, c.req.param('id'))),
  )
  .delete(
    ID,
    access('deployments:write'),
    doc('deployments.delete', 'Delete a deployment, here and at the platform', 204, null, {
      description: 'The deployment must have ended. With `keepRemote=true`, the published files are kept.',
    }),
    validate('query', DeleteDeploymentQuery),
    async (c) => {
      await deleteDeployment(c.var.ctx, c.req.param('id'), c.req.valid('query').keepRemote)
      return c.body(null, 204)
    },
  )
  .get(
    `${ID}/logs`,
    accessWithRead('deployments:read'),
    doc('deployments.listLogs', 'List the log lines of a deployment', 200, DeploymentLogPage),
    validate('query', ListDeploymentLogs),
    async (c) => c.json(await listDeploymentLogs(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `${ID}/files`,
    accessWithRead('deployments:read'),
    doc('deployments.listFiles', 'List the files of a deployment', 200, DeploymentFilePage),
    validate('query', ListDeploymentFiles),
    async (c) => c.json(await listDeploymentFiles(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `${ID}/redeploy`,
    access('deployments:write'),
    idempotent(getDeployment),
    doc('deployments.redeploy', 'Deploy the same content again', 201, Deployment),
    validate('json', FollowDeployment, { optional: true }),
    async (c) => c.json(await redeploy(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .post(
    `${ID}/promote`,
    access('deployments:write'),
    idempotent(getDeployment),
    doc('deployments.promote', 'Make a preview the public site', 201, Deployment),
    validate('json', FollowDeployment, { optional: true }),
    async (c) => c.json(await promote(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .post(
    `${ID}/rollback`,
    access('deployments:write'),
    idempotent(getDeployment),
    doc('deployments.rollback', 'Go back to this deployment', 201, Deployment, {
      description:
        'Any production deployment that was ready. Nothing is sent where the platform can go back by itself.',
    }),
    validate('json', FollowDeployment, { optional: true }),
    async (c) => c.json(await rollback(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .post(
    `${ID}/cancel`,
    access('deployments:write'),
    doc('deployments.cancel', 'Cancel a deployment', 200, Deployment),
    async (c) => c.json(await cancelDeployment(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${ID}/refresh`,
    access('deployments:write'),
    doc('deployments.refresh', 'Ask the platform how a deployment is', 200, Deployment, {
      description:
        'Also of one that has failed with `deployment.timeout`: it becomes ready when it is by now.',
    }),
    async (c) => c.json(await refreshDeployment(c.var.ctx, c.req.param('id'))),
  )
