// The person behind a run that changes tasks, with their current rights.
import type { Actor } from '../../../context.ts'
import { prepare, statement } from '../../../db/statement.ts'

type MemberRow = Pick<Actor, 'email' | 'platformRole' | 'teamRole' | 'plan'> & {
  emailVerifiedAt: number | null
}

/** Null if the person has left the team, or may not sign in any more. */
export async function findMember(d1: D1Database, teamId: string, userId: string): Promise<Actor | null> {
  const row = await prepare(
    d1,
    statement(
      `SELECT u.email, u.email_verified_at AS emailVerifiedAt, u.role AS platformRole, m.role AS teamRole, t.plan
       FROM team_members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id
       WHERE m.team_id = ?1 AND m.user_id = ?2 AND u.status = 'active'`,
      teamId,
      userId,
    ),
  ).first<MemberRow>()
  if (row === null) return null
  const { emailVerifiedAt, ...member } = row
  const emailVerified = emailVerifiedAt !== null
  return {
    kind: 'user',
    userId,
    ...member,
    emailVerified,
    teamId,
    sessionId: null,
    keyId: null,
    scopes: null,
  }
}
