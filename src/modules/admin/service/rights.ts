import type { ServiceContext } from '../../../context.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { endSessions } from '../../auth/index.ts'
import { revokeInvitationsOf } from '../../teams/index.ts'
import { guardRole, guardStatus, movedPlan, movePlan } from '../repo/changes.ts'
import type { AdminUser, ChangeUserRole, ChangeUserStatus } from '../schema.ts'
import { getUser, PLATFORM_LOG, refuseMissed, requireOther, requireUser } from './users.ts'

/** Counts from the next request on: the role is asked for with each. The plan that `premium` gives moves with it. */
export async function changeUserRole(
  ctx: ServiceContext,
  id: string,
  { role }: ChangeUserRole,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, seen.version)
  if (seen.role === role) return getUser(ctx, id)
  const now = ctx.now()
  const plan = movedPlan(seen.plan, seen.role, role)
  const moves = plan !== seen.plan
  const done = await commit(ctx, {
    guard: guardRole(ctx.actor.userId, id, seen.role, role, seenVersion, now),
    statements: movePlan(id, seen.role, role, now),
    audit: {
      action: 'user.role_changed',
      targetType: 'user',
      targetId: id,
      teamId: PLATFORM_LOG,
      before: { role: seen.role, ...(moves ? { plan: seen.plan } : {}) },
      after: { role, ...(moves ? { plan } : {}) },
    },
  })
  return done === 'guard_missed' ? refuseMissed(ctx, id) : getUser(ctx, id)
}

/**
 * Disabling ends every session for good, stops every API key at once and voids the invitations that the person has sent.
 * After enabling, the keys work again; one has to sign in, and to invite, anew.
 */
export async function changeUserStatus(
  ctx: ServiceContext,
  id: string,
  { status }: ChangeUserStatus,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, seen.version)
  if (seen.status === status) return getUser(ctx, id)
  const now = ctx.now()
  const done = await commit(ctx, {
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
  return done === 'guard_missed' ? refuseMissed(ctx, id) : getUser(ctx, id)
}
