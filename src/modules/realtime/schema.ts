import * as z from 'zod'
import { PLANS } from '../../core/plans.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { LongText, PlainText } from '../../http/text.ts'
import { parseChannel } from '../../objects/channels.ts'
import { Announcement, LEVELS } from '../../objects/team-events.ts'

export const MAX_CHANNELS = 100

const ChannelName = z
  .string()
  .max(100)
  .refine((name) => parseChannel(name) !== null, { message: 'Is not the name of a channel' })
  .describe(
    '`runs`, `run:<id>`, `workflow:<id>`, `tasks`, `task:<id>`, `deployment:<id>`, `changes`, `notifications` or `announcements`.',
  )

export const CreateTicket = z
  .strictObject({
    channels: z
      .array(ChannelName)
      .max(MAX_CHANNELS)
      .optional()
      .describe(
        'The channels that the socket starts on, instead of the default ones. With an empty list, it starts on no channel.',
      ),
  })
  .meta({ id: 'CreateTicket', examples: [{ channels: ['runs'] }] })
export type CreateTicket = z.infer<typeof CreateTicket>

export const Ticket = z
  .strictObject({
    ticket: z
      .string()
      .describe('Send it as the WebSocket subprotocol `ticket.<ticket>`, in addition to `orrery.v1`.'),
    expiresAt: z.iso.datetime().describe('When the ticket expires.'),
  })
  .meta({ id: 'Ticket' })
export type Ticket = z.infer<typeof Ticket>

const channelNames = z
  .string()
  .max(MAX_CHANNELS * 101)
  .transform((text) => [...new Set(text.split(',').filter((one) => one !== ''))])

export const SocketQuery = z.strictObject({
  channels: channelNames
    .pipe(z.array(ChannelName).max(MAX_CHANNELS))
    .optional()
    .describe(
      'The channels that the socket starts on, instead of the default ones, separated by commas. Empty: no channel.',
    ),
})
export type SocketQuery = z.infer<typeof SocketQuery>

export const StreamQuery = z.strictObject({
  channels: channelNames
    .pipe(z.array(ChannelName).min(1).max(MAX_CHANNELS))
    .describe('The names of channels, separated by commas.'),
})
export type StreamQuery = z.infer<typeof StreamQuery>

export const NotifyWorkflowStatus = z
  .strictObject({
    runId: z.string().max(64).optional().describe('The run that the note is about.'),
    workflowId: z
      .string()
      .max(64)
      .optional()
      .describe('The workflow that the note is about. Provide either `runId` or `workflowId`.'),
    status: PlainText(100).optional().describe('A custom status.'),
    message: LongText(2_000).pipe(z.string().min(1)).describe('The note.'),
    data: z.unknown().optional().describe('Additional data, up to 16 KB of JSON.'),
  })
  .refine((body) => (body.runId === undefined) !== (body.workflowId === undefined), {
    message: 'Provide either runId or workflowId.',
  })
  .refine((body) => body.data === undefined || JSON.stringify(body.data).length <= 16_384, {
    message: 'data can have at most 16 KB of JSON.',
    path: ['data'],
  })
  .meta({
    id: 'NotifyWorkflowStatus',
    example: { runId: 'run_01jz8q2v9m3c5t7x1k4n6p8r0s', message: 'The order is packed' },
  })
export type NotifyWorkflowStatus = z.infer<typeof NotifyWorkflowStatus>

export const NoteReceipt = z
  .strictObject({
    deliveredTo: z
      .enum(['run', 'workflow', 'nobody'])
      .describe(
        '`run`: recorded as a `log` event of the run. `workflow`: sent to the workflow’s channel, because the run has ended or the note names no run. `nobody`: the channel has no followers, so the note was discarded.',
      ),
    runId: z.string().nullable().describe('The run.'),
    workflowId: z.string().nullable().describe('The workflow.'),
  })
  .meta({ id: 'NoteReceipt' })
export type NoteReceipt = z.infer<typeof NoteReceipt>

const Audience = z
  .union([
    z.literal('all'),
    z.strictObject({ plan: z.enum(PLANS).describe('Members of teams on this plan.') }),
    z.strictObject({ teamId: z.string().max(64).describe('Members of this team.') }),
  ])
  .describe('`all`, the members of teams on a `plan`, or those of a team.')

