// Signing in with a password. Invariants:
// 1. Until the password is correct, known and unknown addresses get the same response after the same work.
// 2. The response says nothing about the account (disabled, second factor, unverified) until the password is correct.
// 3. Only a complete sign-in clears the failure counter. The password alone does not reset guesses at the code.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { type Account, findAccountByEmail } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { beginSignIn, recordAddressFailure, requireAddressNotWaiting } from '../brute-force.ts'
import { requireSecondFactor } from '../mfa/second-factor.ts'
import { hashPassword, needsRehash, verifyPassword } from '../passwords/hash.ts'
import { replaceHash } from '../passwords/repo.ts'
import { issueSession, requireVerified } from '../sessions/issue.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import type { Login } from './schema.ts'

/** `deviceId` is set for a device that has signed in to this account before. */
export async function signIn(
  request: RequestContext,
  input: Login,
  deviceId: string | null = null,
): Promise<IssuedTokens> {
  if (deviceId === null) await requireAddressNotWaiting(request)
  const attempt = await beginSignIn(request, input.email, deviceId)
  const account = await findAccountByEmail(request.db, input.email)
  const isCorrect = await verifyPassword(request.settings, input.password, account?.passwordHash ?? null)
  if (account === null || !isCorrect) {
    if (deviceId === null) await recordAddressFailure(request)
    recordRefusal(request, account, attempt.startsWait)
    throw new AppError('auth.invalid_credentials')
  }
  if (account.status !== 'active') throw new AppError('auth.account_disabled')
  requireVerified(request, account)
  await requireSecondFactor(request, account, input.mfaCode)

  const session = await issueSession(request, account, 'password')
  const outcome = await commit(actingAs(request, account), {
    guard: session.guard,
    statements: [...session.statements, ...(await rehash(request, account, input.password))],
    audit: {
      action: 'session.created',
      targetType: 'session',
      targetId: session.sessionId,
      after: { method: 'password', secondFactor: account.mfaEnabled },
    },
  })
  if (outcome === 'guard_missed') throw new AppError('auth.invalid_credentials')
  await attempt.succeeded()
  return session.tokens
}

const rehash = async ({ settings }: RequestContext, account: Account, password: string) =>
  account.passwordHash !== null && needsRehash(settings, account.passwordHash)
    ? [replaceHash(account.id, account.passwordHash, await hashPassword(settings, password))]
    : []

/**
 * Logs every rejected sign-in. Only the one that starts a wait is audited, so guessing cannot fill the audit log. The audit entry
 * is written after the response, which would otherwise take longer for existing accounts.
 */
function recordRefusal(request: RequestContext, account: Account | null, startsWait: boolean): void {
  request.log.warn('sign-in refused', { address: request.address, known: account !== null })
  if (account === null || !startsWait) return
  const written = commit(request, {
    audit: {
      action: 'session.refused',
      targetType: 'user',
      targetId: account.id,
      teamId: account.personalTeamId,
      after: { reason: 'repeated wrong passwords' },
    },
  })
  request.defer(
    written.catch((error: unknown) => request.log.error('failed to audit a rejected sign-in', { error })),
  )
}
