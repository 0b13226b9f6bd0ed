import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { requireRoom } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import type { TeamRole } from '../../../db/schema/index.ts'
import { roleReaches } from '../../../http/scopes.ts'
import {
  countMembers,
  findMember,
  findMembers,
  guardRemoval,
  guardRoleChange,
  guardTransfer,
  type MemberRow,
  revokeInvitationsBy,
  revokeKeysIn,
  swapOwner,
} from '../repo/members.ts'
import { findOwnership } from '../repo/teams.ts'
import type { ChangeMember, ListMembers, TeamMember } from '../schema/member.ts'
import { getTeam } from './teams.ts'

export async function listMembers(ctx: ServiceContext, query: ListMembers): Promise<Page<TeamMember>> {
  const { teamId } = ctx.actor
  const rows = await findMembers(ctx.db, teamId, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.userId }), toMember)
  return query.count ? { ...page, total: await countMembers(ctx.db, teamId, query.role) } : page
}

/** Nobody reaches above their own role, neither in whom they change nor in what they make of them. */
export async function changeMember(
  ctx: ServiceContext,
  userId: string,
  input: ChangeMember,
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
      detail: 'Hand the team over first: PATCH another member with the role owner.',
    })
  }
  const losesInviting = !roleReaches(input.role, 'admin')
  const done = await commit(ctx, {
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
  if (done === 'guard_missed') return overtaken(ctx, userId)
  return toMember({ ...member, role: input.role })
}

/** Removing someone and leaving are one thing: who it is decides whether it takes an admin. */
export async function removeMember(ctx: ServiceContext, userId: string): Promise<void> {
  const { actor } = ctx
  const leaving = userId === actor.userId
  if (!leaving) requireReach(actor.teamRole, 'admin')
  const member = await requireMember(ctx, userId)
  if (!leaving) requireReach(actor.teamRole, member.role)
  if (member.role === 'owner') {
    await refusePersonal(ctx)
    throw new AppError('team.last_owner', { detail: 'Hand the team over before you leave, or delete it.' })
  }
  const now = ctx.now()
  const done = await commit(ctx, {
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
  if (done === 'guard_missed') await overtaken(ctx, userId)
}

async function transferTo(ctx: ServiceContext, member: MemberRow): Promise<TeamMember> {
  const { actor } = ctx
  const room = await findOwnership(ctx.env.DB, member.userId)
  if (room === null) throw notFound('The member')
  requireRoom(room.plan, 'teams', room.ownedTeams, 'teams to the new owner')
  const done = await commit(ctx, {
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
  if (done === 'guard_missed') return overtaken(ctx, member.userId)
  return toMember({ ...member, role: 'owner' })
}

async function requireMember(ctx: ServiceContext, userId: string): Promise<MemberRow> {
  const member = await findMember(ctx.db, ctx.actor.teamId, userId)
  if (member === null) throw notFound('The member')
  return member
}

function requireReach(own: TeamRole, other: TeamRole): void {
  if (!roleReaches(own, other))
    throw new AppError('access.denied', { detail: `This needs the role ${other} in the team.` })
}

async function refusePersonal(ctx: ServiceContext): Promise<void> {
  if ((await getTeam(ctx, ctx.actor.teamId)).personal) throw new AppError('team.personal')
}

/** A guard was missed: someone else has changed the same people since this request read them. */
async function overtaken(ctx: ServiceContext, userId: string): Promise<never> {
  await requireMember(ctx, userId)
  throw new AppError('resource.conflict', {
    detail: 'The members have just been changed by someone else; read them again.',
  })
}

const toMember = ({ createdAt, ...row }: MemberRow): TeamMember => ({ ...row, joinedAt: toIso(createdAt) })
