import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { auditRoutes } from '../../audit/index.ts'
import { Subscription, UpdateSubscription } from '../../users/index.ts'
import { queueRoutes } from '../queues/routes.ts'
import { getTeamSubscription, updateTeamSubscription } from '../service/plans.ts'
import { settingsRoutes } from '../settings/routes.ts'
import { AdminStats, AdminStatsQuery } from '../stats/schema.ts'
import { getAdminStats } from '../stats/service.ts'
import { runRoutes } from './runs.ts'
import { userRoutes } from './users.ts'

const TEAM_PLAN = `/teams/:id{${idPattern('team')}}/subscription` as const

export const adminRoutes = router()
  .get(
    '/stats',
    access('admin:read'),
    doc('admin.getStats', 'Get platform statistics', 200, AdminStats, {
      description:
        'Current values, and figures that are rolled up every five minutes: hourly for 30 days, daily for three years.',
    }),
    validate('query', AdminStatsQuery),
    async (c) => c.json(await getAdminStats(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    TEAM_PLAN,
    access('admin:read'),
    doc('admin.teams.getSubscription', "Get a team's plan, limits and usage", 200, Subscription),
    async (c) => c.json(await getTeamSubscription(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    TEAM_PLAN,
    access('admin:write'),
    doc('admin.teams.updateSubscription', "Change a team's plan", 200, Subscription, {
      description: 'If current usage exceeds the new plan, it returns 409 and lists what exceeds it.',
    }),
    validate('json', UpdateSubscription),
    async (c) => c.json(await updateTeamSubscription(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .route('/users', userRoutes)
  .route('/audit-logs', auditRoutes)
  .route('/queues', queueRoutes)
  .route('/runs', runRoutes)
  .route('/settings', settingsRoutes)
