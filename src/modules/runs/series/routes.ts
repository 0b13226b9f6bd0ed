import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { ErrorGroupPage, ListErrors, RunSeries, SeriesQuery } from './schema.ts'
import { getSeries, listErrors } from './service.ts'

/** Mounted below `/workflows`, with the metrics of single workflows. */
export const seriesRoutes = router().get(
  '/metrics',
  access('runs:read'),
  doc('workflows.getSeries', "Get figures of the team's runs over time", 200, RunSeries, {
    description:
      'By the time a run was created. Counts, costs and durations come from the run index, which is up to a second behind. At most 1,500 points.',
  }),
  validate('query', SeriesQuery),
  async (c) => c.json(await getSeries(c.var.ctx, c.req.valid('query'))),
)

export const errorRoutes = router().get(
  '/errors',
  access('runs:read'),
  doc('runs.listErrors', 'List the errors of failed runs, by error, node and workflow', 200, ErrorGroupPage, {
    description: 'The most frequent first. A run counts at the time it was created.',
  }),
  validate('query', ListErrors),
  async (c) => c.json(await listErrors(c.var.ctx, c.req.valid('query'))),
)
