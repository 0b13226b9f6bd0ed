// A user's notifications. An API key sees only those of its team.
import { and, count, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../../context.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead } from '../../../db/hot-read.ts'
import { keyset, keysetRead, type ListOptions } from '../../../db/paginate.ts'
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

/** The same in SQL, for a hot read of `n`. The parameters begin with the user and the team of a key. */
function sqlOf({ kind, userId, teamId }: Owner, filter: Filter): { where: string[]; params: string[] } {
  const where = ['n.user_id = ?1', 'n.in_app = 1']
  const params = [userId]
  const add = (value: string, condition: (place: string) => string): void => {
    params.push(value)
    where.push(condition(`?${params.length}`))
  }
  if (kind === 'api_key') add(teamId, (at) => `n.team_id = ${at}`)
  if (filter.kind !== undefined) add(filter.kind, (at) => `n.kind = ${at}`)
  if (filter.unread !== undefined) where.push(`n.read_at IS ${filter.unread ? '' : 'NOT '}NULL`)
  return { where, params }
}

export type ShownRow = Omit<NotificationRow, 'userId' | 'inApp' | 'openKey'>

const SHOWN: Record<keyof ShownRow, string> = {
  id: 'n.id',
  teamId: 'n.team_id',
  kind: 'n.kind',
  level: 'n.level',
  title: 'n.title',
  message: 'n.message',
  link: 'n.link',
  subjectType: 'n.subject_type',
  subjectId: 'n.subject_id',
  count: 'n.count',
  readAt: 'n.read_at',
  createdAt: 'n.created_at',
  updatedAt: 'n.updated_at',
}

/** A page for a hot read. Each row also has the number of unread notifications, which is counted once. */
export function findPage(
  owner: Owner,
  options: ListOptions & Filter,
): HotRead<ShownRow & { unreadCount: number }> {
  const { where, params } = sqlOf(owner, options)
  const ofKey = owner.kind === 'api_key' ? 'AND u.team_id = ?2' : ''
  const unreadCount = `(SELECT count(*) FROM (SELECT 1 FROM notifications u
    WHERE u.user_id = ?1 AND u.in_app = 1 AND u.read_at IS NULL ${ofKey} ORDER BY u.created_at LIMIT ${MAX_COUNTED}))`
  const list = { from: 'notifications n', where, params, column: 'n.created_at', id: 'n.id' }
  return keysetRead(columns<ShownRow & { unreadCount: number }>({ ...SHOWN, unreadCount }), list, options)
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
