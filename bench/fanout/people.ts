// Members of the measured team: a user can have at most 200 connections.
import type { Engine } from '../engine/servers.ts'
import type { Place } from './sockets.ts'

export const SOCKETS_OF_A_USER = 200

export type Member = { headers: Record<string, string> }

export async function newMembers(engine: Engine, count: number): Promise<Member[]> {
  const members: Member[] = []
  for (let n = 0; n < count; n++) {
    const person = { email: `follower${n}@example.com`, password: 'Bench-them-all-1', name: `Follower ${n}` }
    const { accessToken, user } = await engine.call<{ accessToken: string; user: { id: string } }>(
      'POST',
      '/api/v1/auth/register',
      person,
    )
    const headers = { authorization: `Bearer ${accessToken}` }
    await engine.call('PUT', '/api/v1/users/subscription', { plan: 'team' }, headers)
    await engine.batch([
      {
        sql: "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'member', 0)",
        params: [engine.teamId, user.id],
      },
    ])
    members.push({ headers: { ...headers, 'x-team-id': engine.teamId } })
  }
  return members
}

/** Opens this many sockets on these channels, distributed over the members. */
export function placesOf(
  engine: Engine,
  members: readonly Member[],
  count: number,
  channels: string,
): Place[] {
  const url = `ws://127.0.0.1:${engine.port}/api/v1/realtime/ws/workflows/me?channels=${channels}`
  return Array.from({ length: count }, (_, n) => ({
    url,
    headers: members[n % members.length]?.headers ?? {},
  }))
}
