import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { findAccountRow } from '../account-repo.ts'
import { toSignedInUser } from '../sessions/issue.ts'
import type { Me, Verified } from './schema.ts'

export async function getMe(ctx: ReadContext): Promise<Me> {
  const { rows, actor } = await ctx.read(({ userId }) => findAccountRow(userId))
  const row = rows[0]
  // The account was deleted between the permission check and this read.
  if (row === undefined) throw new AppError('auth.invalid_token')
  return {
    ...toSignedInUser({ ...row, mfaEnabled: row.mfaEnabled === 1 }),
    team: { id: actor.teamId, role: actor.teamRole, plan: actor.plan },
    scopes: actor.scopes,
  }
}

/** The credential was already checked. This returns what the check found. */
export const verifyCredential = ({ actor }: ServiceContext): Verified => ({
  valid: true,
  kind: actor.kind,
  userId: actor.userId,
  email: actor.email,
  role: actor.platformRole,
  teamId: actor.teamId,
  teamRole: actor.teamRole,
  sessionId: actor.sessionId,
  keyId: actor.keyId,
  scopes: actor.scopes,
})
