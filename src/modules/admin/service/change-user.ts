import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { type Change, commit, isUniqueViolation } from '../../../db/commit.ts'
import { preparePlanChange } from '../../users/index.ts'
import { guardChange, voidMailedTokens } from '../repo/changes.ts'
import type { AdminUser, ChangeUser } from '../schema.ts'
import { getUser, PLATFORM_LOG, refuseMissed, requireUser } from './users.ts'

export async function changeUser(
  ctx: ServiceContext,
  id: string,
  { plan, ...input }: ChangeUser,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireExpected(expected, seen.version)
  const was = { email: seen.email, name: seen.name, emailVerified: seen.emailVerifiedAt !== null }
  const movesTo = input.email !== undefined && input.email !== seen.email ? input.email : null
  // A new address is as good as unproven, unless the admin vouches for it.
  const will = { ...was, ...(movesTo === null ? {} : { emailVerified: false }), ...input }
  const changed = (Object.keys(was) as (keyof typeof was)[]).filter((field) => was[field] !== will[field])
  const by = { adminId: ctx.actor.userId, ownerVersion: seen.version }
  const planned = plan === undefined ? null : await preparePlanChange(ctx, seen.personalTeamId, plan, by)
  if (changed.length === 0 && planned === null) return getUser(ctx, id)

  const now = ctx.now()
  const stillVerified = movesTo === null ? seen.emailVerifiedAt : null
  const emailVerifiedAt = will.emailVerified ? (stillVerified ?? now) : null
  const update = guardChange(ctx.actor.userId, id, seen.version, { ...will, emailVerifiedAt }, now)
  const voided = movesTo === null ? [] : [voidMailedTokens(id, now)]
  const updated: Change['audit'] = {
    action: 'user.updated',
    targetType: 'user',
    targetId: id,
    before: { ...(await audited(was, changed)), ...planned?.audit.before },
    after: { ...(await audited(will, changed)), ...planned?.audit.after },
  }
  const audit = {
    ...(planned !== null && changed.length === 0 ? planned.audit : updated),
    teamId: PLATFORM_LOG,
  }
  try {
    // The plan's guard asks for the account as it was seen, too, so what stands behind it holds as well.
    const change = planned
      ? { guard: planned.guard, statements: [update, ...voided], audit }
      : { guard: update, statements: voided, audit }
    if ((await commit(ctx, change)) === 'guard_missed') {
      if (planned && (await requireUser(ctx, id)).version === seen.version) return await planned.overtaken()
      return await refuseMissed(ctx, id)
    }
  } catch (error) {
    if (isUniqueViolation(error, 'users.email')) throw new AppError('auth.email_taken')
    throw error
  }
  return getUser(ctx, id)
}

type Fields = { email: string; name: string; emailVerified: boolean }

/** What has changed; of who it is only as much as the log may keep. */
const audited = async ({ email, emailVerified }: Fields, changed: (keyof Fields)[]) => ({
  fields: changed,
  ...(changed.includes('email') ? await auditedAddress(email) : {}),
  ...(changed.includes('emailVerified') ? { emailVerified } : {}),
})
