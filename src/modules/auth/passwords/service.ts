// Changing and resetting passwords. Invariants:
// 1. The commit that sets a new password also raises the token version and ends all other sessions.
// 2. A reset does not sign anybody in, and the next sign-in still requires the second factor. The exception is an account
//    whose address was never verified: its second factor and API keys are removed, because somebody else may own them.
// 3. API keys and linked providers survive a new password unless a reset revokes them. The mail lists them.
// 4. Asking for a reset gets the same answer, after the same time, whether or not the address has an account and whether
//    or not a mail is sent.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { revokeApiKeys } from '../../api-keys/index.ts'
import { findAccount, findAccountByEmail } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { beginGuess, resetSignInCounters, takeMailAllowance, wasUnknownResetAudited } from '../brute-force.ts'
import { passwordChangedMail, resetMail } from '../mails.ts'
import { deleteIdentities } from '../oauth/repo.ts'
import { voidOneTimeTokens } from '../one-time-token-repo.ts'
import { consumeOneTimeToken, findTokenOwner, issueOneTimeToken } from '../one-time-tokens.ts'
import { securityNotice } from '../security-notice.ts'
import { issueTokens, REFRESH_TOKEN_LIFE_MS } from '../sessions/issue.ts'
import { deleteUnusedRefreshTokens, endSessions } from '../sessions/repo.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import { hashPassword, verifyPassword } from './hash.ts'
import { describeOtherAccess } from './other-access.ts'
import { requireGoodPassword } from './policy.ts'
import { deleteCredentialsOfUnproven, replacePassword, resetPassword } from './repo.ts'
import type { ChangePassword, ResetPassword } from './schema.ts'

/** Ends all other sessions. The current one continues with the tokens in the response; its old ones stop working. */
export async function updatePassword(ctx: ServiceContext, input: ChangePassword): Promise<IssuedTokens> {
  const account = await findAccount(ctx.db, ctx.actor.userId)
  const sessionId = ctx.actor.sessionId
  if (account === null || sessionId === null) throw new AppError('auth.invalid_token')
  requireGoodPassword(input.newPassword, account.email, '/newPassword')
  const attempt = await beginGuess(ctx, `password-change:${account.id}`)
  const isCorrect = await verifyPassword(ctx.settings, input.currentPassword, account.passwordHash)
  if (account.passwordHash === null || !isCorrect) {
    throw new AppError('auth.invalid_credentials', {
      detail: 'The current password is wrong. If the account has no password, set one with a password reset.',
    })
  }
  if (input.newPassword === input.currentPassword) {
    await attempt.succeeded()
    const message = 'Choose a password different from your current one.'
    throw new AppError('auth.weak_password', {
      detail: message,
      errors: [{ path: '/newPassword', message, code: 'unchanged' }],
    })
  }
  const now = ctx.now()
  const after = await hashPassword(ctx.settings, input.newPassword)
  const changed = { ...account, tokenVersion: account.tokenVersion + 1 }
  const { tokens, refreshRow } = await issueTokens(ctx, changed, sessionId, now + REFRESH_TOKEN_LIFE_MS)
  const access = await describeOtherAccess(ctx.env.DB, account.id, now, { key: true, identity: true })
  await commitOrStale(ctx, {
    guard: replacePassword(account.id, account.passwordHash, after, now),
    statements: [
      endSessions(account.id, 'password', now, sessionId),
      deleteUnusedRefreshTokens(sessionId),
      refreshRow,
      voidOneTimeTokens(account.id, 'password_reset', now),
    ],
    audit: { action: 'password.changed', targetType: 'user', targetId: account.id },
    messages: [
      passwordChangedMail(ctx.settings.PUBLIC_URL, account.email, access),
      passwordNotice(account.id),
      { type: 'live.revoke', of: 'user', id: account.id },
    ],
  })
  await attempt.succeeded()
  return tokens
}

/** Longer than the work takes in any case, so response times do not reveal whether an account exists. */
const FORGOT_ANSWER_MS = 60

/**
 * Responds after the mail is stored, so an accepted request survives a crash. Once the mail limit is reached the newest
 * token stays valid, so a flood of requests cannot prevent a reset.
 */
export async function forgotPassword(request: RequestContext, email: string): Promise<void> {
  await Promise.all([sendReset(request, email), scheduler.wait(FORGOT_ANSWER_MS)])
}

async function sendReset(request: RequestContext, email: string): Promise<void> {
  if (!(await takeMailAllowance(request, email))) return
  const account = await findAccountByEmail(request.db, email)
  if (account === null || account.status !== 'active') {
    request.log.warn('password reset requested for an address without an account', {
      address: request.address,
    })
    if (await wasUnknownResetAudited(request)) return
    await commit(request, {
      audit: { action: 'password.reset_asked', targetType: 'user', targetId: 'unknown' },
    })
    return
  }
  const { token, statements } = await issueOneTimeToken(request, account, 'password_reset')
  await commit(request, {
    statements,
    audit: {
      action: 'password.reset_asked',
      targetType: 'user',
      targetId: account.id,
      teamId: account.personalTeamId,
    },
    messages: [resetMail(request.settings.PUBLIC_URL, email, token)],
  })
}

/** `deviceOf` tells which known device of the account sends this, if any: its own wait ends as well. */
export async function resetPasswordWithToken(
  request: RequestContext,
  input: ResetPassword,
  deviceOf: (email: string) => Promise<string | null>,
): Promise<void> {
  const owner = await findTokenOwner(request, input.token, 'password_reset')
  if (owner === null) throw new AppError('auth.invalid_one_time_token')
  requireGoodPassword(input.newPassword, owner.email, '/newPassword')
  const now = request.now()
  const hash = await hashPassword(request.settings, input.newPassword)
  const { revokeKeys, unlinkIdentities } = input
  const access = await describeOtherAccess(request.env.DB, owner.userId, now, {
    key: !revokeKeys && owner.unproven === 0,
    identity: !unlinkIdentities,
  })
  const outcome = await commit(actingAs(request, { ...owner, id: owner.userId }), {
    guard: await consumeOneTimeToken(input.token, 'password_reset', now),
    statements: [
      ...deleteCredentialsOfUnproven(owner.userId),
      resetPassword(owner.userId, hash, now),
      endSessions(owner.userId, 'password', now),
      voidOneTimeTokens(owner.userId, 'password_reset', now),
      ...(revokeKeys ? [revokeApiKeys(owner.userId, now)] : []),
      ...(unlinkIdentities ? [deleteIdentities(owner.userId)] : []),
    ],
    audit: {
      action: 'password.reset',
      targetType: 'user',
      targetId: owner.userId,
      ...(revokeKeys || unlinkIdentities ? { after: { revokeKeys, unlinkIdentities } } : {}),
    },
    messages: [
      passwordChangedMail(request.settings.PUBLIC_URL, owner.email, access),
      passwordNotice(owner.userId),
      { type: 'live.revoke', of: 'user', id: owner.userId },
    ],
  })
  if (outcome === 'guard_missed') throw new AppError('auth.invalid_one_time_token')
  await resetSignInCounters(request, owner.email, await deviceOf(owner.email))
}

const passwordNotice = (userId: string) =>
  securityNotice(userId, 'Your password was changed', 'All other sessions have ended.')
