import { type Statement, statement } from '../../../db/commit.ts'

export type SettingsRow = { settings: string | null; preferences: string }

export const findSettings = (d1: D1Database, userId: string): Promise<SettingsRow | null> =>
  d1
    .prepare(
      `SELECT s.settings, u.preferences FROM users u LEFT JOIN notification_settings s ON s.user_id = u.id WHERE u.id = ?`,
    )
    .bind(userId)
    .first<SettingsRow>()

/** A guard: changes nothing if the settings have changed since they were read. */
export const upsertSettings = (
  userId: string,
  before: string | null,
  after: string,
  now: number,
): Statement =>
  statement(
    `INSERT INTO notification_settings (user_id, settings, updated_at)
     SELECT ?1, ?3, ?4 WHERE (SELECT settings FROM notification_settings WHERE user_id = ?1) IS ?2
     ON CONFLICT (user_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
    userId,
    before,
    after,
    now,
  )
