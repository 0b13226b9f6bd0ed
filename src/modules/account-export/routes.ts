import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import type { ExportList } from '../define-module.ts'
import { ExportQuery, userExportOf } from './schema.ts'
import { exportAccount } from './service.ts'

export const exportRoutes = (lists: readonly ExportList[]) =>
  router().get(
    '/export',
    access('account:manage'),
    doc('users.exportData', 'Export all your data', 200, userExportOf(lists), {
      description:
        'Contains your data and all data of the teams you own, but no secrets: keys are masked and triggers have no URLs. Audit entries are those of your own actions, oldest first. The response is streamed, so a response that ends early is incomplete JSON. If one request cannot return everything, `complete` is false and `nextCursor` continues.',
    }),
    validate('query', ExportQuery),
    async (c) => {
      const body = await exportAccount(c.var.ctx, lists, c.req.valid('query').cursor)
      c.header('Content-Type', 'application/json')
      c.header('Content-Disposition', 'attachment; filename="orrery-export.json"')
      return c.body(body)
    },
  )
