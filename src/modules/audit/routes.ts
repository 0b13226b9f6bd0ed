import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { AuditPage, AuditVerdict, ListAuditLogs, VerifyAuditLogs } from './schema.ts'
import { exportAuditLogs } from './service/export.ts'
import { listAuditLogs } from './service/list.ts'
import { verifyAudit } from './service/verify.ts'

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' } as const

export const auditRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('List or export the audit log', 200, AuditPage, {
      otherMediaTypes: ['text/csv', 'application/jsonl'],
    }),
    validate('query', ListAuditLogs),
    async (c) => {
      const { format, ...query } = c.req.valid('query')
      if (format === 'json') return c.json(await listAuditLogs(c.var.ctx, { ...query, format }))
      return c.body(await exportAuditLogs(c.var.ctx, { ...query, format }, format), 200, {
        'content-type': MEDIA_TYPES[format],
        'content-disposition': `attachment; filename="audit-log.${format}"`,
      })
    },
  )
  .get(
    '/verify',
    access('admin:read'),
    doc('Verify the seals of the audit log', 200, AuditVerdict),
    validate('query', VerifyAuditLogs),
    async (c) => {
      const { team, cursor } = c.req.valid('query')
      return c.json(await verifyAudit(c.var.ctx, { teamId: team, cursor }))
    },
  )
