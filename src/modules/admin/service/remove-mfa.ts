import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { removeBackupCodes, removeFactor } from '../../auth/index.ts'
import { guardMfaRemoval } from '../repo/changes.ts'
import type { AdminUser } from '../schema.ts'
import { getUser, PLATFORM_LOG, refuseMissed, requireOther, requireUser } from './users.ts'

/** For who has lost the app and the backup codes. The password is still asked for, and the user is told. */
export async function removeMfa(ctx: ServiceContext, id: string, expected: Expected): Promise<AdminUser> {
  const { email, mfaEnabled, version } = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, version)
  if (mfaEnabled === 0) throw new AppError('auth.mfa_not_enabled')
  const done = await commit(ctx, {
    guard: guardMfaRemoval(ctx.actor.userId, id, seenVersion, ctx.now()),
    statements: [removeFactor(id), removeBackupCodes(id)],
    audit: { action: 'mfa.removed', targetType: 'user', targetId: id, teamId: PLATFORM_LOG },
    messages: [
      {
        type: 'mail.send',
        to: email,
        subject: 'Two-step sign-in was turned off by an administrator',
        text: 'An administrator has removed the second factor of your account: signing in needs no code any more. Set up a new one when you can.\n\nIf you have not asked for this, change your password now and tell the operator of this service.\n',
      },
    ],
  })
  return done === 'guard_missed' ? refuseMissed(ctx, id) : getUser(ctx, id)
}
