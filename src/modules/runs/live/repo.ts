// Clients that follow runs, in D1. One statement inserts a follower and checks its rights. Code that ends rights looks for
// followers after its commit. So one of the two always sees that the rights have ended, whatever their order.
import { DAY_MS } from '../../../core/clock.ts'

/** The rights that a socket or stream was opened with: those of a session or an API key in a team. */
export type FollowerRights = {
  userId: string
  teamId: string
  sessionId: string | null
  keyId: string | null
}

export type Follower = FollowerRights & { id: string; runId: string }

/** The maximum duration, even for longer sessions. It limits how long rows stay after a crash; clients reconnect. */
export const MAX_FOLLOW_MS = DAY_MS

const KEY_HOLDS = `k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?1)
  AND EXISTS (SELECT 1 FROM json_each(k.scopes) WHERE value = 'runs:read')`

/** Returns the time until which the client may follow; null if its rights have ended. */
export async function insertFollower(
  d1: D1Database,
  { id, runId, teamId, userId, sessionId, keyId }: Follower,
  now: number,
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO run_followers (id, run_id, team_id, user_id, session_id, token_version, key_id, ends_at)
       SELECT ?2, ?3, m.team_id, u.id, s.id, CASE WHEN k.id IS NULL THEN u.token_version END, k.id,
         min(?8, coalesce(k.expires_at, s.expires_at, ?8))
       FROM team_members m JOIN users u ON u.id = m.user_id AND u.status = 'active'
       LEFT JOIN sessions s ON s.id = ?6 AND s.user_id = u.id AND s.revoked_at IS NULL
       LEFT JOIN api_keys k ON k.id = ?7 AND k.user_id = u.id AND k.team_id = m.team_id AND ${KEY_HOLDS}
       WHERE m.team_id = ?4 AND m.user_id = ?5 AND (s.id IS NOT NULL OR k.id IS NOT NULL)
       RETURNING ends_at AS endsAt`,
    )
    .bind(now, id, runId, teamId, userId, sessionId, keyId, now + MAX_FOLLOW_MS)
    .first<{ endsAt: number }>()
  return row?.endsAt ?? null
}

const HOLDS = `EXISTS (
  SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id AND u.status = 'active'
  WHERE m.team_id = f.team_id AND m.user_id = f.user_id AND (
    EXISTS (SELECT 1 FROM sessions s WHERE s.id = f.session_id AND s.revoked_at IS NULL AND u.token_version = f.token_version)
    OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = f.key_id AND ${KEY_HOLDS})))`

/** Followers of a user or a team whose rights have ended. */
export async function findLostFollowers(
  d1: D1Database,
  of: 'user' | 'team',
  id: string,
  now: number,
  limit: number,
): Promise<{ id: string; runId: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.id, f.run_id AS runId FROM run_followers f WHERE f.${of}_id = ?2 AND NOT ${HOLDS} LIMIT ?3`,
    )
    .bind(now, id, limit)
    .all<{ id: string; runId: string }>()
  return results
}

export async function deleteFollowers(d1: D1Database, ids: readonly string[]): Promise<void> {
  await d1
    .prepare('DELETE FROM run_followers WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
    .run()
}
