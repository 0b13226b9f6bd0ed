import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { ErrorGroupPage, ListErrors, RunSeries, SeriesQuery } from './schema.ts'
import { getSeries, listErrors } from './service.ts'

/** Below `/workflows`, beside the figures of one workflow. */
export const seriesRoutes = router().get(
  '/metrics',
  access('runs:read'),
  doc('workflows.getSeries', "Get figures of the team's runs over time", 200, RunSeries, {
    description:
      'By the time at which a run was made. Counts, costs and durations are those of the index, which a run reports to within a second. At most 1,500 points.',
  }),
  validate('query', SeriesQuery),
  async (c) => c.json(await getSeries(c.var.ctx, c.req.valid('query'))),
)

export const errorRoutes = router().get(
  '/errors',
  access('runs:read'),
  doc(
    'runs.listErrors',
    'List what runs have failed with, by error, node and workflow',
    200,
    ErrorGroupPage,
    {
      description: 'The most frequent first. A run counts by the time at which it was made.',
    },
  ),
  validate('query', ListErrors),
  async (c) => c.json(await listErrors(c.var.ctx, c.req.valid('query'))),
)
