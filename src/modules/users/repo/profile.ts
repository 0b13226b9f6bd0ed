import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotRead } from '../../../db/hot-read.ts'
import { users } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'

export type ProfileRow = Pick<
  Stored<typeof users.$inferSelect>,
  | 'id'
  | 'email'
  | 'emailVerifiedAt'
  | 'name'
  | 'role'
  | 'personalTeamId'
  | 'avatarKey'
  | 'avatarType'
  | 'preferences'
  | 'mfaEnabled'
  | 'lastSignInAt'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
> & {
  pendingEmail: string | null
  hasPassword: number
}

const COLUMNS = columns<ProfileRow>({
  id: 'u.id',
  email: 'u.email',
  emailVerifiedAt: 'u.email_verified_at',
  pendingEmail: `(SELECT t.subject FROM one_time_tokens t WHERE t.user_id = u.id AND t.purpose = 'email_change'
    AND t.used_at IS NULL AND t.expires_at > ?2 ORDER BY t.created_at DESC LIMIT 1)`,
  name: 'u.name',
  role: 'u.role',
  personalTeamId: 'u.personal_team_id',
  avatarKey: 'u.avatar_key',
  avatarType: 'u.avatar_type',
  preferences: 'u.preferences',
  hasPassword: 'u.password_hash IS NOT NULL',
  mfaEnabled: 'u.mfa_enabled',
  lastSignInAt: 'u.last_sign_in_at',
  version: 'u.version',
  createdAt: 'u.created_at',
  updatedAt: 'u.updated_at',
})

export const findProfile = (userId: string, now: number): HotRead<ProfileRow> =>
  hotRead(COLUMNS, 'FROM users u WHERE u.id = ?1', [userId, now])

export const updateProfileRow = (
  db: Db,
  userId: string,
  changes: { name?: string | undefined },
  seen: number | null,
  now: number,
): Statement =>
  db
    .update(users)
    .set({ ...changes, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, userId), seen === null ? undefined : eq(users.version, seen)))

/** Misses if the avatar is no longer `seen`, so exactly the replaced object is deleted. */
export const guardAvatar = (
  userId: string,
  seen: string | null,
  next: { key: string; type: string } | null,
  seenVersion: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE users SET avatar_key = ?1, avatar_type = ?2, version = version + 1, updated_at = ?3
     WHERE id = ?4 AND avatar_key IS ?5 AND (?6 IS NULL OR version = ?6)`,
    next?.key ?? null,
    next?.type ?? null,
    now,
    userId,
    seen,
    seenVersion,
  )

/** Merges field by field in the database, so clients that set different fields do not overwrite each other. */
export const mergePreferences = (
  userId: string,
  patch: Record<string, unknown>,
  extra: unknown | undefined,
): Statement =>
  extra === undefined
    ? statement(
        'UPDATE users SET preferences = json_patch(preferences, ?) WHERE id = ?',
        JSON.stringify(patch),
        userId,
      )
    : statement(
        "UPDATE users SET preferences = json_set(json_patch(preferences, ?), '$.extra', json(?)) WHERE id = ?",
        JSON.stringify(patch),
        JSON.stringify(extra),
        userId,
      )
