import { and, eq, sql } from 'drizzle-orm'
import { decodeCursor } from '../../../core/cursor.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotList, hotRead } from '../../../db/hot-read.ts'
import type { ListOptions } from '../../../db/paginate.ts'
import { type TeamRole, teams } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'

export type TeamRow = Pick<
  Stored<typeof teams.$inferSelect>,
  'id' | 'name' | 'description' | 'personal' | 'ownerId' | 'plan' | 'version' | 'createdAt' | 'updatedAt'
> & {
  role: TeamRole
}

const COLUMNS = columns<TeamRow>({
  id: 't.id',
  name: 't.name',
  description: 't.description',
  personal: 't.personal',
  ownerId: 't.owner_id',
  plan: 't.plan',
  role: 'm.role',
  version: 't.version',
  createdAt: 't.created_at',
  updatedAt: 't.updated_at',
})

const FROM = 'FROM team_members m JOIN teams t ON t.id = m.team_id'

export const findTeam = (teamId: string, userId: string): HotRead<TeamRow> =>
  hotRead(COLUMNS, `${FROM} WHERE m.team_id = ?1 AND m.user_id = ?2`, [teamId, userId])

/** Team ids sort by creation time, so the membership index alone gives the order. */
export function findTeamsOf(userId: string, options: ListOptions): HotRead<TeamRow> {
  const descending = options.sort.startsWith('-')
  const after = options.cursor === undefined ? null : decodeCursor(options.cursor, options.sort).id
  const since = after === null ? '' : `AND m.team_id ${descending ? '<' : '>'} ?2`
  return hotList(
    COLUMNS,
    `${FROM} WHERE m.user_id = ?1 ${since} ORDER BY m.team_id ${descending ? 'DESC' : 'ASC'}`,
    [userId, ...(after === null ? [] : [after])],
    options.limit + 1,
  )
}

export async function countTeamsOf(d1: D1Database, userId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS total FROM team_members WHERE user_id = ?')
    .bind(userId)
    .first<{ total: number }>()
  return row?.total ?? 0
}

export type Ownership = { plan: Plan; ownedTeams: number }

/** The plan of the personal team limits how many teams a user can own. */
export const findOwnership = (d1: D1Database, userId: string): Promise<Ownership | null> =>
  d1
    .prepare(
      `SELECT p.plan, (SELECT count(*) FROM teams t WHERE t.owner_id = u.id AND t.personal = 0) AS ownedTeams
       FROM users u JOIN teams p ON p.id = u.personal_team_id WHERE u.id = ?`,
    )
    .bind(userId)
    .first<Ownership>()

/** A guard that changes nothing. Two teams created at the same time cannot both take the last place. */
export const guardRoomToOwn = (userId: string, plan: Plan): Statement =>
  statement(
    `UPDATE users SET version = version WHERE id = ?1
       AND EXISTS (SELECT 1 FROM teams p WHERE p.id = users.personal_team_id AND p.plan = ?2)
       AND (?3 IS NULL OR (SELECT count(*) FROM teams t WHERE t.owner_id = ?1 AND t.personal = 0) < ?3)`,
    userId,
    plan,
    PLAN_LIMITS[plan].teams,
  )

export const updateTeam = (
  db: Db,
  teamId: string,
  changes: { name?: string | undefined; description?: string | undefined },
  seen: number | null,
  now: number,
): Statement =>
  db
    .update(teams)
    .set({ ...changes, version: sql`${teams.version} + 1`, updatedAt: now })
    .where(and(eq(teams.id, teamId), seen === null ? undefined : eq(teams.version, seen)))

/** Rows that refer to the team are deleted by ON DELETE CASCADE. */
export const deleteTeam = (teamId: string, ownerId: string, seen: number | null): Statement =>
  statement(
    'DELETE FROM teams WHERE id = ?1 AND owner_id = ?2 AND personal = 0 AND (?3 IS NULL OR version = ?3)',
    teamId,
    ownerId,
    seen,
  )

/** Use it only in the commit that deletes the account. */
export const deleteTeamsOf = (ownerId: string): Statement =>
  statement('DELETE FROM teams WHERE owner_id = ?', ownerId)

export type NewTeam = {
  id: string
  name: string
  description: string
  personal: boolean
  ownerId: string
  plan: Plan
  now: number
}

/** Inserts a team and its owner as first member. */
export const insertTeam = (team: NewTeam): Statement[] => [
  statement(
    'INSERT INTO teams (id, name, description, personal, owner_id, plan, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    team.id,
    team.name,
    team.description,
    team.personal ? 1 : 0,
    team.ownerId,
    team.plan,
    team.now,
    team.now,
  ),
  statement(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)",
    team.id,
    team.ownerId,
    team.now,
  ),
]
