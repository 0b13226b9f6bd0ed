import { access } from '../../../http/auth.ts'
import { doc } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { UserExport, UserStats } from '../schema/data.ts'
import { exportAccount } from '../service/export.ts'
import { readStats } from '../service/stats.ts'

export const dataRoutes = router()
  .get('/stats', access('profile:read'), doc('Read my figures', 200, UserStats), async (c) =>
    c.json(await readStats(c.var.ctx)),
  )
  .get(
    '/export',
    access('account:manage'),
    doc('Export everything of mine', 200, UserExport, {
      description:
        'Streamed, so an answer that ends early is cut off JSON. Holds no secret: keys are masked. The audit entries are those of my own actions, oldest first.',
    }),
    async (c) => {
      const body = await exportAccount(c.var.ctx)
      c.header('Content-Type', 'application/json')
      c.header('Content-Disposition', 'attachment; filename="orrery-export.json"')
      return c.body(body)
    },
  )
