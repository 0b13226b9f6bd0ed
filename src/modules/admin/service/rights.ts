import type { ServiceContext } from '../../../context.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { endSessions } from '../../auth/index.ts'
import { planOfRole, revokeInvitationsOf, updatePlanForRole } from '../../teams/index.ts'
import { guardRole, guardStatus } from '../repo/changes.ts'
import type { AdminUser, UpdateUserRole, UpdateUserStatus } from '../schema.ts'
import { explainMiss, getUser, PLATFORM_LOG, requireOther, requireUser } from './users.ts'

/** Takes effect with the next request, because every request checks the role. The plan changes with the premium role. */
export async function updateUserRole(
  ctx: ServiceContext,
  id: string,
  { role }: UpdateUserRole,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, seen.version)
  if (seen.role === role) return getUser(ctx, id)
  const now = ctx.now()
  const plan = planOfRole(seen.plan, seen.role, role)
  const moves = plan !== seen.plan
  const outcome = await commit(ctx, {
    guard: guardRole(ctx.actor.userId, id, seen.role, role, seenVersion, now),
    statements: updatePlanForRole(id, seen.role, role, now),
    audit: {
      action: 'user.role_changed',
      targetType: 'user',
      targetId: id,
      teamId: PLATFORM_LOG,
      before: { role: seen.role, ...(moves ? { plan: seen.plan } : {}) },
      after: { role, ...(moves ? { plan } : {}) },
    },
  })
  return outcome === 'guard_missed' ? explainMiss(ctx, id) : getUser(ctx, id)
}

/**
 * Disabling ends all sessions, stops all API keys and revokes the invitations that the user has sent. After enabling, the keys
 * work again, but the user must sign in and send invitations again.
 */
export async function updateUserStatus(
  ctx: ServiceContext,
  id: string,
  { status }: UpdateUserStatus,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, seen.version)
  if (seen.status === status) return getUser(ctx, id)
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: guardStatus(ctx.actor.userId, id, seen.status, status, seenVersion, now),
    statements: status === 'disabled' ? [endSessions(id, 'disabled', now), revokeInvitationsOf(id, now)] : [],
    audit: {
      action: status === 'disabled' ? 'user.disabled' : 'user.enabled',
      targetType: 'user',
      targetId: id,
      teamId: PLATFORM_LOG,
      before: { status: seen.status },
      after: { status },
    },
    messages: status === 'disabled' ? [{ type: 'live.revoke', of: 'user', id }] : [],
  })
  return outcome === 'guard_missed' ? explainMiss(ctx, id) : getUser(ctx, id)
}
