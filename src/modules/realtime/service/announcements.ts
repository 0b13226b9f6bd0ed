// Announcements by the administrators. Connected users get a new one at once through their hub. Users who connect later find
// the active ones in the channel's snapshot.

import type { RequestContext, ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { derivedId, newId } from '../../../core/ids.ts'
import { requireFulfilled } from '../../../core/settled.ts'
import { dbOf } from '../../../db/client.ts'
import { commit } from '../../../db/commit.ts'
import { toPage } from '../../../db/paginate.ts'
import { runBatch } from '../../../db/statement.ts'
import { type ChannelReader, logForKeys, userHub } from '../../../objects/channels.ts'
import { liveHub, type Publication } from '../../../objects/live-hub.ts'
import type { Announcement, TeamEvent } from '../../../objects/team-events.ts'
import type { AnnouncementDeliver, AnnouncementNotify } from '../../../queue/messages/realtime.ts'
import { notify } from '../../../queue/notify.ts'
import { postMessages } from '../../../queue/post.ts'
import {
  type AnnouncementReader,
  type AnnouncementRow,
  type ConnectedUser,
  countAnnouncements,
  countShownAnnouncements,
  endAnnouncement,
  findAnnouncement,
  findAnnouncements,
  findAskingAudience,
  findConnectedAudience,
  findDueAnnouncements,
  findShownAnnouncements,
  insertAnnouncement,
  insertDismissal,
  isAddressed,
  markPublished,
} from '../repo/announcements.ts'
import type {
  ActiveAnnouncementPage,
  AdminAnnouncement,
  AnnouncementPage,
  CreateAnnouncement,
  ListActiveAnnouncements,
  ListAnnouncements,
} from '../schema.ts'

const USERS_AT_ONCE = 50
const NOTIFIED_AT_ONCE = 200
const DUE_AT_ONCE = 20

const toAnnouncement = (row: AnnouncementRow): Announcement => ({
  id: row.id,
  title: row.title,
  message: row.message,
  level: row.level,
  startsAt: toIso(row.startsAt),
  expiresAt: toIsoOrNull(row.expiresAt),
})

const audienceOf = ({ audiencePlan, audienceTeamId }: AnnouncementRow): AdminAnnouncement['audience'] =>
  audienceTeamId !== null
    ? { teamId: audienceTeamId }
    : audiencePlan !== null
      ? { plan: audiencePlan as 'free' }
      : 'all'

const toAdminAnnouncement = (row: AnnouncementRow): AdminAnnouncement => ({
  ...toAnnouncement(row),
  audience: audienceOf(row),
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  endedAt: toIsoOrNull(row.endedAt),
})

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

const delivering = (announcementId: string, what: AnnouncementDeliver['what']): AnnouncementDeliver => ({
  type: 'announcement.deliver',
  announcementId,
  what,
  afterUserId: '',
})

const notifying = (announcementId: string, afterUserId = ''): AnnouncementNotify => ({
  type: 'announcement.notify',
  announcementId,
  afterUserId,
})

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

/** Sends it to connected users, page by page. Each user gets it once, even if a page is repeated. */
export async function deliverAnnouncement(
  request: RequestContext,
  { announcementId, what, afterUserId }: AnnouncementDeliver,
): Promise<void> {
  const row = await findAnnouncement(request.db, announcementId)
  if (row === null || (what === 'announcement.published' && row.endedAt !== null)) return
  const users = await findConnectedAudience(request.db, announcementId, afterUserId, USERS_AT_ONCE)
  const last = users.at(-1)?.userId
  if (users.length === USERS_AT_ONCE && last !== undefined) {
    const next: AnnouncementDeliver = {
      type: 'announcement.deliver',
      announcementId,
      what,
      afterUserId: last,
    }
    const id = await derivedId('msg', `${what} ${announcementId} ${last}`)
    await postMessages(request.env, [{ id, message: next }], request.requestId, request.now())
  }
  const at = toIso(what === 'announcement.published' ? row.startsAt : (row.endedAt ?? request.now()))
  const key = `${what} ${announcementId}`
  const publicationsFor = ({ teamId, keyTeams }: ConnectedUser): Publication[] => {
    const event = (of: string): TeamEvent => ({ type: what, at, teamId: of, data: toAnnouncement(row) })
    const forKeys = keyTeams.map((of) => ({ key, event: event(of), log: logForKeys('announcements', of) }))
    return [{ key, event: event(teamId) }, ...forKeys]
  }
  const sent = await Promise.allSettled(
    users.map((user) => liveHub(request.env.LIVE_HUBS, userHub(user.userId)).publish(publicationsFor(user))),
  )
  requireFulfilled(sent)
}

/** Creates notifications for users who turned them on, page by page. A repeated page sends the same message. */
export async function notifyOfAnnouncement(
  request: RequestContext,
  { announcementId, afterUserId }: AnnouncementNotify,
): Promise<void> {
  const row = await findAnnouncement(request.db, announcementId)
  if (row === null || row.endedAt !== null) return
  const userIds = await findAskingAudience(request.db, announcementId, afterUserId, NOTIFIED_AT_ONCE)
  const last = userIds.at(-1)
  if (last === undefined) return
  const { title, message, level } = row
  const notice = notify({
    ...{ kind: 'announcement' as const, to: { userIds }, teamId: null, level, title, message },
    subject: { type: 'announcement', id: announcementId },
  })
  const messages = [notice, ...(userIds.length < NOTIFIED_AT_ONCE ? [] : [notifying(announcementId, last)])]
  const posted = messages.map(async (one) => ({
    id: await derivedId('msg', `${one.type} ${announcementId} ${last}`),
    message: one,
  }))
  await postMessages(request.env, await Promise.all(posted), request.requestId, request.now())
}

/** For the tick: announcements whose start time has come. */
export async function publishDueAnnouncements(request: RequestContext): Promise<void> {
  const now = request.now()
  for (const { id } of await findDueAnnouncements(request.db, now, DUE_AT_ONCE)) {
    const messages = [
      { id: await derivedId('msg', `announce ${id}`), message: delivering(id, 'announcement.published') },
      { id: await derivedId('msg', `announce to inbox ${id}`), message: notifying(id) },
    ]
    await postMessages(request.env, messages, request.requestId, now)
    await runBatch(request.env.DB, [markPublished(id, now)])
  }
}
