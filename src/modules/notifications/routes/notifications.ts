import { idPattern } from '../../../core/ids.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import {
  ListNotifications,
  Notification,
  NotificationPage,
  NotificationSettings,
  ReadAll,
  UpdateNotificationSettings,
} from '../schema.ts'
import {
  deleteNotification,
  listNotifications,
  readAllNotifications,
  readNotification,
} from '../service/read.ts'
import { getNotificationSettings, updateNotificationSettings } from '../service/settings.ts'

const ID = `:id{${idPattern('ntf')}}` as const

export const notificationRoutes = router()
  .get(
    '/notifications',
    accessWithRead('notifications:read'),
    doc('users.notifications.list', 'List your notifications', 200, NotificationPage, {
      description:
        'Notifications of all your teams from the last 90 days. An API key sees only those of its team.',
    }),
    validate('query', ListNotifications),
    async (c) => c.json(await listNotifications(c.var.readCtx, c.req.valid('query'))),
  )
  .on(
    UPDATE_BY_PUT,
    '/notifications/read-all',
    access('notifications:write'),
    doc('users.notifications.markAllRead', 'Mark all notifications as read', 200, ReadAll),
    async (c) => c.json(await readAllNotifications(c.var.ctx)),
  )
  .get(
    '/notifications/settings',
    access('notifications:read'),
    doc('users.notifications.getSettings', 'Get your notification settings', 200, NotificationSettings),
    async (c) => c.json(await getNotificationSettings(c.var.ctx)),
  )
  .on(
    UPDATE_BY_PUT,
    '/notifications/settings',
    access('notifications:write'),
    doc(
      'users.notifications.updateSettings',
      'Update your notification settings',
      200,
      NotificationSettings,
      {
        description:
          'Omitted fields stay unchanged, also within a kind. The time zone and the digest setting are in your preferences.',
      },
    ),
    validate('json', UpdateNotificationSettings),
    async (c) => c.json(await updateNotificationSettings(c.var.ctx, c.req.valid('json'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/notifications/${ID}/read`,
    access('notifications:write'),
    doc('users.notifications.markRead', 'Mark a notification as read', 200, Notification),
    async (c) => c.json(await readNotification(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    `/notifications/${ID}`,
    access('notifications:write'),
    doc('users.notifications.delete', 'Delete a notification', 204, null),
    async (c) => {
      await deleteNotification(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
