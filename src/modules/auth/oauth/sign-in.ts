// Starts a session from a provider's identity. Invariants:
// 1. Provider and subject identify the account. The address is used only to link an identity for the first time, and only
//    if both sides have verified it.
// 2. Somebody else may have created an account with an unverified address to wait for the address's owner. Such an account is
//    neither linked nor replaced. Its owner must first verify the address with a password reset by mail, which ends all
//    other sessions and makes the old password useless.
// 3. The second factor is checked before an identity is linked or a session starts.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { PlainText } from '../../../http/text.ts'
import { type Account, findAccountByEmail } from '../account-repo.ts'
import { actingAs } from '../acting-as.ts'
import { requireSecondFactor } from '../mfa/second-factor.ts'
import { createAccount } from '../new-account.ts'
import { issueSession, type SessionUser } from '../sessions/issue.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import { requireOpenRegistration } from '../sign-in/registration.ts'
import { linkedMail, linkedNotice } from './mails.ts'
import { findAccountByIdentity, insertIdentity, linkIdentity } from './repo.ts'
import type { KnownIdentity } from './tickets.ts'

type Proof = {
  mfaCode: string | undefined
  /** Spends the ticket of the identity, after all checks have passed. */
  consume: () => Promise<void>
}

export async function signInWithIdentity(
  request: RequestContext,
  identity: KnownIdentity,
  proof: Proof,
): Promise<IssuedTokens> {
  const linked = await findAccountByIdentity(request.db, identity.provider, identity.subject)
  if (linked !== null) {
    await requireEntry(request, linked, proof)
    return beginSession(request, linked, identity.provider)
  }
  const email = requireVerifiedEmail(identity)
  const local = await findAccountByEmail(request.db, email)
  if (local === null) {
    await requireOpenRegistration(request, email)
    await proof.consume()
    return beginSession(request, await openAccount(request, identity, email), identity.provider)
  }
  if (local.emailVerifiedAt === null) throw new AppError('oauth.account_not_verified')
  await requireEntry(request, local, proof)
  await link(request, identity, local)
  return beginSession(request, local, identity.provider)
}

async function requireEntry(request: RequestContext, account: Account, proof: Proof): Promise<void> {
  if (account.status !== 'active') throw new AppError('auth.account_disabled')
  if (request.settings.REQUIRE_VERIFIED_EMAIL && account.emailVerifiedAt === null)
    throw new AppError('auth.email_not_verified')
  await requireSecondFactor(request, account, proof.mfaCode)
  await proof.consume()
}

function requireVerifiedEmail(identity: KnownIdentity): string {
  const email = identity.email?.trim().toLowerCase() ?? ''
  if (!identity.emailVerified || !/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254)
    throw new AppError('oauth.email_not_verified')
  return email
}

async function openAccount(
  request: RequestContext,
  identity: KnownIdentity,
  email: string,
): Promise<SessionUser> {
  const now = request.now()
  const { provider, subject } = identity
  // Use the provider's name only if it is a valid name here.
  const name = PlainText(80).safeParse(identity.name?.trim().slice(0, 80)).data
  const { user, statements } = createAccount({ email, name, passwordHash: null, emailVerifiedAt: now }, now)
  try {
    await commit(actingAs(request, user), {
      statements: [...statements, insertIdentity({ provider, subject, userId: user.id, email, now })],
      audit: {
        action: 'user.registered',
        targetType: 'user',
        targetId: user.id,
        after: { ...(await auditedAddress(email)), provider },
      },
    })
    return user
  } catch (error) {
    if (!isUniqueViolation(error, 'users.email') && !isUniqueViolation(error, 'oauth_identities.'))
      throw error
    // Another browser of the same person created the account first.
    return (await findAccountByIdentity(request.db, provider, subject)) ?? raced()
  }
}

async function link(request: RequestContext, identity: KnownIdentity, account: Account): Promise<void> {
  const { provider, subject } = identity
  const { id: userId, email } = account
  try {
    const outcome = await commit(actingAs(request, account), {
      guard: linkIdentity({ provider, subject, userId, email, now: request.now() }, { email }),
      audit: {
        action: 'oauth.linked',
        targetType: 'user',
        targetId: userId,
        after: { provider, ...(await auditedAddress(email)) },
      },
      messages: [linkedMail(email, provider), linkedNotice(userId, provider)],
    })
    if (outcome === 'done') return
  } catch (error) {
    if (!isUniqueViolation(error, 'oauth_identities.')) throw error
  }
  const now = await findAccountByIdentity(request.db, provider, subject)
  if (now?.id !== userId) raced()
}

const raced = (): never => {
  throw new AppError('resource.conflict', {
    detail:
      'The account already has another identity of this provider, or was just changed. Sign in another way.',
  })
}

async function beginSession(
  request: RequestContext,
  user: SessionUser,
  provider: string,
): Promise<IssuedTokens> {
  const session = await issueSession(request, user, 'oauth')
  const outcome = await commit(actingAs(request, user), {
    guard: session.guard,
    statements: session.statements,
    audit: {
      action: 'session.created',
      targetType: 'session',
      targetId: session.sessionId,
      after: { method: 'oauth', provider, secondFactor: user.mfaEnabled },
    },
  })
  if (outcome === 'guard_missed')
    throw new AppError('oauth.failed', { detail: 'The account was just changed. Sign in again.' })
  return session.tokens
}