export const CreateAnnouncement = z
  .strictObject({
    title: PlainText(200).describe('Its title.'),
    message: LongText(5_000).pipe(z.string().min(1)).describe('Its text.'),
    level: z.enum(LEVELS).default('info').describe('How important it is.'),
    audience: Audience.default('all'),
    startsAt: z.iso.datetime({ offset: true }).optional().describe('When it is first shown. Default: now.'),
    expiresAt: z.iso.datetime({ offset: true }).optional().describe('When it expires. Default: never.'),
  })
  .meta({ id: 'CreateAnnouncement' })
export type CreateAnnouncement = z.infer<typeof CreateAnnouncement>

export const AdminAnnouncement = Announcement.extend({
  audience: Audience,
  createdBy: z.string().describe('The administrator who created it.'),
  createdAt: z.iso.datetime().describe('When it was created.'),
  endedAt: z.iso.datetime().nullable().describe('When an administrator ended it.'),
}).meta({ id: 'AdminAnnouncement' })
export type AdminAnnouncement = z.infer<typeof AdminAnnouncement>

export const ListAnnouncements = listQuery(['-createdAt', 'createdAt'], {})
export type ListAnnouncements = z.infer<typeof ListAnnouncements>
export const AnnouncementPage = pageOf(AdminAnnouncement).meta({ id: 'AnnouncementPage' })
export type AnnouncementPage = z.infer<typeof AnnouncementPage>

export const ListActiveAnnouncements = listQuery(['-createdAt', 'createdAt'], {})
export type ListActiveAnnouncements = z.infer<typeof ListActiveAnnouncements>
export const ActiveAnnouncementPage = pageOf(Announcement).meta({ id: 'ActiveAnnouncementPage' })
export type ActiveAnnouncementPage = z.infer<typeof ActiveAnnouncementPage>

const kind = z.enum(['socket', 'stream']).describe('A WebSocket, or a stream of server-sent events.')

export const ListSubscriptions = listQuery(['-openedAt', 'openedAt'], {})
export type ListSubscriptions = z.infer<typeof ListSubscriptions>

export const Subscriptions = z
  .strictObject({
    id: z.string().describe('The id of the connection.'),
    kind,
    teamId: z.string().describe('The team whose channels it shows.'),
    openedAt: z.iso.datetime().describe('When it was opened.'),
    endsAt: z.iso.datetime().describe('When it is closed at the latest.'),
    channels: z
      .array(
        z.strictObject({
          channel: z.string().describe('The name of the channel.'),
          seq: z.int().describe('The last event that was sent.'),
          isLive: z.boolean().describe('Whether it gets new events immediately.'),
        }),
      )
      .describe('The channels that it follows.'),
  })
  .meta({ id: 'Subscriptions' })
export type Subscriptions = z.infer<typeof Subscriptions>

export const SubscriptionPage = pageOf(Subscriptions)
  .extend({ limit: z.int().describe('How many connections the plan allows.') })
  .meta({ id: 'SubscriptionPage' })
export type SubscriptionPage = z.infer<typeof SubscriptionPage>

export const ListConnections = listQuery(['-openedAt', 'openedAt'], {
  userId: z.string().max(64).optional().describe('Connections of this user.'),
  teamId: z.string().max(64).optional().describe('Connections to channels of this team.'),
})
export type ListConnections = z.infer<typeof ListConnections>

export const Connection = z
  .strictObject({
    id: z.string().describe('The id of the connection.'),
    kind,
    userId: z.string().describe('The user.'),
    email: z.string().nullable().describe('The address of the user.'),
    teamId: z.string().describe('The team whose channels it shows.'),
    teamName: z.string().nullable().describe('The name of the team.'),
    keyId: z.string().nullable().describe('The API key that opened it.'),
    address: z.string().nullable().describe('The client’s network address.'),
    userAgent: z.string().nullable().describe('The client’s user agent.'),
    openedAt: z.iso.datetime().describe('When it was opened.'),
    endsAt: z.iso.datetime().describe('When it is closed at the latest.'),
  })
  .meta({ id: 'Connection' })
export type Connection = z.infer<typeof Connection>
export const ConnectionPage = pageOf(Connection).meta({ id: 'ConnectionPage' })
export type ConnectionPage = z.infer<typeof ConnectionPage>
