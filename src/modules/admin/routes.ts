import { idPattern } from '../../core/ids.ts'
import { byVersion } from '../../core/version.ts'
import { access } from '../../http/auth.ts'
import { expectedVersion, versioned } from '../../http/etag.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE } from '../../http/router.ts'
import { auditRoutes } from '../audit/index.ts'
import { deleteUnreadable } from '../executions/index.ts'
import { ChangePlan, Subscription } from '../users/index.ts'
import {
  AdminStats,
  AdminUser,
  AdminUserPage,
  ChangeUser,
  ChangeUserRole,
  ChangeUserStatus,
  CreatedUser,
  CreateUser,
  ListUsers,
  ReindexedRuns,
  ReindexRuns,
  StuckRuns,
} from './schema.ts'
import { changeUser } from './service/change-user.ts'
import { createUser } from './service/create-user.ts'
import { changeTeamPlan, readTeamSubscription } from './service/plans.ts'
import { removeMfa } from './service/remove-mfa.ts'
import { removeUser } from './service/remove-user.ts'
import { changeUserRole, changeUserStatus } from './service/rights.ts'
import { listStuckRuns, reindexDay } from './service/runs.ts'
import { readAdminStats } from './service/stats.ts'
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
  .get(USER, access('admin:read'), doc('Read a user', 200, AdminUser, { versioned: 'etag' }), async (c) => {
    return versioned(c, byVersion(await getUser(c.var.ctx, c.req.param('id'))))
  })
  .on(
    UPDATE,
    USER,
    access('admin:write'),
    doc('Change a user', 200, AdminUser, {
      description: 'A smaller plan than what is in use needs is refused with 409 and what is over.',
      versioned: 'if-match',
    }),
    validate('json', ChangeUser),
    async (c) => {
      const user = await changeUser(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
      return versioned(c, byVersion(user))
    },
  )
  .on(
    UPDATE,
    `${USER}/role`,
    access('admin:write'),
    doc("Change a user's role on the platform", 200, AdminUser, { versioned: 'if-match' }),
    validate('json', ChangeUserRole),
    async (c) => {
      const user = await changeUserRole(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
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
        'Disabling ends every session for good, voids the open invitations that the user has sent, and stops API keys with the next request. The keys work again when the user is enabled.',
    }),
    validate('json', ChangeUserStatus),
    async (c) => {
      const user = await changeUserStatus(
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
      await removeUser(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )

export const adminRoutes = router()
  .get('/stats', access('admin:read'), doc('Count what there is', 200, AdminStats), async (c) =>
    c.json(await readAdminStats(c.var.ctx)),
  )
  .get(
    '/runs/stuck',
    access('admin:read'),
    doc('List runs that nobody could wake', 200, StuckRuns),
    async (c) => c.json(await listStuckRuns(c.var.ctx)),
  )
  .delete(
    `/runs/:id{${idPattern('run')}}`,
    access('admin:write'),
    doc('Delete a run whose stored state cannot be read, or that does not answer', 204, null, {
      description:
        'Any other run is deleted by its team. A run that waits for it fails; its callback is not called.',
    }),
    async (c) => {
      await deleteUnreadable(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    '/runs/reindex',
    access('admin:write'),
    doc('Have the runs of a day report themselves again, page by page', 200, ReindexedRuns),
    validate('json', ReindexRuns),
    async (c) => c.json(await reindexDay(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    TEAM_PLAN,
    access('admin:read'),
    doc('Read the plan of a team, its limits and what is used of them', 200, Subscription),
    async (c) => c.json(await readTeamSubscription(c.var.ctx, c.req.param('id'))),
  )
  .on(
    ['PUT', 'PATCH'],
    TEAM_PLAN,
    access('admin:write'),
    doc('Change the plan of a team', 200, Subscription, {
      description: 'A smaller plan than what is in use needs is refused with 409 and what is over.',
    }),
    validate('json', ChangePlan),
    async (c) => c.json(await changeTeamPlan(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .route('/users', userRoutes)
  .route('/audit-logs', auditRoutes)
