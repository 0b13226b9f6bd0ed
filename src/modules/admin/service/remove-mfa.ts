import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { deleteBackupCodes, deleteFactor, securityNotice } from '../../auth/index.ts'
import { guardMfaRemoval } from '../repo/changes.ts'
import type { AdminUser } from '../schema.ts'
import { explainMiss, getUser, PLATFORM_LOG, requireOther, requireUser } from './users.ts'

/** For users who lost their app and backup codes. They still need their password, and get a mail. */
export async function removeMfa(ctx: ServiceContext, id: string, expected: Expected): Promise<AdminUser> {
  const { email, mfaEnabled, version } = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, version)
  if (mfaEnabled === 0) throw new AppError('auth.mfa_not_enabled')
  const outcome = await commit(ctx, {
    guard: guardMfaRemoval(ctx.actor.userId, id, seenVersion, ctx.now()),
    statements: [deleteFactor(id), deleteBackupCodes(id)],
    audit: { action: 'mfa.removed', targetType: 'user', targetId: id, teamId: PLATFORM_LOG },
    messages: [
      securityNotice(
        id,
        'Two-step sign-in was turned off by an administrator',
        'Signing in no longer requires a code. Set up a second factor again soon.',
      ),
      {
        type: 'mail.send',
        to: email,
        subject: 'Two-step sign-in was turned off by an administrator',
        text: 'An administrator has removed the second factor of your account, so signing in no longer requires a code. Set up a new one soon.\n\nIf you did not ask for this, change your password now and contact the operator of this service.\n',
      },
    ],
  })
  return outcome === 'guard_missed' ? explainMiss(ctx, id) : getUser(ctx, id)
}
