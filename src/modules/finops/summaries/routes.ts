import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { SnapshotTotal, Summary, SummaryQuery, TotalQuery } from './schema.ts'
import { getSummary, getTotal, type SnapshotKind } from './service.ts'

const DEFAULT_PERIOD = 'Without `from` and `to`: the 30 days up to today (UTC). Both days are counted.'

/** The same routes for costs and for usage. */
export const summaryRoutes = (kind: SnapshotKind) =>
  router()
    .get(
      '/total',
      access('costs:read'),
      doc(`${kind}.getTotal`, `Get the total of ${kind}`, 200, SnapshotTotal, {
        description: DEFAULT_PERIOD,
      }),
      validate('query', TotalQuery),
      async (c) => c.json(await getTotal(c.var.ctx, kind, c.req.valid('query'))),
    )
    .get(
      '/summary',
      access('costs:read'),
      doc(`${kind}.getSummary`, `Sum up ${kind} by dimension`, 200, Summary, {
        description: `${DEFAULT_PERIOD} Each group shows its cost in the same number of days right before as well.`,
      }),
      validate('query', SummaryQuery),
      async (c) => c.json(await getSummary(c.var.ctx, kind, c.req.valid('query'))),
    )
