import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { requireRoom } from '../../../core/plans.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { roleReaches } from '../../../http/scopes.ts'
import { rateLimiter } from '../../../objects/rate-limiter.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { notify } from '../../../queue/notify.ts'
import {
  countInvitations,
  findInvitation,
  findInvitations,
  findObstacles,
  guardInvite,
  guardResend,
  guardRevoke,
  type InvitationRow,
  type NewInvitation,
} from '../repo/invitations.ts'
import { findUserIdByEmail } from '../repo/offers.ts'
import type { CreateInvitation, Invitation, InvitationStatus, ListInvitations } from '../schema/invitation.ts'
import { invitationMail } from './invitation-mail.ts'
import { getTeam } from './teams.ts'

export const INVITATION_LIFE_MS = 7 * DAY_MS

/** Anybody can enter any address, so this allows inviting a department but not sending spam. */
const MAILS_PER_TEAM = { limit: 50, windowMs: HOUR_MS }

export async function listInvitations(
  ctx: ServiceContext,
  query: ListInvitations,
): Promise<Page<Invitation>> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const rows = await findInvitations(ctx.db, teamId, query, now)
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    (row) => toInvitation(row, now),
  )
  return query.count ? { ...page, total: await countInvitations(ctx.db, teamId, query.status, now) } : page
}

export async function getInvitation(ctx: ServiceContext, id: string): Promise<Invitation> {
  return toInvitation(await requireInvitation(ctx, id), ctx.now())
}

/**
 * Invites an address. The response is the same whether or not the address has an account. Nobody becomes a member without
 * accepting.
 */
export async function createInvitation(ctx: ServiceContext, input: CreateInvitation): Promise<Invitation> {
  const { actor } = ctx
  const now = ctx.now()
  requireSender(ctx)
  requireGrantable(ctx, input.role)
  const team = await getTeam(ctx, actor.teamId)
  if (team.personal) throw new AppError('team.personal', { detail: 'Create a team to work with others.' })
  await takeMail(ctx)
  const { token, invitation } = await draft(newId('inv', now), input, now)
  const outcome = await commit(ctx, {
    guard: guardInvite(actor, invitation, now),
    audit: {
      action: 'invitation.created',
      targetType: 'invitation',
      targetId: invitation.id,
      after: { ...(await auditedAddress(input.email)), role: input.role },
    },
    messages: [
      invitationMail(ctx, { token, teamName: team.name, ...invitation }),
      ...(await noticeToInvited(ctx, input.email, team.name, invitation.id)),
    ],
  })
  if (outcome === 'guard_missed') await explain(ctx, invitation)
  return getInvitation(ctx, invitation.id)
}

/** People with an account also get a notification. Only the mail has the link to accept, because it verifies the address. */
async function noticeToInvited(
  ctx: ServiceContext,
  email: string,
  teamName: string,
  invitationId: string,
): Promise<QueueMessage[]> {
  const userId = await findUserIdByEmail(ctx.env.DB, email)
  if (userId === null) return []
  return [
    notify({
      kind: 'invitation',
      to: { userIds: [userId] },
      teamId: null,
      title: `You are invited to the team ${teamName}`,
      message: 'The mail with the link to accept was sent to your address.',
      subject: { type: 'invitation', id: invitationId },
      mailed: true,
    }),
  ]
}

export async function resendInvitation(ctx: ServiceContext, id: string): Promise<Invitation> {
  const { actor } = ctx
  const now = ctx.now()
  requireSender(ctx)
  const row = await requireInvitation(ctx, id)
  requireGrantable(ctx, row.role)
  requireOpen(row)
  const team = await getTeam(ctx, actor.teamId)
  await takeMail(ctx)
  const { token, invitation } = await draft(id, row, now)
  const outcome = await commit(ctx, {
    guard: guardResend(actor, invitation, now),
    audit: {
      action: 'invitation.resent',
      targetType: 'invitation',
      targetId: id,
      after: { ...(await auditedAddress(row.email)), expiresAt: toIso(invitation.expiresAt) },
    },
    messages: [invitationMail(ctx, { token, teamName: team.name, ...invitation })],
  })
  if (outcome === 'guard_missed') {
    requireOpen(await requireInvitation(ctx, id))
    await explain(ctx, invitation)
  }
  return getInvitation(ctx, id)
}

