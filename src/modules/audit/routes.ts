import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import {
  AuditPage,
  AuditPartFile,
  AuditPartPage,
  AuditVerdict,
  ListAuditLogs,
  ListAuditParts,
  VerifyAuditLogs,
} from './schema.ts'
import { listAuditParts, openAuditPart } from './service/archives.ts'
import { exportAuditLogs } from './service/export.ts'
import { listAuditLogs } from './service/list.ts'
import { verifyAudit } from './service/verify.ts'

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' } as const

export const auditRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('admin.auditLogs.list', 'List or export the audit log', 200, AuditPage, {
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
    '/archives',
    access('admin:read'),
    doc('admin.auditLogs.listArchives', "List the archived parts of a team's log", 200, AuditPartPage, {
      description: 'Entries that are older than the plan’s retention. Verification checks them too.',
    }),
    validate('query', ListAuditParts),
    async (c) => c.json(await listAuditParts(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/archives/:team{[a-z0-9_]+}/:through{[0-9]+}',
    access('admin:read'),
    doc('admin.auditLogs.downloadArchive', "Download an archived part of a team's log", 200, AuditPartFile, {
      mediaType: 'application/jsonl',
    }),
    async (c) => {
      const { team, through } = c.req.param()
      return c.body(await openAuditPart(c.var.ctx, team, Number(through)), 200, {
        'content-type': MEDIA_TYPES.jsonl,
        'content-disposition': `attachment; filename="audit-log-${team}-${through}.jsonl"`,
      })
    },
  )
  .get(
    '/verify',
    access('admin:read'),
    doc('admin.auditLogs.verify', 'Verify the seals of the audit log', 200, AuditVerdict),
    validate('query', VerifyAuditLogs),
    async (c) => {
      const { team, cursor } = c.req.valid('query')
      return c.json(await verifyAudit(c.var.ctx, { teamId: team, cursor }))
    },
  )
