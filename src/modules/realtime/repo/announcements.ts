import { and, count, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { announcements, notificationSettings, realtimeConnections } from '../../../db/schema/index.ts'

export type AnnouncementRow = typeof announcements.$inferSelect

export const insertAnnouncement = (db: Db, row: typeof announcements.$inferInsert): Statement =>
  db.insert(announcements).values(row)

export async function findAnnouncement(db: Db, id: string): Promise<AnnouncementRow | null> {
  const [row] = await db.select().from(announcements).where(eq(announcements.id, id))
  return row ?? null
}

export function findAnnouncements(db: Db, options: ListOptions): Promise<AnnouncementRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: announcements.createdAt }, announcements.id)
  return db
    .select()
    .from(announcements)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countAnnouncements(db: Db): Promise<number> {
  const [row] = await db.select({ n: count() }).from(announcements)
  return row?.n ?? 0
}

/** A guard: an announcement can be ended once. */
export const endAnnouncement = (db: Db, id: string, now: number): Statement =>
  db
    .update(announcements)
    .set({ endedAt: now })
    .where(
      and(
        eq(announcements.id, id),
        isNull(announcements.endedAt),
        or(isNull(announcements.expiresAt), gt(announcements.expiresAt, now)),
      ),
    )

/** The audience is the members of a team, the members of teams on a plan, or everybody. */
const addressed = (userId: unknown) => sql`(
  (${announcements.audiencePlan} IS NULL AND ${announcements.audienceTeamId} IS NULL)
  OR EXISTS (
    SELECT 1 FROM team_members m JOIN teams t ON t.id = m.team_id
    WHERE m.user_id = ${userId} AND (t.id = ${announcements.audienceTeamId} OR t.plan = ${announcements.audiencePlan})))`

/** Announcements that a user sees: started, not over, addressed to them and not dismissed. */
const isShown = (userId: string, now: number) =>
  and(
    lte(announcements.startsAt, now),
    isNull(announcements.endedAt),
    or(isNull(announcements.expiresAt), gt(announcements.expiresAt, now)),
    addressed(userId),
    sql`NOT EXISTS (SELECT 1 FROM announcement_dismissals d WHERE d.user_id = ${userId} AND d.announcement_id = ${announcements.id})`,
  )

export function findShownAnnouncements(
  db: Db,
  userId: string,
  now: number,
  options: ListOptions,
): Promise<AnnouncementRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: announcements.createdAt }, announcements.id)
  return db
    .select()
    .from(announcements)
    .where(and(isShown(userId, now), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countShownAnnouncements(db: Db, userId: string, now: number): Promise<number> {
  const [row] = await db.select({ n: count() }).from(announcements).where(isShown(userId, now))
  return row?.n ?? 0
}

export async function isAddressed(db: Db, id: string, userId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: announcements.id })
    .from(announcements)
    .where(and(eq(announcements.id, id), addressed(userId)))
  return row !== undefined
}

export const insertDismissal = (id: string, userId: string, now: number): Statement =>
  statement(
    'INSERT INTO announcement_dismissals (user_id, announcement_id, dismissed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    userId,
    id,
    now,
  )

/** Connected users of the audience, ordered by id. */
export async function findConnectedAudience(
  db: Db,
  id: string,
  afterUserId: string,
  limit: number,
): Promise<{ userId: string; teamId: string }[]> {
  return db
    .select({ userId: realtimeConnections.userId, teamId: sql<string>`min(${realtimeConnections.teamId})` })
    .from(realtimeConnections)
    .innerJoin(announcements, eq(announcements.id, id))
    .where(and(gt(realtimeConnections.userId, afterUserId), addressed(sql`${realtimeConnections.userId}`)))
    .groupBy(realtimeConnections.userId)
    .orderBy(realtimeConnections.userId)
    .limit(limit)
}

/** Users of the audience who have changed how they are notified about announcements, ordered by id. */
export async function findAskingAudience(
  db: Db,
  id: string,
  afterUserId: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ userId: notificationSettings.userId })
    .from(notificationSettings)
    .innerJoin(announcements, eq(announcements.id, id))
    .where(
      and(
        gt(notificationSettings.userId, afterUserId),
        sql`json_extract(${notificationSettings.settings}, '$.kinds.announcement') IS NOT NULL`,
        addressed(notificationSettings.userId),
      ),
    )
    .orderBy(notificationSettings.userId)
    .limit(limit)
  return rows.map(({ userId }) => userId)
}

/** Announcements that have started but were not sent yet. */
export const findDueAnnouncements = (db: Db, now: number, limit: number): Promise<AnnouncementRow[]> =>
  db
    .select()
    .from(announcements)
    .where(and(isNull(announcements.publishedAt), lte(announcements.startsAt, now)))
    .limit(limit)

export const markPublished = (id: string, now: number): Statement =>
  statement('UPDATE announcements SET published_at = ? WHERE id = ? AND published_at IS NULL', now, id)
