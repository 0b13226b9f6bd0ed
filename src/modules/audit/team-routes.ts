import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { ListTeamAuditLogs, TeamAuditPage } from './schema.ts'
import { listTeamAuditLogs } from './service/list-team.ts'

export const teamAuditRoutes = router().get(
  `/:id{${idPattern('team')}}/audit-logs`,
  access('audit:read', { team: 'id' }),
  doc('List what was done in a team', 200, TeamAuditPage, {
    description:
      'For its owner and admins. What members do to their own accounts is shown to nobody but themselves.',
  }),
  validate('query', ListTeamAuditLogs),
  async (c) => c.json(await listTeamAuditLogs(c.var.ctx, c.req.valid('query'))),
)
