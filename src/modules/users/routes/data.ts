import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { UserStats } from '../schema/data.ts'
import { ExportQuery, UserExport } from '../schema/export.ts'
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
        'Streamed, so an answer that ends early is cut off JSON. Holds what is mine and everything of the teams that I own, but no secret: keys are masked, triggers are without their URLs. The audit entries are those of my own actions, oldest first. What is more than one request can read is cut: complete is then false, and nextCursor goes on.',
    }),
    validate('query', ExportQuery),
    async (c) => {
      const body = await exportAccount(c.var.ctx, c.req.valid('query').cursor)
      c.header('Content-Type', 'application/json')
      c.header('Content-Disposition', 'attachment; filename="orrery-export.json"')
      return c.body(body)
    },
  )
