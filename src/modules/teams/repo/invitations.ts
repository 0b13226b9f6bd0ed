// Invitations. Creating, resending and accepting are one statement each that checks every condition, including the plan's
// member limit. If two requests run at the same time, only one gets the last place. A token works once.
import { and, count, eq, gt, isNotNull, isNull, lte, type SQL } from 'drizzle-orm'
import type { Actor } from '../../../context.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
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

export type OfferRow = InvitationRow & { plan: Plan; members: number; alreadyMember: number }

/** The invitation behind a token, only for the address it was sent to. */
export const findOffer = (
  d1: D1Database,
  tokenHash: string,
  userId: string,
  email: string,
): Promise<OfferRow | null> =>
  d1
    .prepare(
      `SELECT i.id, i.team_id AS teamId, i.email, i.role, i.invited_by AS invitedBy, i.created_at AS createdAt,
         i.expires_at AS expiresAt, i.accepted_at AS acceptedAt, i.revoked_at AS revokedAt, t.plan,
         (SELECT count(*) FROM team_members m WHERE m.team_id = i.team_id) AS members,
         EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = i.team_id AND m.user_id = ?2) AS alreadyMember
       FROM team_invitations i JOIN teams t ON t.id = i.team_id WHERE i.token_hash = ?1 AND i.email = ?3`,
    )
    .bind(tokenHash, userId, email)
    .first<OfferRow>()

const IS_OPEN = 'accepted_at IS NULL AND revoked_at IS NULL'

export type OpenOffer = {
  teamName: string
  invitedBy: string | null
  email: string
  role: TeamRole
  expiresAt: number
  hasAccount: number
}

/** For anybody with the token, before they sign in. */
export const findOpenOffer = (d1: D1Database, tokenHash: string, now: number): Promise<OpenOffer | null> =>
  d1
    .prepare(
      `SELECT t.name AS teamName, (SELECT u.email FROM users u WHERE u.id = i.invited_by) AS invitedBy, i.email, i.role,
         i.expires_at AS expiresAt, EXISTS (SELECT 1 FROM users u WHERE u.email = i.email) AS hasAccount
       FROM team_invitations i JOIN teams t ON t.id = i.team_id
       WHERE i.token_hash = ? AND i.expires_at > ? AND ${IS_OPEN}`,
    )
    .bind(tokenHash, now)
    .first<OpenOffer>()

export async function hasOpenInvitation(d1: D1Database, email: string, now: number): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS found FROM team_invitations
       WHERE email = ? AND expires_at > ? AND ${IS_OPEN} LIMIT 1`,
    )
    .bind(email, now)
    .first()
  return row !== null
}

/** The team of an invitation that this user has accepted, for repeated requests. */
export async function findAcceptedTeamId(db: Db, id: string, email: string): Promise<string | null> {
  const [row] = await db
    .select({ teamId: inv.teamId })
    .from(inv)
    .where(and(eq(inv.id, id), eq(inv.email, email), isNotNull(inv.acceptedAt)))
  return row?.teamId ?? null
}

export const guardAccept = (offer: OfferRow, tokenHash: string, userId: string, now: number): Statement =>
  statement(
    `UPDATE team_invitations SET accepted_at = ?3
     WHERE id = ?1 AND token_hash = ?7 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?3
       AND email = (SELECT u.email FROM users u WHERE u.id = ?4 AND u.email_verified_at IS NOT NULL AND u.status = 'active')
       AND NOT EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = ?2 AND m.user_id = ?4)
       AND EXISTS (SELECT 1 FROM teams t WHERE t.id = ?2 AND t.plan = ?5)
       AND (?6 IS NULL OR (SELECT count(*) FROM team_members m WHERE m.team_id = ?2) < ?6)`,
    offer.id,
    offer.teamId,
    now,
    userId,
    offer.plan,
    PLAN_LIMITS[offer.plan].membersPerTeam,
    tokenHash,
  )

/** Use it only in a commit with `guardAccept`. */
export const insertMember = (teamId: string, userId: string, role: TeamRole, now: number): Statement =>
  statement(
    'INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, ?, ?)',
    teamId,
    userId,
    role,
    now,
  )

export async function findUserIdByEmail(d1: D1Database, email: string): Promise<string | null> {
  const row = await d1
    .prepare("SELECT id FROM users WHERE email = ? AND status = 'active'")
    .bind(email)
    .first<{ id: string }>()
  return row?.id ?? null
}
