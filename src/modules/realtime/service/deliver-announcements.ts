// Delivers announcements to connected users through their hubs, and notifies users of important ones.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { derivedId } from '../../../core/ids.ts'
import { requireFulfilled } from '../../../core/settled.ts'
import { runBatch } from '../../../db/statement.ts'
import { logForKeys, userHub } from '../../../objects/channels.ts'
import { liveHub, type Publication } from '../../../objects/live-hub.ts'
import type { TeamEvent } from '../../../objects/team-events.ts'
import type { AnnouncementDeliver, AnnouncementNotify } from '../../../queue/messages/realtime.ts'
import { notify } from '../../../queue/notify.ts'
import { postMessages } from '../../../queue/post.ts'
import {
  type ConnectedUser,
  findAnnouncement,
  findAskingAudience,
  findConnectedAudience,
  findDueAnnouncements,
  markPublished,
} from '../repo/announcements.ts'
import { toAnnouncement } from './announcement-view.ts'

const USERS_AT_ONCE = 50

const NOTIFIED_AT_ONCE = 200

const DUE_AT_ONCE = 20

export const delivering = (
  announcementId: string,
  what: AnnouncementDeliver['what'],
): AnnouncementDeliver => ({
  type: 'announcement.deliver',
  announcementId,
  what,
  afterUserId: '',
})

export const notifying = (announcementId: string, afterUserId = ''): AnnouncementNotify => ({
  type: 'announcement.notify',
  announcementId,
  afterUserId,
})

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
