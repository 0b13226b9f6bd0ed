// A user's notifications. An API key sees only those of its team.
import { and, count, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../../context.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { notifications } from '../../../db/schema/index.ts'

export type NotificationRow = typeof notifications.$inferSelect
export type Owner = Pick<Actor, 'kind' | 'userId' | 'teamId'>
type Filter = { unread?: boolean | undefined; kind?: NotificationRow['kind'] | undefined }

const ownedBy = ({ kind, userId, teamId }: Owner, filter: Filter = {}) =>
  and(
    eq(notifications.userId, userId),
    // Literals, so that SQLite uses the partial indexes.
    sql`${notifications.inApp} = 1`,
    kind === 'api_key' ? eq(notifications.teamId, teamId) : undefined,
    filter.kind === undefined ? undefined : eq(notifications.kind, filter.kind),
    filter.unread === undefined
      ? undefined
      : filter.unread
        ? isNull(notifications.readAt)
        : isNotNull(notifications.readAt),
  )

export function findNotifications(
  db: Db,
  owner: Owner,
  options: ListOptions & Filter,
): Promise<NotificationRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: notifications.createdAt }, notifications.id)
  return db
    .select()
    .from(notifications)
    .where(and(ownedBy(owner, options), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countNotifications(db: Db, owner: Owner, filter: Filter): Promise<number> {
  const [row] = await db.select({ total: count() }).from(notifications).where(ownedBy(owner, filter))
  return row?.total ?? 0
}

const MAX_COUNTED = 1_000

export async function countUnread(db: Db, owner: Owner): Promise<number> {
  const unread = db
    .select({ id: notifications.id })
    .from(notifications)
    .where(ownedBy(owner, { unread: true }))
    // The order picks the index of unread ones. Without it, SQLite walks all of the user's.
    .orderBy(notifications.createdAt)
    .limit(MAX_COUNTED)
    .as('unread')
  const [row] = await db.select({ total: count() }).from(unread)
  return row?.total ?? 0
}

export async function findNotification(db: Db, owner: Owner, id: string): Promise<NotificationRow | null> {
  const [row] = await db
    .select()
    .from(notifications)
    .where(and(eq(notifications.id, id), ownedBy(owner)))
  return row ?? null
}

const OF_OWNER = `user_id = ?1 AND in_app = 1 AND (?2 IS NULL OR team_id = ?2)`
const teamOf = ({ kind, teamId }: Owner): string | null => (kind === 'api_key' ? teamId : null)

/** A guard. */
export const markRead = (owner: Owner, id: string, now: number): Statement =>
  statement(
    `UPDATE notifications SET read_at = COALESCE(read_at, ?4) WHERE ${OF_OWNER} AND id = ?3`,
    owner.userId,
    teamOf(owner),
    id,
    now,
  )

/** Only those that existed at that time, so later ones stay unread. */
export const markAllRead = (owner: Owner, now: number): Statement =>
  statement(
    `UPDATE notifications SET read_at = ?3 WHERE ${OF_OWNER} AND read_at IS NULL AND created_at <= ?3`,
    owner.userId,
    teamOf(owner),
    now,
  )

/** The teams of a user's notifications that were read at this time. */
export async function findTeamsRead(d1: D1Database, userId: string, readAt: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      'SELECT DISTINCT team_id AS teamId FROM notifications WHERE user_id = ? AND read_at = ? AND team_id IS NOT NULL',
    )
    .bind(userId, readAt)
    .all<{ teamId: string }>()
  return results.map(({ teamId }) => teamId)
}

/** A guard. */
export const deleteNotification = (owner: Owner, id: string): Statement =>
  statement(`DELETE FROM notifications WHERE ${OF_OWNER} AND id = ?3`, owner.userId, teamOf(owner), id)
