import * as z from 'zod'
import { isId } from '../../core/ids.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { LongText, PlainText } from '../../http/text.ts'
import { NOTIFICATION_KINDS } from './kinds.ts'

const time = z.iso.datetime()
const Kind = z.enum(NOTIFICATION_KINDS)

export const Notification = z
  .strictObject({
    id: z.string(),
    kind: Kind,
    level: z.enum(['info', 'success', 'warning', 'error']),
    title: z.string(),
    message: z.string(),
    link: z.string().nullable().describe('A link to more details.'),
    subject: z
      .strictObject({ type: z.string(), id: z.string() })
      .nullable()
      .describe('The object that it is about, such as a run.'),
    count: z
      .int()
      .describe('How often it has happened. Repeats within an hour are grouped into one notification.'),
    readAt: time.nullable(),
    createdAt: time,
    updatedAt: time.describe('When it last happened.'),
    teamId: z.string().nullable().describe('The team that it is about. Null if it is only about you.'),
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof Notification>

export const NotificationPage = pageOf(Notification, {
  unreadCount: z.int().describe('The total number of unread notifications, counted up to 1,000.'),
}).meta({ id: 'NotificationPage' })
export type NotificationPage = z.infer<typeof NotificationPage>

export const ListNotifications = listQuery(['-createdAt', 'createdAt'], {
  unread: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('`true`: only unread notifications. `false`: only read ones.'),
  kind: Kind.optional(),
})
export type ListNotifications = z.infer<typeof ListNotifications>

export const ReadAll = z
  .strictObject({ read: z.int().describe('How many were unread.') })
  .meta({ id: 'NotificationsRead' })
export type ReadAll = z.infer<typeof ReadAll>

const Channels = z.strictObject({
  inApp: z.boolean().describe('Shown in the list.'),
  mail: z.boolean().describe('Sent by mail.'),
  webhook: z.boolean().describe('Sent to the team’s webhooks as the event `notification.created`.'),
})

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')

const QuietHours = z
  .strictObject({ from: clockTime, to: clockTime })
  .refine(({ from, to }) => from !== to, 'from and to must differ')
  .describe('Emails wait until `to`. Times are in your time zone (see preferences).')

const MAX_MUTED = 200

export const NotificationSettings = z
  .strictObject({
    mail: z.boolean().describe('False turns off all emails except those about security.'),
    kinds: z.record(Kind, Channels).describe('The channels of each kind.'),
    quietHours: QuietHours.nullable(),
    mutedWorkflows: z.array(z.string()).describe('Workflows whose runs do not notify you.'),
    timezone: z.string().describe('From your preferences.'),
    digest: z
      .enum(['off', 'daily', 'weekly'])
      .describe('From your preferences. Digests come at 08:00, weekly ones on Mondays.'),
  })
  .meta({ id: 'NotificationSettings' })
export type NotificationSettings = z.infer<typeof NotificationSettings>

export const UpdateNotificationSettings = z
  .strictObject({
    mail: z.boolean().optional(),
    kinds: z.partialRecord(Kind, Channels.partial()).optional(),
    quietHours: QuietHours.nullable().optional(),
    mutedWorkflows: z
      .array(z.string().refine((id) => isId('wf', id), 'must be the id of a workflow'))
      .max(MAX_MUTED)
      .optional(),
  })
  .meta({ id: 'UpdateNotificationSettings' })
export type UpdateNotificationSettings = z.infer<typeof UpdateNotificationSettings>

export const NotifyUser = z
  .strictObject({
    userId: z.string().max(64).describe('Your own id, or as an admin of the team the id of any member.'),
    title: PlainText(200),
    message: LongText(5_000),
    level: z.enum(['info', 'success', 'warning', 'error']).default('info'),
    link: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullable()
      .default(null),
  })
  .meta({ id: 'NotifyUser' })
export type NotifyUser = z.infer<typeof NotifyUser>

export const NotifyUserReceipt = z
  .strictObject({
    userId: z
      .string()
      .describe('The user. The notification is delivered within a moment, according to their settings.'),
  })
  .meta({ id: 'NotifyUserReceipt' })
export type NotifyUserReceipt = z.infer<typeof NotifyUserReceipt>

export const HtmlPage = z.string().meta({ id: 'UnsubscribePage' })
