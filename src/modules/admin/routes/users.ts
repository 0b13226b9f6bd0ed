import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE, UPDATE_BY_PUT } from '../../../http/router.ts'
import {
  AdminUser,
  AdminUserPage,
  CreatedUser,
  CreateUser,
  ListUsers,
  UpdateUser,
  UpdateUserRole,
  UpdateUserStatus,
} from '../schema.ts'
import { updateUser } from '../service/change-user.ts'
import { createUser } from '../service/create-user.ts'
import { removeMfa } from '../service/remove-mfa.ts'
import { deleteUser } from '../service/remove-user.ts'
import { updateUserRole, updateUserStatus } from '../service/rights.ts'
import { getUser, listUsers } from '../service/users.ts'

const USER = `/:id{${idPattern('usr')}}` as const

export const userRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('admin.users.list', 'List users', 200, AdminUserPage),
    validate('query', ListUsers),
    async (c) => c.json(await listUsers(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('admin:write'),
    idempotent('secret'),
    doc('admin.users.create', 'Create a user', 201, CreatedUser, { versioned: 'etag' }),
    validate('json', CreateUser),
    async (c) => versioned(c, byVersion(await createUser(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get(
    USER,
    access('admin:read'),
    doc('admin.users.get', 'Get a user', 200, AdminUser, { versioned: 'etag' }),
    async (c) => {
      return versioned(c, byVersion(await getUser(c.var.ctx, c.req.param('id'))))
    },
  )
  .on(
    UPDATE,
    USER,
    access('admin:write'),
    doc('admin.users.update', 'Update a user', 200, AdminUser, {
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
    UPDATE_BY_PUT,
    `${USER}/role`,
    access('admin:write'),
    doc('admin.users.updateRole', "Change a user's platform role", 200, AdminUser, { versioned: 'if-match' }),
    validate('json', UpdateUserRole),
    async (c) => {
      const user = await updateUserRole(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))
      return versioned(c, byVersion(user))
    },
  )
  .on(
    UPDATE_BY_PUT,
    `${USER}/status`,
    access('admin:write'),
    doc('admin.users.updateStatus', 'Disable or enable a user', 200, AdminUser, {
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
    doc('admin.users.disableMfa', "Remove a user's second factor", 200, AdminUser, { versioned: 'if-match' }),
    async (c) => versioned(c, byVersion(await removeMfa(c.var.ctx, c.req.param('id'), expectedVersion(c)))),
  )
  .delete(
    USER,
    access('admin:write'),
    doc('admin.users.delete', 'Delete a user', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteUser(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
