import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { TeamUsage, UsageQuery } from './schema.ts'
import { getTeamUsage } from './service.ts'

const TEAM_ID = `:id{${idPattern('team')}}` as const

export const usageRoutes = router().get(
  `/${TEAM_ID}/usage`,
  access('budgets:read', { team: 'id' }),
  doc('teams.getUsage', "Get a team's usage", 200, TeamUsage),
  validate('query', UsageQuery),
  async (c) => c.json(await getTeamUsage(c.var.ctx, c.req.valid('query'))),
)
