// Users for administrators. Queries here are not limited to the caller's team.
import { decodeCursor } from '../../../core/cursor.ts'
import type { Plan } from '../../../core/plans.ts'
import type { users } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import type { ListUsers } from '../schema.ts'

export type UserRow = Pick<
  Stored<typeof users.$inferSelect>,
  | 'id'
  | 'email'
  | 'emailVerifiedAt'
  | 'name'
  | 'role'
  | 'status'
  | 'mfaEnabled'
  | 'personalTeamId'
  | 'lastSignInAt'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
> & {
  plan: Plan
}

const COLUMNS = `u.id, u.email, u.email_verified_at AS emailVerifiedAt, u.name, u.role, u.status, u.mfa_enabled AS mfaEnabled,
  u.personal_team_id AS personalTeamId, (SELECT p.plan FROM teams p WHERE p.id = u.personal_team_id) AS plan, u.last_sign_in_at AS lastSignInAt, u.version, u.created_at AS createdAt,
  u.updated_at AS updatedAt`

const SORT_COLUMNS: Record<string, string> = { createdAt: 'u.created_at', email: 'u.email' }

export const findUser = (d1: D1Database, id: string): Promise<UserRow | null> =>
  d1.prepare(`SELECT ${COLUMNS} FROM users u WHERE u.id = ?`).bind(id).first<UserRow>()

export async function findUsers(d1: D1Database, query: ListUsers): Promise<UserRow[]> {
  const descending = query.sort.startsWith('-')
  const column = SORT_COLUMNS[query.sort.replace(/^-/, '')]
  const { from, where, params } = matching(query)
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    where.push(`(${column}, u.id) ${descending ? '<' : '>'} (?, ?)`)
    params.push(at.value, at.id)
  }
  const direction = descending ? 'DESC' : 'ASC'
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM ${from} WHERE ${where.join(' AND ') || 'TRUE'}
       ORDER BY ${column} ${direction}, u.id ${direction} LIMIT ?`,
    )
    .bind(...params, query.limit + 1)
    .all<UserRow>()
  return results
}

export async function countUsers(d1: D1Database, query: ListUsers): Promise<number> {
  const { from, where, params } = matching(query)
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM ${from} WHERE ${where.join(' AND ') || 'TRUE'}`)
    .bind(...params)
    .first<{ total: number }>()
  return row?.total ?? 0
}

/** Finds the few matches through the indexes on address and name first. CROSS JOIN makes SQLite keep that order. */
const SEARCH = `(
    SELECT id FROM users WHERE email >= ? AND email < ?
    UNION
    SELECT id FROM users WHERE lower("name") >= lower(?) AND lower("name") < lower(?)
  ) AS hit CROSS JOIN users u ON u.id = hit.id`

function matching(query: Pick<ListUsers, 'q' | 'role' | 'status'>) {
  const where: string[] = []
  const params: (string | number)[] = []
  if (query.q !== undefined) {
    const [address, end] = [query.q.toLowerCase(), '\u{10ffff}']
    params.push(address, address + end, query.q, query.q + end)
  }
  if (query.role !== undefined) {
    where.push('u.role = ?')
    params.push(query.role)
  }
  if (query.status !== undefined) {
    where.push('u.status = ?')
    params.push(query.status)
  }
  return { from: query.q === undefined ? 'users u' : SEARCH, where, params }
}
