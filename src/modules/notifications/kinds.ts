// The kinds of notifications, and where each goes unless the user says otherwise.
import { NOTIFICATION_KINDS, type NotificationKind } from '../../queue/messages/notifications.ts'

export { NOTIFICATION_KINDS, type NotificationKind }

export type Channels = { inApp: boolean; mail: boolean; webhook: boolean }

type Kind = {
  description: string
  mail: boolean
  /** Goes out at once, whatever quiet hours and digest say. */
  urgent?: true
  /** Told only to users who ask for it. */
  onRequest?: true
  /** Cannot be turned off: the user has to know. */
  always?: true
}

export const KINDS = {
  'run.failed': { description: 'A run has failed.', mail: true },
  // What goes well is the rule, and each of a thousand runs would be told.
  'run.succeeded': { description: 'A run of yours has succeeded.', mail: false, onRequest: true },
  // Its mail is sent by the approval itself, with a link to decide.
  'approval.requested': { description: 'You are asked for an approval.', mail: false, urgent: true },
  'approval.decided': { description: 'An approval of your run was decided.', mail: false, urgent: true },
  'task.assigned': { description: 'A task was assigned to you.', mail: true },
  'task.failed': { description: 'A task has failed.', mail: true },
  'task.due': { description: 'A task of yours is due soon.', mail: false },
  'task.overdue': { description: 'A task of yours is overdue.', mail: true },
  'deployment.ready': { description: 'A deployment is ready.', mail: false },
  'deployment.failed': { description: 'A deployment has failed.', mail: true },
  'budget.threshold': { description: 'A share of a budget is spent.', mail: true },
  'budget.stopped': { description: 'A budget is spent, and work was stopped.', mail: true },
  'integration.broken': { description: 'An integration does not work any more.', mail: true },
  'webhook.disabled': { description: 'A webhook was switched off.', mail: true },
  'security.notice': {
    description: 'Something about the security of your account.',
    mail: true,
    urgent: true,
    always: true,
  },
  mention: { description: 'Somebody, or a workflow, tells you something.', mail: false },
  invitation: { description: 'You are invited to a team.', mail: false, urgent: true, always: true },
  // Everybody is shown those on the channel of their own; these are kept and mailed for who asks for it.
  announcement: { description: 'A word of the administrators.', mail: false, onRequest: true },
} as const satisfies Record<NotificationKind, Kind>

export const kindOf = (kind: NotificationKind): Kind => KINDS[kind]

export const defaultChannels = (kind: NotificationKind): Channels => ({
  inApp: kindOf(kind).onRequest !== true,
  mail: kindOf(kind).mail,
  webhook: false,
})
