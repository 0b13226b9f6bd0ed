import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { deleteUnreadable } from '../../runs/index.ts'
import {
  ListStuckRuns,
  RebuildRuns,
  RebuiltRuns,
  ReindexedRuns,
  ReindexRuns,
  RepairedRun,
  StuckRunPage,
} from '../schema.ts'
import { endStuckRun, listStuckRuns, rebuildRuns, reindexDay, wakeStuckRun } from '../service/runs.ts'

const RUN = `/:id{${idPattern('run')}}` as const

export const runRoutes = router()
  .get(
    '/stuck',
    access('admin:read'),
    doc('admin.runs.listStuck', 'List runs that do not respond', 200, StuckRunPage),
    validate('query', ListStuckRuns),
    async (c) => c.json(await listStuckRuns(c.var.ctx, c.req.valid('query'))),
  )
  .delete(
    RUN,
    access('admin:write'),
    doc(
      'admin.runs.delete',
      'Delete a run whose stored state cannot be read, or that does not respond',
      204,
      null,
      {
        description:
          'All other runs can only be deleted by their team. A run that waits for the deleted run fails. The callback is not called.',
      },
    ),
    async (c) => {
      await deleteUnreadable(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    '/reindex',
    access('admin:write'),
    doc('admin.runs.reindex', 'Rebuild the run index for one day, page by page', 200, ReindexedRuns),
    validate('json', ReindexRuns),
    async (c) => c.json(await reindexDay(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/rebuild',
    access('admin:write'),
    doc(
      'admin.runs.rebuild',
      'Rebuild the run index from the runs themselves, part by part',
      200,
      RebuiltRuns,
      {
        description:
          'Makes the runs on every host of the team, or of all teams, write their rows again. Repeat the request with `nextCursor` until it is null. This is safe at any time and can be repeated.',
      },
    ),
    validate('json', RebuildRuns, { optional: true }),
    async (c) => c.json(await rebuildRuns(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    `${RUN}/wake`,
    access('admin:write'),
    doc('admin.runs.wake', 'Wake a run', 200, RepairedRun, {
      description:
        'A run that responds continues and is no longer listed as stuck. Otherwise it returns 503.',
    }),
    async (c) => c.json(await wakeStuckRun(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${RUN}/end`,
    access('admin:write'),
    doc('admin.runs.end', 'Cancel a run of any team', 200, RepairedRun, {
      description: 'Works like a cancellation by its team, so pending compensations run.',
    }),
    async (c) => c.json(await endStuckRun(c.var.ctx, c.req.param('id'))),
  )
