import { idPattern } from '../../core/ids.ts'
import { byVersion } from '../../core/version.ts'
import { access } from '../../http/auth.ts'
import { expectedVersion, versioned } from '../../http/etag.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE } from '../../http/router.ts'
import { auditRoutes } from '../audit/index.ts'
import { deleteUnreadable } from '../executions/index.ts'
import { Subscription, UpdateSubscription } from '../users/index.ts'
import {
  AdminStats,
  AdminUser,
  AdminUserPage,
  CreatedUser,
  CreateUser,
  ListUsers,
  ReindexedRuns,
  ReindexRuns,
  StuckRuns,
  UpdateUser,
  UpdateUserRole,
  UpdateUserStatus,
} from './schema.ts'
import { updateUser } from './service/change-user.ts'
import { createUser } from './service/create-user.ts'
import { getTeamSubscription, updateTeamSubscription } from './service/plans.ts'
import { removeMfa } from './service/remove-mfa.ts'
import { deleteUser } from './service/remove-user.ts'
import { updateUserRole, updateUserStatus } from './service/rights.ts'
import { listStuckRuns, reindexDay } from './service/runs.ts'
import { getAdminStats } from './service/stats.ts'
import { getUser, listUsers } from './service/users.ts'

const USER = `/:id{${idPattern('usr')}}` as const
const TEAM_PLAN = `/teams/:id{${idPattern('team')}}/subscription` as const

const userRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('List users', 200, AdminUserPage),
    validate('query', ListUsers),
    async (c) => c.json(await listUsers(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('admin:write'),
    idempotent('secret'),
    doc('Create a user', 201, CreatedUser, { versioned: 'etag' }),
    validate('json', CreateUser),
    async (c) => versioned(c, byVersion(await createUser(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get(USER, access('admin:read'), doc('Get a user', 200, AdminUser, { versioned: 'etag' }), async (c) => {
    return versioned(c, byVersion(await getUser(c.var.ctx, c.req.param('id'))))
  })
  .on(
    UPDATE,
    USER,
    access('admin:write'),
    doc('Update a user', 200, AdminUser, {
      description: 'If current usage exceeds the new plan, it returns 409 and lists what exceeds it.',
      versioned: 'if-match',
    }),
    validate('json', UpdateUser),
    async (c) => {
      const user = await updateUser(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
      return versioned(c, byVersion(user))
    },
  )
  .on(
    UPDATE,
    `${USER}/role`,
    access('admin:write'),
    doc("Change a user's platform role", 200, AdminUser, { versioned: 'if-match' }),
    validate('json', UpdateUserRole),
    async (c) => {
      const user = await updateUserRole(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
      return versioned(c, byVersion(user))
    },
  )
  .on(
    UPDATE,
    `${USER}/status`,
    access('admin:write'),
    doc('Disable or enable a user', 200, AdminUser, {
      versioned: 'if-match',
      description:
        'Disabling a user ends all their sessions, revokes the open invitations they sent, and stops their API keys from the next request on. Enabling the user makes the API keys work again.',
    }),
    validate('json', UpdateUserStatus),
    async (c) => {
      const user = await updateUserStatus(
        c.var.ctx,
        c.req.param('id'),
        c.req.valid('json'),
        expectedVersion(c),
      )
      return versioned(c, byVersion(user))
    },
  )
  .delete(
    `${USER}/mfa`,
    access('admin:write'),
    doc("Remove a user's second factor", 200, AdminUser, { versioned: 'if-match' }),
    async (c) => versioned(c, byVersion(await removeMfa(c.var.ctx, c.req.param('id'), expectedVersion(c)))),
  )
  .delete(
    USER,
    access('admin:write'),
    doc('Delete a user', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteUser(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )

export const adminRoutes = router()
  .get('/stats', access('admin:read'), doc('Get platform statistics', 200, AdminStats), async (c) =>
    c.json(await getAdminStats(c.var.ctx)),
  )
  .get('/runs/stuck', access('admin:read'), doc('List runs that do not respond', 200, StuckRuns), async (c) =>
    c.json(await listStuckRuns(c.var.ctx)),
  )
  .delete(
    `/runs/:id{${idPattern('run')}}`,
    access('admin:write'),
    doc('Delete a run whose stored state cannot be read, or that does not answer', 204, null, {
      description:
        'Other runs are deleted by their team. A run that waits for the deleted run fails. The callback is not called.',
    }),
    async (c) => {
      await deleteUnreadable(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    '/runs/reindex',
    access('admin:write'),
    doc('Rebuild the run index for one day, page by page', 200, ReindexedRuns),
    validate('json', ReindexRuns),
    async (c) => c.json(await reindexDay(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    TEAM_PLAN,
    access('admin:read'),
    doc("Get a team's plan, limits and usage", 200, Subscription),
    async (c) => c.json(await getTeamSubscription(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    TEAM_PLAN,
    access('admin:write'),
    doc("Change a team's plan", 200, Subscription, {
      description: 'If current usage exceeds the new plan, it returns 409 and lists what exceeds it.',
    }),
    validate('json', UpdateSubscription),
    async (c) => c.json(await updateTeamSubscription(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .route('/users', userRoutes)
  .route('/audit-logs', auditRoutes)
