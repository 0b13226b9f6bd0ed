// What other modules call: the message of a notification, to be put among the `messages` of their commit. So it is told when the
// change is committed, and only then.
import type { NotificationCreate, NotificationKind } from './messages/notifications.ts'

export type Notice = {
  kind: NotificationKind
  /** Users by id, and those of the team who have at least this role. Others than members of the team are left out. */
  to: { userIds?: readonly string[]; role?: NotificationCreate['to']['role'] & string }
  /** Null for what is only about the user. */
  teamId: string | null
  level?: 'info' | 'success' | 'warning' | 'error'
  title: string
  message: string
  /** A page or address that shows more. */
  link?: string | null
  subject?: { type: string; id: string } | null
  /** Repeats within an hour are one notification with a count. */
  dedupeKey?: string | null
  /** What tells of it sends a mail of its own, so the notification sends none. */
  mailed?: boolean
  /** For users who have muted it. */
  workflowId?: string | null
}

const MAX_TITLE = 200
const MAX_MESSAGE = 5_000

export const notify = ({ kind, to, teamId, title, message, ...more }: Notice): NotificationCreate => ({
  type: 'notification.create',
  to: {
    ...(to.userIds === undefined ? {} : { userIds: [...new Set(to.userIds)] }),
    ...(to.role === undefined ? {} : { role: to.role }),
  },
  teamId,
  kind,
  level: more.level ?? 'info',
  title: title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE),
  text: message.slice(0, MAX_MESSAGE),
  link: more.link ?? null,
  subject: more.subject ?? null,
  dedupeKey: more.dedupeKey ?? null,
  workflowId: more.workflowId ?? null,
  ...(more.mailed ? { mailed: true } : {}),
})
