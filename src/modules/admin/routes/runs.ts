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
      'Delete a run whose stored state cannot be read, or that does not answer',
      204,
      null,
      {
        description:
          'Other runs are deleted by their team. A run that waits for the deleted run fails. The callback is not called.',
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
          'Every host of the team, or of all teams, has its runs write their rows again. Repeat it with `nextCursor` until that is null. It may be done at any time and again.',
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
        'A run that answers goes on, and is not listed as stuck any more. Otherwise it returns 503.',
    }),
    async (c) => c.json(await wakeStuckRun(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${RUN}/end`,
    access('admin:write'),
    doc('admin.runs.end', 'Cancel a run of any team', 200, RepairedRun, {
      description: 'As if its team had cancelled it, so what it has to undo is undone.',
    }),
    async (c) => c.json(await endStuckRun(c.var.ctx, c.req.param('id'))),
  )
