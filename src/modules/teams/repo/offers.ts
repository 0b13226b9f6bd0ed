// An invitation as the invited person finds and accepts it. Accepting is one statement that checks every condition, including the
// plan's member limit. A token works once.
import { and, eq, isNotNull } from 'drizzle-orm'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { teamInvitations as inv, type TeamRole } from '../../../db/schema/index.ts'
import type { InvitationRow } from './invitations.ts'

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
