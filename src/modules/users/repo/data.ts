export type StatsRow = {
  memberSince: number
  lastSignInAt: number | null
  lastActionAt: number | null
  teams: number
  ownedTeams: number
  activeSessions: number
  apiKeys: number
}

export const findStats = (d1: D1Database, userId: string, now: number): Promise<StatsRow | null> =>
  d1
    .prepare(
      `SELECT u.created_at AS memberSince, u.last_sign_in_at AS lastSignInAt,
         (SELECT a.created_at FROM audit_log a WHERE a.actor_id = u.id ORDER BY a.seq DESC LIMIT 1) AS lastActionAt,
         (SELECT count(*) FROM team_members m WHERE m.user_id = u.id) AS teams,
         (SELECT count(*) FROM teams t WHERE t.owner_id = u.id) AS ownedTeams,
         (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > ?2) AS activeSessions,
         (SELECT count(*) FROM api_keys k WHERE k.user_id = u.id AND k.revoked_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > ?2)) AS apiKeys
       FROM users u WHERE u.id = ?1`,
    )
    .bind(userId, now)
    .first<StatsRow>()
