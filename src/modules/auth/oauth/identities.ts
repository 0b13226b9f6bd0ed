import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { proveIdentity } from '../identity-proof.ts'
import { linkedMail, linkedNotice, unlinkedMail, unlinkedNotice } from './mails.ts'
import { findIdentities, findIdentity, type IdentityRow, linkIdentity, unlinkIdentity } from './repo.ts'
import type { LinkOauthIdentity, OauthIdentities, OauthIdentity } from './schema.ts'
import { openTicket } from './tickets.ts'

export async function listIdentities(ctx: ReadContext): Promise<OauthIdentities> {
  const { rows } = await ctx.read(({ userId }) => findIdentities(userId))
  return { items: rows.map(toView), nextCursor: null }
}

export async function getIdentity(ctx: ServiceContext, provider: string): Promise<OauthIdentity> {
  const row = await findIdentity(ctx.env.DB, ctx.actor.userId, provider)
  if (row === null) throw notFound('The identity')
  return toView(row)
}

/**
 * Links the identity that the browser has just signed in with. The addresses may differ, because the user signed in to both accounts.
 * An account with an unverified address cannot link an identity, because its creator may be waiting for the address's owner.
 * A linked identity keeps working after a password change, so a stolen session alone must not be enough to link one.
 */
export async function createIdentity(
  ctx: ServiceContext,
  input: LinkOauthIdentity & { cookie: string | undefined },
): Promise<OauthIdentity> {
  const { userId, email, emailVerified } = ctx.actor
  if (!emailVerified) throw new AppError('auth.email_not_verified')
  const { password, mfaCode, ...ticket } = input
  const { identity, consume } = await openTicket(ctx, ticket)
  const { passwordHash } = await proveIdentity(ctx, password, mfaCode)
  await consume()
  const { provider, subject } = identity
  const now = ctx.now()
  const theirs = identity.email?.toLowerCase() ?? ''
  try {
    const outcome = await commit(ctx, {
      guard: linkIdentity({ provider, subject, userId, email: theirs, now }, { passwordHash }),
      audit: {
        action: 'oauth.linked',
        targetType: 'oauth_identity',
        targetId: provider,
        after: { provider, ...(await auditedAddress(theirs)) },
      },
      messages: [linkedMail(email, provider), linkedNotice(userId, provider)],
    })
    if (outcome === 'guard_missed') {
      if ((await findIdentity(ctx.env.DB, userId, provider)) !== null)
        throw new AppError('resource.exists', { detail: 'An identity of this provider is already linked.' })
      throw new AppError('resource.conflict', { detail: 'The account was just changed. Try again.' })
    }
  } catch (error) {
    if (isUniqueViolation(error, 'oauth_identities.'))
      throw new AppError('resource.exists', { detail: 'The identity is already linked to an account.' })
    throw error
  }
  return { provider, email: theirs, createdAt: toIso(now) }
}

export async function deleteIdentity(ctx: ServiceContext, provider: string): Promise<void> {
  const { userId, email } = ctx.actor
  const outcome = await commit(ctx, {
    guard: unlinkIdentity(userId, provider),
    audit: {
      action: 'oauth.unlinked',
      targetType: 'oauth_identity',
      targetId: provider,
      before: { provider },
    },
    messages: [unlinkedMail(email, provider), unlinkedNotice(userId, provider)],
  })
  if (outcome === 'done') return
  await getIdentity(ctx, provider)
  throw new AppError('auth.last_sign_in_method', {
    detail: 'Set a password with a password reset, or link another provider, first.',
  })
}

const toView = (row: IdentityRow): OauthIdentity => ({ ...row, createdAt: toIso(row.createdAt) })
