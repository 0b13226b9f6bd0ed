import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { readAccount } from '../account-repo.ts'
import { toSignedInUser } from '../sessions/issue.ts'
import type { Me, Verified } from './schema.ts'

export async function whoAmI(ctx: ReadContext): Promise<Me> {
  const { rows, actor } = await ctx.read((who) => readAccount(who.userId))
  const row = rows[0]
  // Gone between the permission question and this read.
  if (row === undefined) throw new AppError('auth.invalid_token')
  return {
    ...toSignedInUser({ ...row, mfaEnabled: row.mfaEnabled === 1 }),
    team: { id: actor.teamId, role: actor.teamRole, plan: actor.plan },
    scopes: actor.scopes,
  }
}

/** The permission question has answered already; this only says what it found. */
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
