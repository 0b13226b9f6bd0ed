// The SQL for notifying users: the recipients, their notifications and the resulting mails.
import { sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { notifications, type TeamRole } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { NotificationRow } from './notifications.ts'

export type Recipient = {
  userId: string
  email: string
  preferences: string
  /** Null for a user who has set nothing. */
  settings: string | null
}

const ROLES: readonly TeamRole[] = ['viewer', 'member', 'admin', 'owner']

/** Active users. With a team, only its members. */
export async function findRecipients(
  d1: D1Database,
  teamId: string | null,
  to: { userIds?: string[] | undefined; role?: TeamRole | undefined },
): Promise<Recipient[]> {
  const columns = 'u.id AS userId, u.email, u.preferences, s.settings'
  const ids = JSON.stringify(to.userIds ?? [])
  if (teamId === null) {
    const { results } = await d1
      .prepare(
        `SELECT ${columns} FROM json_each(?) i JOIN users u ON u.id = i.value AND u.status = 'active'
         LEFT JOIN notification_settings s ON s.user_id = u.id`,
      )
      .bind(ids)
      .all<Recipient>()
    return results
  }
  const roles = to.role === undefined ? [] : ROLES.slice(ROLES.indexOf(to.role))
  const { results } = await d1
    .prepare(
      `SELECT ${columns} FROM team_members m JOIN users u ON u.id = m.user_id AND u.status = 'active'
       LEFT JOIN notification_settings s ON s.user_id = u.id
       WHERE m.team_id = ?1 AND (m.user_id IN (SELECT value FROM json_each(?2)) OR m.role IN (SELECT value FROM json_each(?3)))`,
    )
    .bind(teamId, ids, JSON.stringify(roles))
    .all<Recipient>()
  return results
}

/** Fails if the message was already processed, and then the whole batch fails. */
export const insertSource = (id: string, now: number): Statement =>
  statement('INSERT INTO notification_sources (id, created_at) VALUES (?, ?)', id, now)

/** A group of repeats is closed when it is read, or after this time. */
const GROUP_MS = 3_600_000

export const closeGroups = (openKey: string, userIds: readonly string[], now: number): Statement =>
  statement(
    `UPDATE notifications SET open_key = NULL WHERE open_key = ?1 AND user_id IN (SELECT value FROM json_each(?2))
       AND (created_at <= ?3 OR read_at IS NOT NULL)`,
    openKey,
    JSON.stringify(userIds),
    now - GROUP_MS,
  )

/** One notification for each user in `rows`. */
export type NotificationTarget = { id: string; userId: string; inApp: 0 | 1 }

export type NotificationFields = {
  teamId: string | null
  kind: string
  level: string
  title: string
  message: string
  link: string | null
  subjectType: string | null
  subjectId: string | null
  openKey: string | null
}

/** A repeat increases the count of the open group and updates its text. */
export const upsertNotifications = (
  rows: readonly NotificationTarget[],
  fields: NotificationFields,
  now: number,
): Statement =>
  statement(
    `INSERT INTO notifications (id, user_id, in_app, team_id, kind, level, title, message, link, subject_type, subject_id, open_key,
       created_at, updated_at)
     SELECT r.value ->> 'id', r.value ->> 'userId', r.value ->> 'inApp', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11 FROM json_each(?1) r
     WHERE true
     ON CONFLICT (user_id, open_key) WHERE open_key IS NOT NULL DO UPDATE SET count = count + 1, level = excluded.level, title = excluded.title,
       message = excluded.message, link = excluded.link, subject_type = excluded.subject_type, subject_id = excluded.subject_id,
       updated_at = excluded.updated_at`,
    JSON.stringify(rows),
    fields.teamId,
    fields.kind,
    fields.level,
    fields.title,
    fields.message,
    fields.link,
    fields.subjectType,
    fields.subjectId,
    fields.openKey,
    now,
  )

/** A mail for each new notification. Repeats in a group are not mailed again. */
export const insertMails = (mails: readonly { id: string; dueAt: number }[], now: number): Statement =>
  statement(
    `INSERT INTO notification_mails (id, user_id, team_id, kind, title, message, link, due_at, created_at)
     SELECT n.id, n.user_id, n.team_id, n.kind, n.title, n.message, n.link, m.value ->> 'dueAt', ?2
     FROM json_each(?1) m JOIN notifications n ON n.id = m.value ->> 'id'`,
    JSON.stringify(mails),
    now,
  )

/** The notifications that were created or counted for these users. */
export async function findNotified(
  db: Db,
  ids: readonly string[],
  userIds: readonly string[],
  openKey: string | null,
): Promise<NotificationRow[]> {
  const list = (values: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
  const made = sql`${notifications.id} IN ${list(ids)}`
  const counted = sql`${notifications.openKey} = ${openKey} AND ${notifications.userId} IN ${list(userIds)}`
  return db
    .select()
    .from(notifications)
    .where(openKey === null ? made : sql`(${made}) OR (${counted})`)
}
