import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { type Change, commit, isUniqueViolation } from '../../../db/commit.ts'
import { voidAllOneTimeTokens } from '../../auth/index.ts'
import { preparePlanChange } from '../../users/index.ts'
import { guardChange } from '../repo/changes.ts'
import type { AdminUser, UpdateUser } from '../schema.ts'
import { explainMiss, getUser, PLATFORM_LOG, requireUser } from './users.ts'

export async function updateUser(
  ctx: ServiceContext,
  id: string,
  { plan, ...input }: UpdateUser,
  expected: Expected,
): Promise<AdminUser> {
  const seen = await requireUser(ctx, id)
  requireExpected(expected, seen.version)
  const before = { email: seen.email, name: seen.name, emailVerified: seen.emailVerifiedAt !== null }
  const movesTo = input.email !== undefined && input.email !== seen.email ? input.email : null
  // A new address is unverified unless the admin sets `emailVerified`.
  const after = { ...before, ...(movesTo === null ? {} : { emailVerified: false }), ...input }
  const changed = (Object.keys(before) as (keyof typeof before)[]).filter(
    (field) => before[field] !== after[field],
  )
  const by = { adminId: ctx.actor.userId, ownerVersion: seen.version }
  const planned = plan === undefined ? null : await preparePlanChange(ctx, seen.personalTeamId, plan, by)
  if (changed.length === 0 && planned === null) return getUser(ctx, id)

  const now = ctx.now()
  const stillVerified = movesTo === null ? seen.emailVerifiedAt : null
  const emailVerifiedAt = after.emailVerified ? (stillVerified ?? now) : null
  const update = guardChange(ctx.actor.userId, id, seen.version, { ...after, emailVerifiedAt }, now)
  const voided = movesTo === null ? [] : [voidAllOneTimeTokens(id, now)]
  const updated: Change['audit'] = {
    action: 'user.updated',
    targetType: 'user',
    targetId: id,
    before: { ...(await audited(before, changed)), ...planned?.audit.before },
    after: { ...(await audited(after, changed)), ...planned?.audit.after },
  }
  const audit = {
    ...(planned !== null && changed.length === 0 ? planned.audit : updated),
    teamId: PLATFORM_LOG,
  }
  try {
    // The plan's guard also checks the account's version, so it covers the other statements too.
    const change = planned
      ? { guard: planned.guard, statements: [update, ...voided], audit }
      : { guard: update, statements: voided, audit }
    if ((await commit(ctx, change)) === 'guard_missed') {
      if (planned && (await requireUser(ctx, id)).version === seen.version) return await planned.explainMiss()
      return await explainMiss(ctx, id)
    }
  } catch (error) {
    if (isUniqueViolation(error, 'users.email')) throw new AppError('auth.email_taken')
    throw error
  }
  return getUser(ctx, id)
}

type Fields = { email: string; name: string; emailVerified: boolean }

/** The changed fields. Personal data is limited to what the audit log may contain. */
const audited = async ({ email, emailVerified }: Fields, changed: (keyof Fields)[]) => ({
  fields: changed,
  ...(changed.includes('email') ? await auditedAddress(email) : {}),
  ...(changed.includes('emailVerified') ? { emailVerified } : {}),
})
