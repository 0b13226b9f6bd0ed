import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { ListTeamAuditLogs, TeamAuditPage } from './schema.ts'
import { listTeamAuditLogs } from './service/list-team.ts'

export const teamAuditRoutes = router().get(
  `/:id{${idPattern('team')}}/audit-logs`,
  access('audit:read', { team: 'id' }),
  doc('teams.auditLogs.list', "List a team's audit log", 200, TeamAuditPage, {
    description:
      "For the owner and admins of the team. Members' actions on their own accounts are visible only to themselves.",
  }),
  validate('query', ListTeamAuditLogs),
  async (c) => c.json(await listTeamAuditLogs(c.var.ctx, c.req.valid('query'))),
)
