import type { ServiceContext } from '../../../context.ts'

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

/** A list of the export: its rows in order of `at`, which is unique, so that it can be read page by page. */
export type ExportList = { name: string; sql: string; json?: string[] }

/** Columns are named one by one, so that a new secret column is never exported by accident. */
export const EXPORT_LISTS: ExportList[] = [
  {
    name: 'memberships',
    sql: `SELECT m.rowid AS at, m.team_id AS teamId, t.name, t.personal, t.plan, m.role, m.created_at AS joinedAt
          FROM team_members m JOIN teams t ON t.id = m.team_id
          WHERE m.user_id = ?1 AND m.rowid > ?2 ORDER BY m.rowid LIMIT ?3`,
  },
  {
    name: 'apiKeys',
    sql: `SELECT k.rowid AS at, k.id, k.team_id AS teamId, k.name, 'ork_live_…' || k.last_four AS masked, k.scopes,
            k.created_at AS createdAt, k.expires_at AS expiresAt, k.last_used_at AS lastUsedAt, k.revoked_at AS revokedAt
          FROM api_keys k WHERE k.user_id = ?1 AND k.rowid > ?2 ORDER BY k.rowid LIMIT ?3`,
    json: ['scopes'],
  },
  {
    name: 'sessions',
    sql: `SELECT s.rowid AS at, s.id, s.method, s.address, s.user_agent AS userAgent, s.created_at AS createdAt,
            s.last_used_at AS lastUsedAt, s.expires_at AS expiresAt, s.revoked_at AS revokedAt
          FROM sessions s WHERE s.user_id = ?1 AND s.rowid > ?2 ORDER BY s.rowid LIMIT ?3`,
  },
  {
    name: 'identities',
    sql: `SELECT o.rowid AS at, o.provider, o.subject, o.email, o.created_at AS createdAt
          FROM oauth_identities o WHERE o.user_id = ?1 AND o.rowid > ?2 ORDER BY o.rowid LIMIT ?3`,
  },
  {
    name: 'auditEntries',
    sql: `SELECT a.seq AS at, a.id, a.team_id AS teamId, a.action, a.target_type AS targetType, a.target_id AS targetId,
            a.before, a.after, a.address, a.user_agent AS userAgent, a.request_id AS requestId, a.created_at AS createdAt
          FROM audit_log a WHERE a.actor_id = ?1 AND a.seq > ?2 ORDER BY a.seq LIMIT ?3`,
    json: ['before', 'after'],
  },
]

export type ExportRow = { at: number } & Record<string, string | number | null>

export async function readExportPage(
  ctx: ServiceContext,
  list: ExportList,
  after: number,
  limit: number,
): Promise<ExportRow[]> {
  const { results } = await ctx.env.DB.prepare(list.sql).bind(ctx.actor.userId, after, limit).all<ExportRow>()
  return results
}
