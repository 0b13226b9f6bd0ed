import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { guardChange, voidMailedTokens } from '../repo/changes.ts'
import type { AdminUser, ChangeUser } from '../schema.ts'
import { getUser, PLATFORM_LOG, refuseMissed, requireUser } from './users.ts'

export async function changeUser(
  ctx: ServiceContext,
  id: string,
  input: ChangeUser,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireExpected(expected, seen.version)
  const was = { email: seen.email, name: seen.name, emailVerified: seen.emailVerifiedAt !== null }
  const movesTo = input.email !== undefined && input.email !== seen.email ? input.email : null
  // A new address is as good as unproven, unless the admin vouches for it.
  const will = { ...was, ...(movesTo === null ? {} : { emailVerified: false }), ...input }
  const changed = (Object.keys(was) as (keyof typeof was)[]).filter((field) => was[field] !== will[field])
  if (changed.length === 0) return getUser(ctx, id)

  const now = ctx.now()
  const stillVerified = movesTo === null ? seen.emailVerifiedAt : null
  const emailVerifiedAt = will.emailVerified ? (stillVerified ?? now) : null
  try {
    const done = await commit(ctx, {
      guard: guardChange(ctx.actor.userId, id, seen.version, { ...will, emailVerifiedAt }, now),
      statements: movesTo === null ? [] : [voidMailedTokens(id, now)],
      audit: {
        action: 'user.updated',
        targetType: 'user',
        targetId: id,
        teamId: PLATFORM_LOG,
        before: await audited(was, changed),
        after: await audited(will, changed),
      },
    })
    if (done === 'guard_missed') return await refuseMissed(ctx, id)
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
