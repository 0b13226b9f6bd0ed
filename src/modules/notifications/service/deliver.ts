// Notifies users. Invariants:
// 1. A message counts once, however often it arrives: the batch that delivers it inserts the message's id first.
// 2. Repeats with the same key within an hour become one notification with a count, and one mail.
// 3. Notifications about a team go only to its members.
import type { RequestContext } from '../../../context.ts'
import { derivedId } from '../../../core/ids.ts'
import { isUniqueViolation } from '../../../db/commit.ts'
import { runBatch } from '../../../db/statement.ts'
import type { NotificationCreate } from '../../../queue/messages/notifications.ts'
import { recordEvents } from '../../webhooks/index.ts'
import { type Channels, kindOf } from '../kinds.ts'
import { mailDueAt } from '../mail-time.ts'
import { channelsOf, withDefaults } from '../preferences.ts'
import {
  closeGroups,
  findNotified,
  findRecipients,
  insertMails,
  insertSource,
  type Recipient,
  upsertNotifications,
} from '../repo/deliver.ts'
import { generalOf } from './general.ts'
import { publishNotification } from './live.ts'
import { mailUsers } from './mails.ts'

type Delivery = { id: string; recipient: Recipient; channels: Channels; dueAt: number }

export async function createNotifications(
  request: RequestContext,
  message: NotificationCreate,
  outboxId: string,
): Promise<void> {
  const now = request.now()
  const recipients = await findRecipients(request.env.DB, message.teamId, message.to)
  const deliveries = await Promise.all(recipients.map((one) => deliveryFor(one, message, outboxId, now)))
  const wanted = deliveries.filter(({ channels }) => channels.inApp || channels.mail || channels.webhook)
  if (wanted.length === 0) return
  try {
    await store(request, wanted, message, outboxId, now)
  } catch (error) {
    // The message was already processed. The steps after it may not have been, and are safe to repeat.
    if (!isUniqueViolation(error, 'notification_sources.id')) throw error
  }
  await sendLive(request, message, outboxId, wanted)
  const mailed = wanted.filter(({ channels, dueAt }) => channels.mail && dueAt <= now)
  await mailUsers(
    request,
    mailed.map(({ recipient }) => recipient.userId),
  )
  await sendToWebhooks(
    request,
    wanted.filter(({ channels }) => channels.webhook),
    message,
    now,
  )
}

async function deliveryFor(
  recipient: Recipient,
  { kind, workflowId, mailed = false }: NotificationCreate,
  outboxId: string,
  now: number,
): Promise<Delivery> {
  const settings = withDefaults(JSON.parse(recipient.settings ?? '{}'))
  const general = generalOf(recipient.preferences)
  const channels = channelsOf(kind, settings, general, workflowId)
  const timing = { ...general, quietHours: settings.quietHours }
  return {
    id: await derivedId('ntf', `${outboxId} ${recipient.userId}`),
    recipient,
    channels: mailed ? { ...channels, mail: false } : channels,
    dueAt: kindOf(kind).urgent ? now : mailDueAt(now, timing),
  }
}

const openKeyOf = ({ teamId, kind, dedupeKey }: NotificationCreate): string | null =>
  dedupeKey === null ? null : `${teamId ?? ''} ${kind} ${dedupeKey}`

async function store(
  { env }: RequestContext,
  deliveries: Delivery[],
  message: NotificationCreate,
  outboxId: string,
  now: number,
): Promise<void> {
  const { subject, teamId, kind, level, title, link } = message
  const openKey = openKeyOf(message)
  const rows = deliveries.map(({ id, recipient, channels }) => ({
    id,
    userId: recipient.userId,
    inApp: channels.inApp ? (1 as const) : (0 as const),
  }))
  const mails = deliveries.filter(({ channels }) => channels.mail).map(({ id, dueAt }) => ({ id, dueAt }))
  const fields = {
    ...{ teamId, kind, level, title, message: message.text, link, openKey },
    subjectType: subject?.type ?? null,
    subjectId: subject?.id ?? null,
  }
  await runBatch(env.DB, [
    insertSource(outboxId, now),
    ...(openKey === null
      ? []
      : [
          closeGroups(
            openKey,
            rows.map(({ userId }) => userId),
            now,
          ),
        ]),
    upsertNotifications(rows, fields, now),
    ...(mails.length === 0 ? [] : [insertMails(mails, now)]),
  ])
}

/** Sends to the sockets of users who follow their notifications. If that fails, the notification is still in the list. */
async function sendLive(
  request: RequestContext,
  message: NotificationCreate,
  outboxId: string,
  deliveries: Delivery[],
): Promise<void> {
  const shown = deliveries.filter(({ channels }) => channels.inApp)
  const ids = shown.map(({ id }) => id)
  const userIds = shown.map(({ recipient }) => recipient.userId)
  for (const row of await findNotified(request.db, ids, userIds, openKeyOf(message)))
    await publishNotification(request, row, ids.includes(row.id) ? 'created' : 'updated', outboxId)
}

/** Sends to the webhooks of the team that it is about. */
async function sendToWebhooks(
  request: RequestContext,
  deliveries: Delivery[],
  { teamId, kind, level, title, text, link, subject }: NotificationCreate,
  now: number,
): Promise<void> {
  if (teamId === null || deliveries.length === 0) return
  const recorded = await Promise.all(
    deliveries.map(async ({ id, recipient }) => ({
      id: await derivedId('evt', id),
      link: null,
      event: {
        type: 'notification.created' as const,
        at: new Date(now).toISOString(),
        teamId,
        data: { id, userId: recipient.userId, kind, level, title, message: text, link, subject },
      },
    })),
  )
  await recordEvents(request, recorded)
}
