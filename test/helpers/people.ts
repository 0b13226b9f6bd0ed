// Inserts people and teams directly into D1: that is fast, so each test has its own and nothing must be reset.
import { env } from 'cloudflare:workers'
import { newId } from '../../src/core/ids.ts'
import type { Plan } from '../../src/core/plans.ts'
import type { PlatformRole, TeamRole } from '../../src/db/schema/index.ts'
import { readSettings } from '../../src/env.ts'
import { hashPassword } from '../../src/modules/auth/passwords/hash.ts'
import { signAccessToken } from '../../src/modules/auth/sessions/access-token.ts'
import type { Caller } from './api.ts'
import { clock } from './clock.ts'

export type Person = Caller & {
  token: string
  userId: string
  email: string
  teamId: string
  sessionId: string
}

type PersonOptions = { platformRole?: PlatformRole; plan?: Plan; name?: string }

export async function newPerson(options: PersonOptions = {}): Promise<Person> {
  const now = clock.next()
  const userId = newId('usr', now)
  const teamId = newId('team', now)
  const sessionId = newId('ses', now)
  const email = `${userId}@example.com`
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, email, email_verified_at, name, role, personal_team_id, preferences, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, '{}', ?, ?)`,
    ).bind(
      userId,
      email,
      now,
      options.name ?? 'Test Person',
      options.platformRole ?? 'user',
      teamId,
      now,
      now,
    ),
    env.DB.prepare(
      "INSERT INTO teams (id, name, personal, owner_id, plan, created_at, updated_at) VALUES (?, 'Personal', 1, ?, ?, ?, ?)",
    ).bind(teamId, userId, options.plan ?? 'team', now, now),
    env.DB.prepare(
      "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)",
    ).bind(teamId, userId, now),
    env.DB.prepare(
      "INSERT INTO sessions (id, user_id, method, created_at, last_used_at, expires_at) VALUES (?, ?, 'password', ?, ?, ?)",
    ).bind(sessionId, userId, now, now, now + 7 * 86_400_000),
  ])
  const token = await signAccessToken(
    readSettings(env),
    { userId, sessionId, tokenVersion: 1, personalTeamId: teamId },
    now,
  )
  return { token, userId, email, teamId, sessionId }
}

/** A shared team with its owner. `join` adds another person. */
export async function newTeam(
  owner?: Person,
): Promise<{ teamId: string; owner: Person; join: (role: TeamRole) => Promise<Person> }> {
  const now = clock.next()
  const person = owner ?? (await newPerson())
  const teamId = newId('team', now)
  const addMember = (userId: string, role: TeamRole) =>
    env.DB.prepare('INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, ?, ?)').bind(
      teamId,
      userId,
      role,
      clock.now(),
    )
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO teams (id, name, personal, owner_id, plan, created_at, updated_at) VALUES (?, 'Test team', 0, ?, 'team', ?, ?)",
    ).bind(teamId, person.userId, now, now),
    addMember(person.userId, 'owner'),
  ])
  const join = async (role: TeamRole): Promise<Person> => {
    const member = await newPerson()
    await addMember(member.userId, role).run()
    return { ...member, teamId }
  }
  return { teamId, owner: { ...person, teamId }, join }
}

/** In the form that the Worker stores. */
export const hashOf = (password: string): Promise<string> => hashPassword(readSettings(env), password)
