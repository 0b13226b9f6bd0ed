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
  'integration.broken',
  'webhook.disabled',
  'security.notice',
  'mention',
  'invitation',
  'announcement',
] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

/** Users are to be told something: each as they have set it. */
export const NotificationCreate = z.object({
  type: z.literal('notification.create'),
  to: z.object({
    userIds: z.array(z.string()).optional(),
    /** Also those of the team who have this role or a higher one. */
    role: z.enum(['viewer', 'member', 'admin', 'owner']).optional(),
  }),
  /** With a team, only its members are told. */
  teamId: z.string().nullable(),
  kind: z.enum(NOTIFICATION_KINDS),
  level: z.enum(['info', 'success', 'warning', 'error']),
  title: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  dedupeKey: z.string().nullable(),
  /** What tells of it has sent a mail of its own. */
  mailed: z.boolean().optional(),
  /** Users may mute a workflow. */
  workflowId: z.string().nullable(),
})
export type NotificationCreate = z.infer<typeof NotificationCreate>
