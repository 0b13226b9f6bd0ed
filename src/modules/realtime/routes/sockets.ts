import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { requireListedOrigin } from '../../../http/edges.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { createSocketTicket } from '../../auth/index.ts'
import { RealtimeFrame } from '../frame-schema.ts'
import {
  CreateTicket,
  ListSubscriptions,
  NoteReceipt,
  NotifyWorkflowStatus,
  SocketQuery,
  StreamQuery,
  SubscriptionPage,
  Ticket,
} from '../schema.ts'
import { openSocket, openStream } from '../service/connect.ts'
import { listSubscriptions } from '../service/connections.ts'
import { notifyWorkflowStatus } from '../service/notes.ts'

const USER = `:userId{me|${idPattern('usr')}}`
const FRAMES =
  'The frames are described in docs/realtime.md. A browser opens it with a ticket; other clients send their credential.'

export const realtimeRoutes = router()
  .post(
    '/tickets',
    access('runs:read'),
    doc('realtime.tickets.create', 'Create a ticket for opening a socket in a browser', 201, Ticket, {
      description:
        'The ticket is valid for 30 seconds, for one socket and only from the origin that requested it.',
    }),
    validate('json', CreateTicket),
    async (c) => {
      const { channels = null } = c.req.valid('json')
      return c.json(
        await createSocketTicket(c.var.ctx, { origin: c.req.header('origin') ?? null, channels }),
        201,
      )
    },
  )
  .get(
    `/ws/workflows/${USER}`,
    access('runs:read', { ticket: true }),
    doc('realtime.followRuns', 'Follow the runs of the team over a WebSocket', 101, null, {
      description: `The socket starts on the channel \`runs\`. ${FRAMES}`,
    }),
    validate('query', SocketQuery),
    async (c) => {
      requireListedOrigin(c)
      return openSocket(
        c.var.ctx,
        'workflows',
        c.req.param('userId') ?? '',
        c.req.raw,
        c.req.valid('query').channels ?? c.var.ticketChannels ?? null,
      )
    },
  )
  .get(
    `/ws/notifications/${USER}`,
    access('runs:read', { ticket: true }),
    doc(
      'realtime.followNotifications',
      'Follow notifications and announcements over a WebSocket',
      101,
      null,
      {
        description: `The socket starts on the channels \`notifications\` and \`announcements\`. ${FRAMES}`,
      },
    ),
    validate('query', SocketQuery),
    async (c) => {
      requireListedOrigin(c)
      return openSocket(
        c.var.ctx,
        'notifications',
        c.req.param('userId') ?? '',
        c.req.raw,
        c.req.valid('query').channels ?? c.var.ticketChannels ?? null,
      )
    },
  )
  .get(
    '/events',
    access('runs:read'),
    doc('realtime.follow', 'Follow channels as server-sent events', 200, RealtimeFrame, {
      mediaType: 'text/event-stream',
      description:
        'The frames are the same as on the sockets. The id of a frame is a position across all channels. To continue, send the last id as `Last-Event-ID` with the same channels.',
    }),
    validate('query', StreamQuery),
    async (c) => {
      requireListedOrigin(c)
      const { channels } = c.req.valid('query')
      return openStream(c.var.ctx, c.req.raw, channels, c.req.header('last-event-id'))
    },
  )
  .get(
    '/subscriptions/status',
    access('runs:read'),
    doc(
      'realtime.subscriptions.list',
      'List your open sockets and streams with their channels and positions',
      200,
      SubscriptionPage,
      { description: 'Those of all your teams. An API key sees only those of its team.' },
    ),
    validate('query', ListSubscriptions),
    async (c) => c.json(await listSubscriptions(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/notify/workflow-status',
    access('runs:write'),
    doc(
      'realtime.notifyWorkflowStatus',
      'Send a note about a run or a workflow to its followers',
      200,
      NoteReceipt,
    ),
    validate('json', NotifyWorkflowStatus),
    async (c) => c.json(await notifyWorkflowStatus(c.var.ctx, c.req.valid('json'))),
  )
