import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { requireRoom } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import type { TeamRole } from '../../../db/schema/index.ts'
import { roleReaches } from '../../../http/scopes.ts'
import { revokeKeysIn } from '../../api-keys/index.ts'
import {
  countMembers,
  findMember,
  findMembers,
  guardRemoval,
  guardRoleChange,
  guardTransfer,
  type MemberRow,
  revokeInvitationsBy,
  swapOwner,
} from '../repo/members.ts'
import { findOwnership } from '../repo/teams.ts'
import type { ListMembers, TeamMember, UpdateMember } from '../schema/member.ts'
import { getTeam } from './teams.ts'

export async function listMembers(ctx: ServiceContext, query: ListMembers): Promise<Page<TeamMember>> {
  const { teamId } = ctx.actor
  const rows = await findMembers(ctx.db, teamId, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.userId }), toMember)
  return query.count ? { ...page, total: await countMembers(ctx.db, teamId, query.role) } : page
}

/** Members can only change members up to their own role, and only grant roles up to their own. */
export async function updateMember(
  ctx: ServiceContext,
  userId: string,
  input: UpdateMember,
): Promise<TeamMember> {
  const { actor } = ctx
  const member = await requireMember(ctx, userId)
  if (input.role === member.role) return toMember(member)
  requireReach(actor.teamRole, member.role)
  requireReach(actor.teamRole, input.role)
  if (input.role === 'owner') return transferTo(ctx, member)
  if (member.role === 'owner') {
    await refusePersonal(ctx)
    throw new AppError('team.last_owner', {
      detail: 'Transfer the team first: PATCH another member with the role owner.',
    })
  }
  const losesInviting = !roleReaches(input.role, 'admin')
  const outcome = await commit(ctx, {
    guard: guardRoleChange(actor, userId, member.role, input.role),
    statements: losesInviting ? [revokeInvitationsBy(actor.teamId, userId, ctx.now())] : [],
    audit: {
      action: 'member.role_changed',
      targetType: 'member',
      targetId: userId,
      before: { role: member.role },
      after: { role: input.role },
    },
  })
  if (outcome === 'guard_missed') return explainMiss(ctx, userId)
  return toMember({ ...member, role: input.role })
}

/** Removes a member. Everybody can remove themselves; removing others requires the admin role. */
export async function deleteMember(ctx: ServiceContext, userId: string): Promise<void> {
  const { actor } = ctx
  const leaving = userId === actor.userId
  if (!leaving) requireReach(actor.teamRole, 'admin')
  const member = await requireMember(ctx, userId)
  if (!leaving) requireReach(actor.teamRole, member.role)
  if (member.role === 'owner') {
    await refusePersonal(ctx)
    throw new AppError('team.last_owner', { detail: 'Transfer or delete the team before you leave it.' })
  }
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: guardRemoval(actor, userId, member.role),
    statements: [revokeKeysIn(actor.teamId, userId, now), revokeInvitationsBy(actor.teamId, userId, now)],
    audit: {
      action: leaving ? 'member.left' : 'member.removed',
      targetType: 'member',
      targetId: userId,
      before: { role: member.role },
    },
    messages: [{ type: 'live.revoke', of: 'user', id: userId }],
  })
  if (outcome === 'guard_missed') await explainMiss(ctx, userId)
}

async function transferTo(ctx: ServiceContext, member: MemberRow): Promise<TeamMember> {
  const { actor } = ctx
  const room = await findOwnership(ctx.env.DB, member.userId)
  if (room === null) throw notFound('The member')
  requireRoom(room.plan, 'teams', room.ownedTeams, 'teams to the new owner')
  const outcome = await commit(ctx, {
    guard: guardTransfer(actor, member.userId, member.role, room.plan, ctx.now()),
    statements: swapOwner(actor.teamId, actor.userId, member.userId),
    audit: {
      action: 'team.transferred',
      targetType: 'member',
      targetId: member.userId,
      before: { ownerId: actor.userId, role: member.role },
      after: { ownerId: member.userId, role: 'owner' },
    },
  })
  if (outcome === 'guard_missed') return explainMiss(ctx, member.userId)
  return toMember({ ...member, role: 'owner' })
}

async function requireMember(ctx: ServiceContext, userId: string): Promise<MemberRow> {
  const member = await findMember(ctx.db, ctx.actor.teamId, userId)
  if (member === null) throw notFound('The member')
  return member
}

function requireReach(own: TeamRole, other: TeamRole): void {
  if (!roleReaches(own, other))
    throw new AppError('access.denied', { detail: `This requires the ${other} role in the team.` })
}

async function refusePersonal(ctx: ServiceContext): Promise<void> {
  if ((await getTeam(ctx, ctx.actor.teamId)).personal) throw new AppError('team.personal')
}

/** The guard missed because another request has changed the same members. */
async function explainMiss(ctx: ServiceContext, userId: string): Promise<never> {
  await requireMember(ctx, userId)
  throw new AppError('resource.conflict', {
    detail: 'The members were just changed by another request. Read them again.',
  })
}

const toMember = ({ createdAt, ...row }: MemberRow): TeamMember => ({ ...row, joinedAt: toIso(createdAt) })
