import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { deleteRun } from '../remove/service.ts'
import { ID } from '../run-path.ts'
import { Execution } from '../schema.ts'
import { ResolveNode, Signal } from './schema.ts'
import { controlRun, resolveNode, signalRun } from './service.ts'

export const controlRoutes = router()
  .post(
    `/${ID}/nodes/:path/resolve`,
    access('runs:write'),
    doc('runs.nodes.resolve', 'Resolve an effect whose outcome is unknown', 200, Execution),
    validate('json', ResolveNode),
    async (c) =>
      c.json(await resolveNode(c.var.ctx, c.req.param('id'), c.req.param('path'), c.req.valid('json'))),
  )
  .post(
    `/${ID}/cancel`,
    access('runs:write'),
    doc('runs.cancel', 'Cancel a run', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'cancel')),
  )
  .post(
    `/${ID}/pause`,
    access('runs:write'),
    doc('runs.pause', 'Pause a run; no new nodes start', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'pause')),
  )
  .post(
    `/${ID}/resume`,
    access('runs:write'),
    doc('runs.resume', 'Resume a paused run', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'resume')),
  )
  .post(
    `/${ID}/signal`,
    access('runs:write'),
    doc('runs.signal', 'Send a signal to a run', 200, Execution, {
      description:
        'Ends one wait (`flow.waitForEvent`) of this run whose name or pattern matches. If no wait matches, the run keeps the signal for a later wait. An event of the team (POST /events), in contrast, reaches only runs that already wait. A run keeps at most 1,000 signals; further ones get 409.',
    }),
    validate('json', Signal),
    async (c) => c.json(await signalRun(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `/${ID}`,
    access('runs:write'),
    doc('runs.delete', 'Delete an ended run and its events', 204, null),
    async (c) => {
      await deleteRun(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
