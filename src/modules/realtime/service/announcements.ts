// Announcements by the administrators. Connected users get a new one at once; users who connect later find the active ones in
// the channel's snapshot.
import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { dbOf } from '../../../db/client.ts'
import { commit } from '../../../db/commit.ts'
import { toPage } from '../../../db/paginate.ts'
import type { ChannelReader } from '../../../objects/channels.ts'
import type { Announcement } from '../../../objects/team-events.ts'
import {
  type AnnouncementReader,
  type AnnouncementRow,
  countAnnouncements,
  countShownAnnouncements,
  endAnnouncement,
  findAnnouncement,
  findAnnouncements,
  findShownAnnouncements,
  insertAnnouncement,
  insertDismissal,
  isAddressed,
} from '../repo/announcements.ts'
import type {
  ActiveAnnouncementPage,
  AdminAnnouncement,
  AnnouncementPage,
  CreateAnnouncement,
  ListActiveAnnouncements,
  ListAnnouncements,
} from '../schema.ts'
import { toAdminAnnouncement, toAnnouncement } from './announcement-view.ts'
import { delivering, notifying } from './deliver-announcements.ts'

export async function createAnnouncement(
  ctx: ServiceContext,
  input: CreateAnnouncement,
): Promise<AdminAnnouncement> {
  const now = ctx.now()
  const startsAt = input.startsAt === undefined ? now : Date.parse(input.startsAt)
  const expiresAt = input.expiresAt === undefined ? null : Date.parse(input.expiresAt)
  if (expiresAt !== null && expiresAt <= Math.max(now, startsAt))
    throw new AppError('request.invalid', {
      errors: [{ path: '/expiresAt', message: 'Must be later than now and than startsAt.', code: 'invalid' }],
    })
  const { title, message, level, audience } = input
  const row: AnnouncementRow = {
    ...{ id: newId('ann', now), title, message, level, startsAt, expiresAt },
    audiencePlan: audience !== 'all' && 'plan' in audience ? audience.plan : null,
    audienceTeamId: audience !== 'all' && 'teamId' in audience ? audience.teamId : null,
    endedAt: null,
    publishedAt: startsAt <= now ? now : null,
    createdBy: ctx.actor.userId,
    createdAt: now,
  }
  await commit(ctx, {
    statements: [insertAnnouncement(ctx.db, row)],
    audit: {
      action: 'announcement.created',
      targetType: 'announcement',
      targetId: row.id,
      teamId: 'system',
      after: { title, level, audience, startsAt: toIso(startsAt), expiresAt: toIsoOrNull(expiresAt) },
    },
    messages: startsAt <= now ? [delivering(row.id, 'announcement.published'), notifying(row.id)] : [],
  })
  return toAdminAnnouncement(row)
}

export async function getAnnouncement(ctx: ServiceContext, id: string): Promise<AdminAnnouncement> {
  const row = await findAnnouncement(ctx.db, id)
  if (row === null) throw notFound('The announcement')
  return toAdminAnnouncement(row)
}

export async function listAnnouncements(
  ctx: ServiceContext,
  query: ListAnnouncements,
): Promise<AnnouncementPage> {
  const rows = await findAnnouncements(ctx.db, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toAdminAnnouncement)
  return query.count ? { ...page, total: await countAnnouncements(ctx.db) } : page
}

/** Ends an announcement, so nobody sees it any more. An ended one stays unchanged. */
export async function endAnnouncementNow(ctx: ServiceContext, id: string): Promise<AdminAnnouncement> {
  const before = await findAnnouncement(ctx.db, id)
  if (before === null) throw notFound('The announcement')
  const outcome = await commit(ctx, {
    guard: endAnnouncement(ctx.db, id, ctx.now()),
    audit: {
      action: 'announcement.ended',
      targetType: 'announcement',
      targetId: id,
      teamId: 'system',
      before: { title: before.title },
    },
    messages: before.publishedAt === null ? [] : [delivering(id, 'announcement.ended')],
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', { detail: 'The announcement is already over.' })
  return getAnnouncement(ctx, id)
}

/** A key reads only what is addressed to its team or to everybody. */
const readerOf = ({ userId, teamId, keyId }: ChannelReader): AnnouncementReader => ({
  userId,
  onlyTeamId: keyId === null ? null : teamId,
})

export async function listActiveAnnouncements(
  ctx: ServiceContext,
  query: ListActiveAnnouncements,
): Promise<ActiveAnnouncementPage> {
  const reader = readerOf(ctx.actor)
  const rows = await findShownAnnouncements(ctx.db, reader, ctx.now(), query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toAnnouncement)
  return query.count ? { ...page, total: await countShownAnnouncements(ctx.db, reader, ctx.now()) } : page
}

/** For the channel's snapshot: the newest ones. */
export async function activeAnnouncementsOf(
  d1: D1Database,
  who: ChannelReader,
  now: number,
): Promise<Announcement[]> {
  const rows = await findShownAnnouncements(dbOf(d1), readerOf(who), now, { limit: 50, sort: '-createdAt' })
  return rows.slice(0, 50).map(toAnnouncement)
}

/** An announcement for other users gets the same response as one that does not exist. Dismissing it again changes nothing. */
export async function dismissAnnouncement(ctx: ServiceContext, id: string): Promise<void> {
  if (!(await isAddressed(ctx.db, id, readerOf(ctx.actor)))) throw notFound('The announcement')
  await commit(ctx, {
    statements: [insertDismissal(id, ctx.actor.userId, ctx.now())],
    audit: { action: 'announcement.dismissed', targetType: 'announcement', targetId: id },
  })
}
