// The stored notifications of a user, for a client that starts or has missed events.
import type { Json } from '../../../core/json.ts'
import { dbOf } from '../../../db/client.ts'
import type { ChannelReader } from '../../../objects/channels.ts'
import { countUnread, findNotifications } from '../repo/notifications.ts'
import { toNotification } from './view.ts'

const NEWEST = { limit: 50, sort: '-createdAt' }

export async function notificationsSnapshot(d1: D1Database, who: ChannelReader): Promise<Json> {
  const db = dbOf(d1)
  const owner = { ...who, kind: who.keyId === null ? ('user' as const) : ('api_key' as const) }
  const [rows, unreadCount] = await Promise.all([
    findNotifications(db, owner, NEWEST),
    countUnread(db, owner),
  ])
  return {
    notifications: rows.slice(0, NEWEST.limit).map(toNotification) as unknown as Json,
    unreadCount,
    isTruncated: rows.length > NEWEST.limit,
  }
}
