import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { announcementRoutes } from './routes/announcements.ts'
import { realtimeRoutes } from './routes/sockets.ts'
import {
  deliverAnnouncement,
  notifyOfAnnouncement,
  publishDueAnnouncements,
} from './service/deliver-announcements.ts'
import { publish } from './service/publish.ts'
import { revoke } from './service/revoke.ts'

export { mayFollow } from './channel-rights.ts'
export { deleteConnections, findConnectionsOf, insertConnection } from './repo/connections.ts'
export { publishNow } from './service/publish.ts'
export { snapshotOf } from './service/snapshot.ts'

export const realtimeModule = defineModule({
  name: 'realtime',
  routes: [
    ['/api/v1/realtime', realtimeRoutes],
    ['/api/v1/realtime', announcementRoutes],
  ],
  jobs: {
    'announcement.notify': notifyOfAnnouncement,
    'announcement.deliver': deliverAnnouncement,
    'live.revoke': revoke,
    'realtime.publish': publish,
  },
  cron: [{ name: 'publish announcements', run: publishDueAnnouncements }],
  expires: [
    { table: 'realtime_tickets', column: 'expires_at', keepMs: 0 },
    { table: 'realtime_connections', column: 'ends_at', keepMs: 0 },
    { table: 'realtime_follows', column: 'followed_until', keepMs: DAY_MS },
  ],
})
