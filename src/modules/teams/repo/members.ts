// Team members. Every change is one guarded statement that also checks that the actor still has the role that authorised the
// request. Of two concurrent changes, the second sees the first or has no effect.
import { and, count, eq } from 'drizzle-orm'
import type { Actor } from '../../../context.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { type TeamRole, teamMembers, users } from '../../../db/schema/index.ts'

export type MemberRow = { userId: string; name: string; email: string; role: TeamRole; createdAt: number }

const COLUMNS = {
  userId: teamMembers.userId,
  name: users.name,
  email: users.email,
  role: teamMembers.role,
  createdAt: teamMembers.createdAt,
}

const ofTeam = (teamId: string, role: TeamRole | undefined) =>
  and(eq(teamMembers.teamId, teamId), role === undefined ? undefined : eq(teamMembers.role, role))

export function findMembers(
  db: Db,
  teamId: string,
  options: ListOptions & { role?: TeamRole | undefined },
): Promise<MemberRow[]> {
  const { where, orderBy, limit } = keyset(options, { joinedAt: teamMembers.createdAt }, teamMembers.userId)
  return db
    .select(COLUMNS)
    .from(teamMembers)
    .innerJoin(users, eq(users.id, teamMembers.userId))
    .where(and(ofTeam(teamId, options.role), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countMembers(db: Db, teamId: string, role: TeamRole | undefined): Promise<number> {
  const [row] = await db.select({ total: count() }).from(teamMembers).where(ofTeam(teamId, role))
  return row?.total ?? 0
}

export async function findMember(db: Db, teamId: string, userId: string): Promise<MemberRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(teamMembers)
    .innerJoin(users, eq(users.id, teamMembers.userId))
    .where(and(eq(teamMembers.teamId, teamId), eq(teamMembers.userId, userId)))
  return row ?? null
}

type ActorRole = Pick<Actor, 'teamId' | 'userId' | 'teamRole'>

const ACTOR_HOLDS_ROLE =
  'EXISTS (SELECT 1 FROM team_members a WHERE a.team_id = ?1 AND a.user_id = ?2 AND a.role = ?3)'

export const guardRoleChange = (
  actor: ActorRole,
  userId: string,
  seen: TeamRole,
  role: Exclude<TeamRole, 'owner'>,
): Statement =>
  statement(
    `UPDATE team_members SET role = ?6 WHERE team_id = ?1 AND user_id = ?4 AND role = ?5 AND role <> 'owner' AND ${ACTOR_HOLDS_ROLE}`,
    actor.teamId,
    actor.userId,
    actor.teamRole,
    userId,
    seen,
    role,
  )

export const guardRemoval = (actor: ActorRole, userId: string, seen: TeamRole): Statement =>
  statement(
    `DELETE FROM team_members WHERE team_id = ?1 AND user_id = ?4 AND role = ?5 AND role <> 'owner' AND ${ACTOR_HOLDS_ROLE}`,
    actor.teamId,
    actor.userId,
    actor.teamRole,
    userId,
    seen,
  )

/** Transfers the team. Of two concurrent transfers, the second misses because the owner has changed. */
export const guardTransfer = (
  actor: ActorRole,
  userId: string,
  seen: TeamRole,
  theirPlan: Plan,
  now: number,
): Statement =>
  statement(
    `UPDATE teams SET owner_id = ?3, version = version + 1, updated_at = ?5
     WHERE id = ?1 AND owner_id = ?2 AND personal = 0
       AND EXISTS (SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id
                   WHERE m.team_id = ?1 AND m.user_id = ?3 AND m.role = ?4 AND u.status = 'active')
       AND (?6 IS NULL OR (SELECT count(*) FROM teams o WHERE o.owner_id = ?3 AND o.personal = 0) < ?6)`,
    actor.teamId,
    actor.userId,
    userId,
    seen,
    now,
    PLAN_LIMITS[theirPlan].teams,
  )

/** Use it only in a commit with `guardTransfer`. The old owner becomes an admin first, so there are never two owners. */
export const swapOwner = (teamId: string, from: string, to: string): Statement[] => [
  statement("UPDATE team_members SET role = 'admin' WHERE team_id = ? AND user_id = ?", teamId, from),
  statement("UPDATE team_members SET role = 'owner' WHERE team_id = ? AND user_id = ?", teamId, to),
]

/** Without this, a removed admin could return through an invitation they sent to another address. */
export const revokeInvitationsBy = (teamId: string, userId: string, now: number): Statement =>
  statement(
    `UPDATE team_invitations SET revoked_at = ? WHERE team_id = ? AND invited_by = ? AND accepted_at IS NULL AND revoked_at IS NULL`,
    now,
    teamId,
    userId,
  )

/** In all teams they are in. In teams they have left, the invitations were revoked when they left. */
export const revokeInvitationsOf = (userId: string, now: number): Statement =>
  statement(
    `UPDATE team_invitations SET revoked_at = ?2 WHERE invited_by = ?1 AND accepted_at IS NULL AND revoked_at IS NULL
       AND team_id IN (SELECT m.team_id FROM team_members m WHERE m.user_id = ?1)`,
    userId,
    now,
  )

/** Those of these users who are in the team. */
export async function findMembersAmong(
  d1: D1Database,
  teamId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  const { results } = await d1
    .prepare(
      'SELECT m.user_id AS userId FROM json_each(?1) i CROSS JOIN team_members m ON m.team_id = ?2 AND m.user_id = i.value',
    )
    .bind(JSON.stringify(userIds), teamId)
    .all<{ userId: string }>()
  return new Set(results.map(({ userId }) => userId))
}
