// The interface for other modules: the message of a notification for the `messages` of a commit. So users are notified only if the change
// is committed.
import type { NotificationCreate, NotificationKind } from './messages/notifications.ts'

export type Notice = {
  kind: NotificationKind
  /** Users by id, and members of the team with at least this role. Users outside the team are left out. */
  to: { userIds?: readonly string[]; role?: NotificationCreate['to']['role'] & string }
  /** Null if it is only about the user. */
  teamId: string | null
  level?: 'info' | 'success' | 'warning' | 'error'
  title: string
  message: string
  /** A page or URL with more details. */
  link?: string | null
  subject?: { type: string; id: string } | null
  /** Repeats within an hour become one notification with a count. */
  dedupeKey?: string | null
  /** The cause sends its own mail, so the notification sends none. */
  mailed?: boolean
  /** For users who have muted this workflow. */
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