export async function revokeInvitation(ctx: ServiceContext, id: string): Promise<void> {
  const row = await requireInvitation(ctx, id)
  requireOpen(row)
  const outcome = await commit(ctx, {
    guard: guardRevoke(ctx.actor.teamId, id, ctx.now()),
    audit: {
      action: 'invitation.revoked',
      targetType: 'invitation',
      targetId: id,
      before: { ...(await auditedAddress(row.email)), role: row.role },
    },
  })
  if (outcome === 'guard_missed') requireOpen(await requireInvitation(ctx, id))
}

async function draft(
  id: string,
  to: Pick<InvitationRow, 'email' | 'role'>,
  now: number,
): Promise<{ token: string; invitation: NewInvitation }> {
  const token = randomToken()
  const tokenHash = await sha256Hex(token)
  return {
    token,
    invitation: { id, email: to.email, role: to.role, tokenHash, expiresAt: now + INVITATION_LIFE_MS },
  }
}

/** The mail shows the sender's address, so it must be verified. */
function requireSender({ actor }: ServiceContext): void {
  if (actor.emailVerified) return
  throw new AppError('auth.email_not_verified', {
    detail: 'Verify your email address first. Invitations show it as the sender.',
  })
}

function requireGrantable(ctx: ServiceContext, role: InvitationRow['role']): void {
  if (!roleReaches(ctx.actor.teamRole, role))
    throw new AppError('access.denied', { detail: `This requires the ${role} role in the team.` })
}

function requireOpen(row: InvitationRow): void {
  if (row.acceptedAt !== null)
    throw new AppError('resource.conflict', { detail: 'The invitation was already accepted.' })
  if (row.revokedAt !== null)
    throw new AppError('resource.conflict', { detail: 'The invitation was revoked. Create a new one.' })
}

async function requireInvitation(ctx: ServiceContext, id: string): Promise<InvitationRow> {
  const row = await findInvitation(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The invitation')
  return row
}

async function takeMail(ctx: ServiceContext): Promise<void> {
  if (!ctx.settings.RATE_LIMITS) return
  const bucket = rateLimiter(ctx.env.RATE_LIMITER, `invitations:${ctx.actor.teamId}`)
  const decision = await bucket.take(MAILS_PER_TEAM)
  if (decision.allowed) return
  throw new AppError('rate.limited', {
    detail: `A team can send at most ${MAILS_PER_TEAM.limit} invitations per hour.`,
    retryAfterSeconds: Math.ceil(decision.retryAfterMs / 1000),
  })
}

/** Finds out which condition of the guard failed, for the error message. */
async function explain(ctx: ServiceContext, invitation: NewInvitation): Promise<never> {
  const { env, actor } = ctx
  const found = await findObstacles(env.DB, actor.teamId, invitation.email, ctx.now(), invitation.id)
  if (found.isMember) throw new AppError('resource.exists', { detail: 'The address is already a member.' })
  if (found.isInvited) {
    throw new AppError('resource.exists', {
      detail: 'The address is already invited. Resend or revoke that invitation.',
    })
  }
  requireRoom(actor.plan, 'membersPerTeam', found.members + found.pending, 'members and open invitations')
  throw new AppError('resource.conflict', { detail: 'The team was just changed. Try again.' })
}

export function statusOf(row: InvitationRow, now: number): InvitationStatus {
  if (row.acceptedAt !== null) return 'accepted'
  if (row.revokedAt !== null) return 'revoked'
  return row.expiresAt > now ? 'pending' : 'expired'
}

const toInvitation = (row: InvitationRow, now: number): Invitation => ({
  id: row.id,
  teamId: row.teamId,
  email: row.email,
  role: row.role,
  status: statusOf(row, now),
  invitedBy: row.invitedBy,
  createdAt: toIso(row.createdAt),
  expiresAt: toIso(row.expiresAt),
})
