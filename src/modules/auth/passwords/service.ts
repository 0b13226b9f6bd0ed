// Changing, losing and choosing a password. Invariants:
// 1. A new password raises the token version and ends all other sessions in the commit that sets it.
// 2. A reset signs nobody in: the second factor is still asked for at the next sign-in. Only where no address of the
//    account was ever proven it goes, and the keys with it, because they may be somebody else's.
// 3. API keys and linked providers outlive a new password, unless a reset says otherwise; the mail names them.
// 4. Asking for a reset is answered alike for an address with and without an account, and whether a mail is sent or there
//    were too many: all work is done behind the answer.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import {
  changePassword,
  findAccountByEmail,
  findOwnAccount,
  removeTracesOfUnproven,
  resetPassword,
} from '../account-repo.ts'
import { beginGuess, forgetSignIns, isUnknownResetNoted, mayMail } from '../brute-force.ts'
import { passwordChangedMail, resetMail } from '../mails.ts'
import {
  findTokenOwner,
  issueOneTimeToken,
  spendOneTimeToken,
  voidOneTimeTokens,
} from '../one-time-tokens.ts'
import type { ChangePassword, ResetPassword, Tokens } from '../schema.ts'
import { endSessions, mintTokens, onBehalfOf, REFRESH_TOKEN_LIFE_MS } from '../sessions/issue.ts'
import { dropRefreshTokens } from '../sessions/service.ts'
import { hashPassword, verifyPassword } from './hash.ts'
import { findWaysIn, revokeKeysOf, tellWaysIn, unlinkIdentitiesOf } from './other-ways-in.ts'
import { requireGoodPassword } from './policy.ts'

/** The session that asks goes on with the tokens of the answer; those it had before are no longer good. */
export async function changeOwnPassword(ctx: ServiceContext, input: ChangePassword): Promise<Tokens> {
  const account = await findOwnAccount(ctx)
  const sessionId = ctx.actor.sessionId
  if (account === null || sessionId === null) throw new AppError('auth.invalid_token')
  requireGoodPassword(input.newPassword, account.email, 'newPassword')
  const turn = await beginGuess(ctx, `password-change:${account.id}`)
  const right = await verifyPassword(input.currentPassword, account.passwordHash)
  if (account.passwordHash === null || !right) {
    throw new AppError('auth.invalid_credentials', {
      detail: 'The current password is wrong. An account without one gets its first by a reset.',
    })
  }
  if (input.newPassword === input.currentPassword) {
    await turn.right()
    const message = 'Use something other than your present password.'
    throw new AppError('auth.weak_password', {
      detail: message,
      errors: [{ path: 'newPassword', message, code: 'unchanged' }],
    })
  }
  const now = ctx.now()
  const after = await hashPassword(input.newPassword)
  const changed = { ...account, tokenVersion: account.tokenVersion + 1 }
  const { tokens, refreshRow } = await mintTokens(ctx, changed, sessionId, now + REFRESH_TOKEN_LIFE_MS)
  const ways = await findWaysIn(ctx.env.DB, account.id, now, { key: true, identity: true })
  await commitOrStale(ctx, {
    guard: changePassword(account.id, account.passwordHash, after, now),
    statements: [
      endSessions(account.id, 'password', now, sessionId),
      dropRefreshTokens(sessionId),
      refreshRow,
      voidOneTimeTokens(account.id, 'password_reset', now),
    ],
    audit: { action: 'password.changed', targetType: 'user', targetId: account.id },
    messages: [
      passwordChangedMail(ctx.settings.PUBLIC_URL, account.email, tellWaysIn(ways)),
      { type: 'live.revoke', of: 'user', id: account.id },
    ],
  })
  await turn.right()
  return tokens
}

/** Longer than either way takes, so that the time of an answer does not tell whether there is an account. */
const FORGOT_ANSWER_MS = 60

/**
 * Answered after the mail is written down: what was accepted survives. The newest token stays good when no more mails are
 * sent, so too much asking keeps nobody from a reset.
 */
export async function forgotPassword(request: RequestContext, email: string): Promise<void> {
  await Promise.all([sendReset(request, email), scheduler.wait(FORGOT_ANSWER_MS)])
}

async function sendReset(request: RequestContext, email: string): Promise<void> {
  if (!(await mayMail(request, email))) return
  const account = await findAccountByEmail(request, email)
  if (account === null || account.status !== 'active') {
    request.log.warn('a reset was asked for an address without an account', { address: request.address })
    if (await isUnknownResetNoted(request)) return
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

export async function chooseNewPassword(request: RequestContext, input: ResetPassword): Promise<void> {
  const owner = await findTokenOwner(request, input.token, 'password_reset')
  if (owner === null) throw new AppError('auth.invalid_one_time_token')
  requireGoodPassword(input.newPassword, owner.email, 'newPassword')
  const now = request.now()
  const hash = await hashPassword(input.newPassword)
  const { revokeKeys, unlinkIdentities } = input
  const ways = await findWaysIn(request.env.DB, owner.userId, now, {
    key: !revokeKeys && owner.unproven === 0,
    identity: !unlinkIdentities,
  })
  const outcome = await commit(onBehalfOf(request, { ...owner, id: owner.userId }), {
    guard: await spendOneTimeToken(input.token, 'password_reset', now),
    statements: [
      ...removeTracesOfUnproven(owner.userId),
      resetPassword(owner.userId, hash, now),
      endSessions(owner.userId, 'password', now),
      voidOneTimeTokens(owner.userId, 'password_reset', now),
      ...(revokeKeys ? [revokeKeysOf(owner.userId, now)] : []),
      ...(unlinkIdentities ? [unlinkIdentitiesOf(owner.userId)] : []),
    ],
    audit: {
      action: 'password.reset',
      targetType: 'user',
      targetId: owner.userId,
      ...(revokeKeys || unlinkIdentities ? { after: { revokeKeys, unlinkIdentities } } : {}),
    },
    messages: [
      passwordChangedMail(request.settings.PUBLIC_URL, owner.email, tellWaysIn(ways)),
      { type: 'live.revoke', of: 'user', id: owner.userId },
    ],
  })
  if (outcome === 'guard_missed') throw new AppError('auth.invalid_one_time_token')
  await forgetSignIns(request, owner.email)
}
