// The invitations of a team. Creating and resending are one statement each that checks every condition, including the plan's
// member limit. If two requests run at the same time, only one gets the last place.
import { and, count, eq, gt, isNotNull, isNull, lte, type SQL } from 'drizzle-orm'
import type { Actor } from '../../../context.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { teamInvitations as inv, type TeamRole } from '../../../db/schema/index.ts'
import type { InvitationStatus } from '../schema/invitation.ts'

const COLUMNS = {
  id: inv.id,
  teamId: inv.teamId,
  email: inv.email,
  role: inv.role,
  invitedBy: inv.invitedBy,
  createdAt: inv.createdAt,
  expiresAt: inv.expiresAt,
  acceptedAt: inv.acceptedAt,
  revokedAt: inv.revokedAt,
}

export type InvitationRow = Pick<
  typeof inv.$inferSelect,
  'id' | 'teamId' | 'email' | 'role' | 'invitedBy' | 'createdAt' | 'expiresAt' | 'acceptedAt' | 'revokedAt'
>

function hasStatus(status: InvitationStatus, now: number): SQL | undefined {
  if (status === 'accepted') return isNotNull(inv.acceptedAt)
  if (status === 'revoked') return isNotNull(inv.revokedAt)
  const open = and(isNull(inv.acceptedAt), isNull(inv.revokedAt))
  return and(open, status === 'pending' ? gt(inv.expiresAt, now) : lte(inv.expiresAt, now))
}

const ofTeam = (teamId: string, status: InvitationStatus | undefined, now: number) =>
  and(eq(inv.teamId, teamId), status === undefined ? undefined : hasStatus(status, now))

export function findInvitations(
  db: Db,
  teamId: string,
  options: ListOptions & { status?: InvitationStatus | undefined },
  now: number,
): Promise<InvitationRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: inv.createdAt }, inv.id)
  return db
    .select(COLUMNS)
    .from(inv)
    .where(and(ofTeam(teamId, options.status, now), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countInvitations(
  db: Db,
  teamId: string,
  status: InvitationStatus | undefined,
  now: number,
): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(inv)
    .where(ofTeam(teamId, status, now))
  return row?.total ?? 0
}

export async function findInvitation(db: Db, teamId: string, id: string): Promise<InvitationRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(inv)
    .where(and(eq(inv.id, id), eq(inv.teamId, teamId)))
  return row ?? null
}

/** What can prevent inviting an address. */
export type Obstacles = { isMember: number; isInvited: number; members: number; pending: number }

const IS_MEMBER =
  'EXISTS (SELECT 1 FROM users u JOIN team_members m ON m.team_id = ?1 AND m.user_id = u.id WHERE u.email = ?2)'

const OTHER_IS_PENDING = `EXISTS (SELECT 1 FROM team_invitations p WHERE p.team_id = ?1 AND p.email = ?2 AND p.id <> ?4
  AND p.accepted_at IS NULL AND p.revoked_at IS NULL AND p.expires_at > ?3)`

const MEMBERS = '(SELECT count(*) FROM team_members m WHERE m.team_id = ?1)'

const OTHERS_PENDING = `(SELECT count(*) FROM team_invitations p WHERE p.team_id = ?1 AND p.id <> ?4
  AND p.accepted_at IS NULL AND p.revoked_at IS NULL AND p.expires_at > ?3)`

/** The address is no member, has no other open invitation, all invited people fit, and the actor's role and plan are unchanged. */
const MAY_INVITE = `NOT ${IS_MEMBER} AND NOT ${OTHER_IS_PENDING}
  AND (?5 IS NULL OR ${MEMBERS} + ${OTHERS_PENDING} < ?5)
  AND EXISTS (SELECT 1 FROM team_members a JOIN teams t ON t.id = a.team_id JOIN users w ON w.id = a.user_id
              WHERE w.status = 'active' AND a.team_id = ?1 AND a.user_id = ?6 AND a.role = ?7 AND t.plan = ?8 AND t.personal = 0)`

type Inviter = Pick<Actor, 'teamId' | 'userId' | 'teamRole' | 'plan'>

const inviteParams = (actor: Inviter, email: string, now: number, id: string) => [
  actor.teamId,
  email,
  now,
  id,
  PLAN_LIMITS[actor.plan].membersPerTeam,
  actor.userId,
  actor.teamRole,
  actor.plan,
]

export async function findObstacles(
  d1: D1Database,
  teamId: string,
  email: string,
  now: number,
  id: string,
): Promise<Obstacles> {
  const row = await d1
    .prepare(
      `SELECT ${IS_MEMBER} AS isMember, ${OTHER_IS_PENDING} AS isInvited, ${MEMBERS} AS members, ${OTHERS_PENDING} AS pending`,
    )
    .bind(teamId, email, now, id)
    .first<Obstacles>()
  if (row === null) throw new Error('A SELECT without FROM always returns a row')
  return row
}

export type NewInvitation = {
  id: string
  email: string
  role: TeamRole
  tokenHash: string
  expiresAt: number
}

export const guardInvite = (actor: Inviter, invitation: NewInvitation, now: number): Statement =>
  statement(
    `INSERT INTO team_invitations (id, team_id, email, role, token_hash, invited_by, created_at, expires_at)
     SELECT ?4, ?1, ?2, ?9, ?10, ?6, ?3, ?11 WHERE ${MAY_INVITE}`,
    ...inviteParams(actor, invitation.email, now, invitation.id),
    invitation.role,
    invitation.tokenHash,
    invitation.expiresAt,
  )

/** The new token replaces the previous one. */
export const guardResend = (actor: Inviter, invitation: NewInvitation, now: number): Statement =>
  statement(
    `UPDATE team_invitations SET token_hash = ?9, expires_at = ?10
     WHERE id = ?4 AND team_id = ?1 AND accepted_at IS NULL AND revoked_at IS NULL AND ${MAY_INVITE}`,
    ...inviteParams(actor, invitation.email, now, invitation.id),
    invitation.tokenHash,
    invitation.expiresAt,
  )

export const guardRevoke = (teamId: string, id: string, now: number): Statement =>
  statement(
    'UPDATE team_invitations SET revoked_at = ? WHERE id = ? AND team_id = ? AND accepted_at IS NULL AND revoked_at IS NULL',
    now,
    id,
    teamId,
  )
