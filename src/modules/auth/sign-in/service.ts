// The way in with a password. Invariants:
// 1. Until the password was right, a known and an unknown address are answered alike and after the same work.
// 2. Nothing of the account (disabled, second factor, unverified) is told before the password was right.
// 3. The count of failures is cleared only by a whole sign-in: the password alone does not reset guesses at the code.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { type Account, findAccountByEmail } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { beginSignIn, noteAddressFailure, requireAddressMayTry } from '../brute-force.ts'
import { requireSecondFactor } from '../mfa/second-factor.ts'
import { hashPassword, needsRehash, verifyPassword } from '../passwords/hash.ts'
import { replaceHash } from '../passwords/repo.ts'
import { issueSession, requireVerified } from '../sessions/issue.ts'
import type { Tokens } from '../sessions/schema.ts'
import type { Login } from './schema.ts'

/** `deviceId` names a device that has signed in to this account before. */
export async function signIn(
  request: RequestContext,
  input: Login,
  deviceId: string | null = null,
): Promise<Tokens> {
  if (deviceId === null) await requireAddressMayTry(request)
  const turn = await beginSignIn(request, input.email, deviceId)
  const account = await findAccountByEmail(request, input.email)
  const right = await verifyPassword(input.password, account?.passwordHash ?? null)
  if (account === null || !right) {
    if (deviceId === null) await noteAddressFailure(request)
    noteRefusal(request, account, turn.waitBegins)
    throw new AppError('auth.invalid_credentials')
  }
  if (account.status !== 'active') throw new AppError('auth.account_disabled')
  requireVerified(request, account)
  await requireSecondFactor(request, account, input.mfaCode)

  const session = await issueSession(request, account, 'password')
  const outcome = await commit(actingAs(request, account), {
    guard: session.guard,
    statements: [...session.statements, ...(await rehash(account, input.password))],
    audit: {
      action: 'session.created',
      targetType: 'session',
      targetId: session.sessionId,
      after: { method: 'password', secondFactor: account.mfaEnabled },
    },
  })
  if (outcome === 'guard_missed') throw new AppError('auth.invalid_credentials')
  await turn.right()
  return session.tokens
}

const rehash = async (account: Account, password: string) =>
  account.passwordHash !== null && needsRehash(account.passwordHash)
    ? [replaceHash(account.id, account.passwordHash, await hashPassword(password))]
    : []

/**
 * Every refusal is a log line; the audit log gets one row when an account's waiting begins, so that guessing cannot
 * fill it. The row is written behind the answer, which else would take longer for an account that exists.
 */
function noteRefusal(request: RequestContext, account: Account | null, waitBegins: boolean): void {
  request.log.warn('sign-in refused', { address: request.address, known: account !== null })
  if (account === null || !waitBegins) return
  const written = commit(request, {
    audit: {
      action: 'session.refused',
      targetType: 'user',
      targetId: account.id,
      teamId: account.personalTeamId,
      after: { reason: 'repeated wrong passwords' },
    },
  })
  request.defer(written.catch((error: unknown) => request.log.error('audit of a refusal failed', { error })))
}
