import type { ServiceContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { requireRoom } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { findAcceptedTeamId, findOffer, guardAccept, insertMember, type OfferRow } from '../repo/offers.ts'
import type { Team } from '../schema/team.ts'
import { statusOf } from './invitations.ts'
import { getTeam } from './teams.ts'

/**
 * Accepts an invitation. Used, revoked, expired and unknown tokens and tokens for another address get the same error, so a
 * stolen token reveals nothing.
 */
export async function acceptInvitation(ctx: ServiceContext, token: string): Promise<Team> {
  const { actor } = ctx
  if (!actor.emailVerified) {
    throw new AppError('auth.email_not_verified', {
      detail:
        'Verify your email address first. Only the owner of the invited address can accept the invitation.',
    })
  }
  const tokenHash = await sha256Hex(token)
  const offer = await requireOffer(ctx, tokenHash)
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: guardAccept(offer, tokenHash, actor.userId, now),
    statements: [insertMember(offer.teamId, actor.userId, offer.role, now)],
    audit: {
      action: 'invitation.accepted',
      targetType: 'invitation',
      targetId: offer.id,
      teamId: offer.teamId,
      after: { userId: actor.userId, role: offer.role },
    },
  })
  if (outcome === 'guard_missed') {
    await requireOffer(ctx, tokenHash)
    throw new AppError('resource.conflict', { detail: 'The team was just changed. Try again.' })
  }
  return getTeam(ctx, offer.teamId)
}

/** The team of an invitation that the caller has already accepted, for a repeated request. */
export async function getJoinedTeam(ctx: ServiceContext, invitationId: string): Promise<Team> {
  const teamId = await findAcceptedTeamId(ctx.db, invitationId, ctx.actor.email)
  if (teamId === null) throw new AppError('invitation.invalid')
  return getTeam(ctx, teamId)
}

async function requireOffer(ctx: ServiceContext, tokenHash: string): Promise<OfferRow> {
  const { actor } = ctx
  const offer = await findOffer(ctx.env.DB, tokenHash, actor.userId, actor.email)
  if (offer === null || statusOf(offer, ctx.now()) !== 'pending') throw new AppError('invitation.invalid')
  if (offer.alreadyMember)
    throw new AppError('resource.exists', { detail: 'You are already a member of the team.' })
  requireRoom(offer.plan, 'membersPerTeam', offer.members, 'members')
  return offer
}
