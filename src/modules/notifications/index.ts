import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { notificationsExport } from './repo/export.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { notifyRoutes } from './routes/notify.ts'
import { unsubscribeRoutes } from './routes/unsubscribe.ts'
import { createNotifications } from './service/deliver.ts'
import { mailDueUsers } from './service/mails.ts'

export { type NodeNotice, notifyFromNode } from './service/from-node.ts'
export { notificationsSnapshot } from './service/snapshot.ts'

/** Longer than any message is retried. */
const SOURCE_LIFE_MS = 7 * DAY_MS

export const notificationsModule = defineModule({
  name: 'notifications',
  routes: [
    ['/api/v1/users', notificationRoutes],
    ['/notifications', unsubscribeRoutes],
    ['/api/v1/realtime', notifyRoutes],
  ],
  publicRoutes: ['GET /notifications/unsubscribe/:token', 'POST /notifications/unsubscribe/:token'],
  jobs: { 'notification.create': createNotifications },
  cron: [{ name: 'mail notifications', run: mailDueUsers, urgent: true }],
  expires: [
    { table: 'notifications', column: 'created_at', retained: 'notifications' },
    { table: 'notification_sources', column: 'created_at', keepMs: SOURCE_LIFE_MS },
  ],
  exportLists: notificationsExport,
})
