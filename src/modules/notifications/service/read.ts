import type { ReadContext, ServiceContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { toPage } from '../../../db/paginate.ts'
import {
  countNotifications,
  countUnread,
  deleteNotification as deleteRow,
  findNotification,
  findPage,
  markAllRead,
  markRead,
} from '../repo/notifications.ts'
import type { ListNotifications, Notification, NotificationPage, ReadAll } from '../schema.ts'
import { publishAllRead, publishNotification } from './live.ts'
import { toNotification } from './view.ts'

export async function listNotifications(
  ctx: ReadContext,
  query: ListNotifications,
): Promise<NotificationPage> {
  const { db } = ctx
  const { rows, actor } = await ctx.read((who) => findPage(who, query))
  const unreadCount = rows[0]?.unreadCount ?? (await countUnread(db, actor))
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toNotification)
  const total = query.count ? { total: await countNotifications(db, actor, query) } : {}
  return { ...page, ...total, unreadCount }
}

export async function readNotification(ctx: ServiceContext, id: string): Promise<Notification> {
  const done = await commit(ctx, {
    guard: markRead(ctx.actor, id, ctx.now()),
    audit: { action: 'notification.read', targetType: 'notification', targetId: id },
  })
  const row = done === 'guard_missed' ? null : await findNotification(ctx.db, ctx.actor, id)
  if (row !== null) ctx.defer(publishNotification(ctx, row, 'updated', ctx.requestId))
  return toNotification(row ?? missing())
}

export async function readAllNotifications(ctx: ServiceContext): Promise<ReadAll> {
  const read = await countUnread(ctx.db, ctx.actor)
  if (read === 0) return { read }
  const now = ctx.now()
  await commit(ctx, {
    statements: [markAllRead(ctx.actor, now)],
    audit: { action: 'notification.read_all', targetType: 'user', targetId: ctx.actor.userId },
  })
  ctx.defer(publishAllRead(ctx, ctx.actor.userId, now))
  return { read }
}

export async function deleteNotification(ctx: ServiceContext, id: string): Promise<void> {
  const row = (await findNotification(ctx.db, ctx.actor, id)) ?? missing()
  const done = await commit(ctx, {
    guard: deleteRow(ctx.actor, id),
    audit: { action: 'notification.deleted', targetType: 'notification', targetId: id },
  })
  if (done === 'guard_missed') missing()
  ctx.defer(publishNotification(ctx, row, 'deleted', ctx.requestId))
}

const missing = (): never => {
  throw notFound('The notification')
}
