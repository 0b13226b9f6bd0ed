import { and, count, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { announcements, notificationSettings, realtimeConnections, teams } from '../../../db/schema/index.ts'

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

/** Who reads announcements. `onlyTeamId` is the team of an API key; a person sees those for all their teams. */
export type AnnouncementReader = { userId: string; onlyTeamId: string | null }

const isForEverybody = sql`(${announcements.audiencePlan} IS NULL AND ${announcements.audienceTeamId} IS NULL)`

/** The audience is the members of a team, the members of teams on a plan, or everybody. */
const addressed = (userId: unknown, onlyTeamId: string | null = null) => sql`(
  ${isForEverybody}
  OR EXISTS (
    SELECT 1 FROM team_members m JOIN teams t ON t.id = m.team_id
    WHERE m.user_id = ${userId} AND (t.id = ${announcements.audienceTeamId} OR t.plan = ${announcements.audiencePlan})
      ${onlyTeamId === null ? sql`` : sql`AND t.id = ${onlyTeamId}`}))`

/** Announcements that a user sees: started, not over, addressed to them and not dismissed. */
const isShown = ({ userId, onlyTeamId }: AnnouncementReader, now: number) =>
  and(
    lte(announcements.startsAt, now),
    isNull(announcements.endedAt),
    or(isNull(announcements.expiresAt), gt(announcements.expiresAt, now)),
    addressed(userId, onlyTeamId),
    sql`NOT EXISTS (SELECT 1 FROM announcement_dismissals d WHERE d.user_id = ${userId} AND d.announcement_id = ${announcements.id})`,
  )

export function findShownAnnouncements(
  db: Db,
  reader: AnnouncementReader,
  now: number,
  options: ListOptions,
): Promise<AnnouncementRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: announcements.createdAt }, announcements.id)
  return db
    .select()
    .from(announcements)
    .where(and(isShown(reader, now), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countShownAnnouncements(
  db: Db,
  reader: AnnouncementReader,
  now: number,
): Promise<number> {
  const [row] = await db.select({ n: count() }).from(announcements).where(isShown(reader, now))
  return row?.n ?? 0
}

export async function isAddressed(
  db: Db,
  id: string,
  { userId, onlyTeamId }: AnnouncementReader,
): Promise<boolean> {
  const [row] = await db
    .select({ id: announcements.id })
    .from(announcements)
    .where(and(eq(announcements.id, id), addressed(userId, onlyTeamId)))
  return row !== undefined
}

export const insertDismissal = (id: string, userId: string, now: number): Statement =>
  statement(
    'INSERT INTO announcement_dismissals (user_id, announcement_id, dismissed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    userId,
    id,
    now,
  )

/** A connected user. `keyTeams` has the teams of the audience in which one of their API keys is connected. */
export type ConnectedUser = { userId: string; teamId: string; keyTeams: string[] }

/** Connected users of the audience, ordered by id. */
export async function findConnectedAudience(
  db: Db,
  id: string,
  afterUserId: string,
  limit: number,
): Promise<ConnectedUser[]> {
  const { teamId, userId, keyId } = realtimeConnections
  const keyTeams = sql<string>`json_group_array(DISTINCT ${teamId}) FILTER (WHERE ${keyId} IS NOT NULL AND (
    ${isForEverybody} OR ${teams.id} = ${announcements.audienceTeamId} OR ${teams.plan} = ${announcements.audiencePlan}))`
  const rows = await db
    .select({ userId, teamId: sql<string>`min(${teamId})`, keyTeams })
    .from(realtimeConnections)
    .innerJoin(teams, eq(teams.id, teamId))
    .innerJoin(announcements, eq(announcements.id, id))
    .where(and(gt(userId, afterUserId), addressed(sql`${userId}`)))
    .groupBy(userId)
    .orderBy(userId)
    .limit(limit)
  return rows.map((row) => ({ ...row, keyTeams: JSON.parse(row.keyTeams) as string[] }))
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
