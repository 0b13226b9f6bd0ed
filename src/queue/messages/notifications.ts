import * as z from 'zod'

export const NOTIFICATION_KINDS = [
  'run.failed',
  'run.succeeded',
  'approval.requested',
  'approval.decided',
  'task.assigned',
  'task.failed',
  'task.due',
  'task.overdue',
  'deployment.ready',
  'deployment.failed',
  'budget.threshold',
  'budget.stopped',
  'export.failed',
  'integration.broken',
  'webhook.disabled',
  'security.notice',
  'mention',
  'invitation',
  'announcement',
] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

/** Notifies users, each according to their settings. */
export const NotificationCreate = z.object({
  type: z.literal('notification.create'),
  to: z.object({
    userIds: z.array(z.string()).optional(),
    /** Also notifies members of the team with this role or a higher one. */
    role: z.enum(['viewer', 'member', 'admin', 'owner']).optional(),
  }),
  /** With a team, only its members are notified. */
  teamId: z.string().nullable(),
  kind: z.enum(NOTIFICATION_KINDS),
  level: z.enum(['info', 'success', 'warning', 'error']),
  title: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  dedupeKey: z.string().nullable(),
  /** The cause of the notification has sent its own mail. */
  mailed: z.boolean().optional(),
  /** Users can mute a workflow. */
  workflowId: z.string().nullable(),
})
export type NotificationCreate = z.infer<typeof NotificationCreate>
