import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { UserStats } from '../schema/data.ts'
import { ExportQuery, UserExport } from '../schema/export.ts'
import { exportAccount } from '../service/export.ts'
import { getStats } from '../service/stats.ts'

export const dataRoutes = router()
  .get('/stats', access('profile:read'), doc('Get your account statistics', 200, UserStats), async (c) =>
    c.json(await getStats(c.var.ctx)),
  )
  .get(
    '/export',
    access('account:manage'),
    doc('Export all your data', 200, UserExport, {
      description:
        'Contains your data and all data of the teams you own, but no secrets: keys are masked and triggers have no URLs. Audit entries are those of your own actions, oldest first. The response is streamed, so a response that ends early is incomplete JSON. If one request cannot return everything, `complete` is false and `nextCursor` continues.',
    }),
    validate('query', ExportQuery),
    async (c) => {
      const body = await exportAccount(c.var.ctx, c.req.valid('query').cursor)
      c.header('Content-Type', 'application/json')
      c.header('Content-Disposition', 'attachment; filename="orrery-export.json"')
      return c.body(body)
    },
  )
