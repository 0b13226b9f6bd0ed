import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { proveIdentity } from '../identity-proof.ts'
import { linkedMail, unlinkedMail } from './mails.ts'
import { findIdentities, findIdentity, type IdentityRow, linkIdentity, unlinkIdentity } from './repo.ts'
import type { LinkOauthIdentity, OauthIdentities, OauthIdentity } from './schema.ts'
import { openTicket } from './tickets.ts'

export async function listIdentities(ctx: ReadContext): Promise<OauthIdentities> {
  const { rows } = await ctx.read((who) => findIdentities(who.userId))
  return { items: rows.map(toView), nextCursor: null }
}

export async function getIdentity(ctx: ServiceContext, provider: string): Promise<OauthIdentity> {
  const row = await findIdentity(ctx.env.DB, ctx.actor.userId, provider)
  if (row === null) throw notFound('The identity')
  return toView(row)
}

/**
 * Links what the browser has just signed in to. The addresses may differ, since both accounts were entered; but an
 * account that has not proven its own address could be lying in wait for the owner of it, and gets no second way in.
 * What is linked opens the account for good, also after a change of password, so a stolen session alone must not do it.
 */
export async function linkMine(
  ctx: ServiceContext,
  input: LinkOauthIdentity & { cookie: string | undefined },
): Promise<OauthIdentity> {
  const { userId, email, emailVerified } = ctx.actor
  if (!emailVerified) throw new AppError('auth.email_not_verified')
  const { password, mfaCode, ...ticket } = input
  const { identity, spend } = await openTicket(ctx, ticket)
  const { passwordHash } = await proveIdentity(ctx, password, mfaCode)
  await spend()
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
      messages: [linkedMail(email, provider)],
    })
    if (outcome === 'guard_missed') {
      if ((await findIdentity(ctx.env.DB, userId, provider)) !== null)
        throw new AppError('resource.exists', { detail: 'An identity of this provider is linked already.' })
      throw new AppError('resource.conflict', { detail: 'The account has just been changed; try again.' })
    }
  } catch (error) {
    if (isUniqueViolation(error, 'oauth_identities.'))
      throw new AppError('resource.exists', { detail: 'The identity is linked to an account already.' })
    throw error
  }
  return { provider, email: theirs, createdAt: toIso(now) }
}

export async function unlinkMine(ctx: ServiceContext, provider: string): Promise<void> {
  const { userId, email } = ctx.actor
  const outcome = await commit(ctx, {
    guard: unlinkIdentity(userId, provider),
    audit: {
      action: 'oauth.unlinked',
      targetType: 'oauth_identity',
      targetId: provider,
      before: { provider },
    },
    messages: [unlinkedMail(email, provider)],
  })
  if (outcome === 'done') return
  await getIdentity(ctx, provider)
  throw new AppError('auth.last_sign_in_method', {
    detail: 'Set a password by a reset, or link another provider, first.',
  })
}

const toView = (row: IdentityRow): OauthIdentity => ({ ...row, createdAt: toIso(row.createdAt) })
