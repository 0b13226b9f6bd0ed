import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit } from '../../../db/commit.ts'
import { markEmailVerified } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { verificationMail } from '../mails.ts'
import { voidOneTimeTokens } from '../one-time-token-repo.ts'
import { consumeOneTimeToken, findTokenOwner, issueOneTimeToken } from '../one-time-tokens.ts'
import type { EmailState } from './schema.ts'

export async function verifyEmail(request: RequestContext, token: string): Promise<EmailState> {
  const owner = await findTokenOwner(request, token, 'email_verify')
  if (owner === null) throw new AppError('auth.invalid_one_time_token')
  const now = request.now()
  const outcome = await commit(actingAs(request, { ...owner, id: owner.userId }), {
    guard: await consumeOneTimeToken(token, 'email_verify', now),
    statements: [markEmailVerified(owner.userId, now), voidOneTimeTokens(owner.userId, 'email_verify', now)],
    audit: {
      action: 'email.verified',
      targetType: 'user',
      targetId: owner.userId,
      after: await auditedAddress(owner.email),
    },
  })
  if (outcome === 'guard_missed') throw new AppError('auth.invalid_one_time_token')
  return { email: owner.email, emailVerified: true }
}

export async function resendVerification(ctx: ServiceContext): Promise<EmailState> {
  const { userId, email, emailVerified } = ctx.actor
  if (emailVerified) return { email, emailVerified }
  const { token, statements } = await issueOneTimeToken(ctx, { id: userId, email }, 'email_verify')
  await commit(ctx, {
    statements,
    audit: { action: 'email.verification_sent', targetType: 'user', targetId: userId },
    messages: [verificationMail(ctx.settings.PUBLIC_URL, email, token)],
  })
  return { email, emailVerified }
}
