// The kinds of notifications and their default channels.
import { NOTIFICATION_KINDS, type NotificationKind } from '../../queue/messages/notifications.ts'

export { NOTIFICATION_KINDS, type NotificationKind }

export type Channels = { inApp: boolean; mail: boolean; webhook: boolean }

type Kind = {
  description: string
  mail: boolean
  /** Sent at once, regardless of quiet hours and digests. */
  urgent?: true
  /** Sent only to users who turn it on. */
  onRequest?: true
  /** Cannot be turned off. */
  always?: true
}

export const KINDS = {
  'run.failed': { description: 'A run has failed.', mail: true },
  // Success is the normal case, and notifying about each run would be too much.
  'run.succeeded': { description: 'Your run has succeeded.', mail: false, onRequest: true },
  // The approval sends its own mail, with a link to decide.
  'approval.requested': { description: 'Your approval is required.', mail: false, urgent: true },
  'approval.decided': { description: 'An approval in your run was decided.', mail: false, urgent: true },
  'task.assigned': { description: 'A task was assigned to you.', mail: true },
  'task.failed': { description: 'A task has failed.', mail: true },
  'task.due': { description: 'Your task is due soon.', mail: false },
  'task.overdue': { description: 'Your task is overdue.', mail: true },
  'deployment.ready': { description: 'A deployment is ready.', mail: false },
  'deployment.failed': { description: 'A deployment has failed.', mail: true },
  'budget.threshold': { description: 'Spending has reached a threshold of a budget.', mail: true },
  'budget.stopped': { description: 'A budget is used up, and work was stopped.', mail: true },
  'export.failed': { description: 'A scheduled export of costs has failed.', mail: true },
  'integration.broken': { description: 'An integration has stopped working.', mail: true },
  'webhook.disabled': { description: 'A webhook was disabled.', mail: true },
  'security.notice': {
    description: 'A change to the security of your account.',
    mail: true,
    urgent: true,
    always: true,
  },
  mention: { description: 'A message to you from a person or a workflow.', mail: false },
  invitation: { description: 'You are invited to a team.', mail: false, urgent: true, always: true },
  // All users see announcements on their channel. Users who turn this kind on also get them as stored notifications and mails.
  announcement: { description: 'An announcement by the administrators.', mail: false, onRequest: true },
} as const satisfies Record<NotificationKind, Kind>

export const kindOf = (kind: NotificationKind): Kind => KINDS[kind]

export const defaultChannels = (kind: NotificationKind): Channels => ({
  inApp: kindOf(kind).onRequest !== true,
  mail: kindOf(kind).mail,
  webhook: false,
})
