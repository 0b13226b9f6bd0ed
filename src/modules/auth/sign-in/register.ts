import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { provesAddress } from '../../teams/index.ts'
import { findAccountByEmail } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { recordAddressFailure, requireAddressNotWaiting } from '../brute-force.ts'
import { verificationMail } from '../mails.ts'
import { createAccount } from '../new-account.ts'
import { issueOneTimeToken } from '../one-time-tokens.ts'
import { hashPassword } from '../passwords/hash.ts'
import { requireGoodPassword } from '../passwords/policy.ts'
import { issueSession } from '../sessions/issue.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import { requireOpenRegistration } from './registration.ts'
import type { Register } from './schema.ts'

/**
 * Creates user, personal team, mail and session in one commit. Clients need to know that an address is taken, so that returns
 * 409. Repeated failures make the caller's address wait.
 */
export async function register(request: RequestContext, input: Register): Promise<IssuedTokens> {
  const { email, password } = input
  requireGoodPassword(password, email, '/password')
  await requireAddressNotWaiting(request)
  await requireInvited(request, email)
  const passwordHash = await hashPassword(request.settings, password)
  if ((await findAccountByEmail(request.db, email)) !== null) return refuseTakenEmail(request)

  const now = request.now()
  const isProven = await isInvited(request, input)
  const { user, statements } = createAccount(
    { email, name: input.name, passwordHash, emailVerifiedAt: isProven ? now : null },
    now,
  )
  const proof = isProven ? null : await issueOneTimeToken(request, user, 'email_verify')
  const session = await issueSession(request, user, 'password')
  try {
    await commit(actingAs(request, user), {
      statements: [...statements, session.guard, ...session.statements, ...(proof?.statements ?? [])],
      audit: {
        action: 'user.registered',
        targetType: 'user',
        targetId: user.id,
        after: { ...(await auditedAddress(email)), ...(isProven ? { verifiedBy: 'invitation' } : {}) },
      },
      messages: proof === null ? [] : [verificationMail(request.settings.PUBLIC_URL, email, proof.token)],
    })
  } catch (error) {
    if (isUniqueViolation(error, 'users.email')) return refuseTakenEmail(request)
    throw error
  }
  return session.tokens
}

async function isInvited(request: RequestContext, { email, invitation }: Register): Promise<boolean> {
  if (invitation === undefined) return false
  if (await provesAddress(request, invitation, email)) return true
  throw new AppError('invitation.invalid')
}

/** Counts failures, so nobody can try many addresses to find an invited one. */
async function requireInvited(request: RequestContext, email: string): Promise<void> {
  try {
    await requireOpenRegistration(request, email)
  } catch (error) {
    await recordAddressFailure(request)
    throw error
  }
}

async function refuseTakenEmail(request: RequestContext): Promise<never> {
  await recordAddressFailure(request)
  throw new AppError('auth.email_taken')
}
