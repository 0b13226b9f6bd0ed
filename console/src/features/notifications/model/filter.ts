// The filters of the list of notifications, as in the URL. Unknown values are ignored.

/** The kinds, with their names in the filter and in the settings. */
export const KIND_NAMES = {
  'run.failed': 'A run has failed',
  'run.succeeded': 'Your run has succeeded',
  'approval.requested': 'Your approval is required',
  'approval.decided': 'An approval in your run was decided',
  'task.assigned': 'A task was assigned to you',
  'task.failed': 'Your task has failed',
  'task.due': 'Your task is due soon',
  'task.overdue': 'Your task is overdue',
  'deployment.ready': 'Your deployment is ready',
  'deployment.failed': 'Your deployment has failed',
  'budget.threshold': 'A budget has reached a threshold',
  'budget.stopped': 'A budget is used up',
  'export.failed': 'An export of costs has failed',
  'integration.broken': 'An integration has stopped working',
  'webhook.disabled': 'A webhook was disabled',
  'security.notice': 'The security of your account was changed',
  mention: 'A message from a person or a workflow',
  invitation: 'You are invited to a team',
  announcement: 'An announcement by the administrators',
} as const

export type Kind = keyof typeof KIND_NAMES
export const KINDS = Object.keys(KIND_NAMES) as Kind[]

/** They cannot be turned off. */
export const ALWAYS: readonly Kind[] = ['security.notice', 'invitation']

export type NotificationFilter = { show?: 'unread' | 'read'; kind?: Kind }

export function readFilter({ show, kind }: Record<string, unknown>): NotificationFilter {
  const known = KINDS.find((one) => one === kind)
  return {
    ...((show === 'unread' || show === 'read') && { show }),
    ...(known && { kind: known }),
  }
}

export const queryOf = ({ show, kind }: NotificationFilter) => ({
  ...(show && { unread: show === 'unread' ? ('true' as const) : ('false' as const) }),
  ...(kind && { kind }),
})
