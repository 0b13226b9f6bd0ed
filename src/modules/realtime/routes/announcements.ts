import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  ActiveAnnouncementPage,
  AdminAnnouncement,
  AnnouncementPage,
  ConnectionPage,
  CreateAnnouncement,
  ListActiveAnnouncements,
  ListAnnouncements,
  ListConnections,
} from '../schema.ts'
import {
  createAnnouncement,
  dismissAnnouncement,
  endAnnouncementNow,
  getAnnouncement,
  listActiveAnnouncements,
  listAnnouncements,
} from '../service/announcements.ts'
import { closeConnection, listConnections } from '../service/connections.ts'

const ID = `:id{${idPattern('ann')}}`

export const announcementRoutes = router()
  .get(
    '/announcements',
    access('runs:read'),
    doc(
      'realtime.announcements.listActive',
      'List the current announcements that you have not dismissed',
      200,
      ActiveAnnouncementPage,
    ),
    validate('query', ListActiveAnnouncements),
    async (c) => c.json(await listActiveAnnouncements(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    `/announcements/${ID}/dismiss`,
    access('profile:write'),
    doc('realtime.announcements.dismiss', 'Dismiss an announcement', 204, null),
    async (c) => {
      await dismissAnnouncement(c.var.ctx, c.req.param('id') ?? '')
      return c.body(null, 204)
    },
  )
  .post(
    '/broadcast/system-announcement',
    access('admin:write'),
    idempotent(getAnnouncement),
    doc('realtime.announcements.create', 'Create an announcement', 201, AdminAnnouncement, {
      description:
        'Connected users get it at once. Others see it when they connect, until it expires or is ended.',
    }),
    validate('json', CreateAnnouncement),
    async (c) => c.json(await createAnnouncement(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/admin/announcements',
    access('admin:read'),
    doc('realtime.announcements.list', 'List all announcements', 200, AnnouncementPage),
    validate('query', ListAnnouncements),
    async (c) => c.json(await listAnnouncements(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    `/admin/announcements/${ID}/end`,
    access('admin:write'),
    doc('realtime.announcements.end', 'End an announcement', 200, AdminAnnouncement),
    async (c) => c.json(await endAnnouncementNow(c.var.ctx, c.req.param('id') ?? '')),
  )
  .get(
    '/admin/connections',
    access('admin:read'),
    doc('realtime.connections.list', 'List open sockets and streams by user and team', 200, ConnectionPage),
    validate('query', ListConnections),
    async (c) => c.json(await listConnections(c.var.ctx, c.req.valid('query'))),
  )
  .delete(
    `/admin/connections/:id{${idPattern('flw')}}`,
    access('admin:write'),
    doc('realtime.connections.close', 'Close a socket or stream', 204, null),
    async (c) => {
      await closeConnection(c.var.ctx, c.req.param('id') ?? '')
      return c.body(null, 204)
    },
  )
