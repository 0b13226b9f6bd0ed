// The events that clients get about a team and about themselves: the closed union, and the channels of each. Sockets, streams and
// webhooks get the same JSON. Events of a run's own log are in `run-events.ts`.
import * as z from 'zod'
import { RunEventError } from './run-events.ts'

const Data = z.unknown()

export const RunSummary = z
  .strictObject({
    id: z.string().describe('The id of the run.'),
    status: z
      .enum(['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'])
      .describe('Its status when the event was sent.'),
    progress: z.int().describe('The progress in percent.'),
    title: z.string().nullable().describe('The title, as set by the workflow.'),
    trigger: z.string().describe('The kind of trigger that started it.'),
    error: RunEventError.nullable().describe('Why it failed.'),
  })
  .meta({ id: 'RunSummary' })
export type RunSummary = z.infer<typeof RunSummary>

const Actor = z.strictObject({
  kind: z.enum(['user', 'api_key']).describe('A person, or one of their API keys.'),
  userId: z.string().describe('The person.'),
  keyId: z.string().nullable().describe('The API key.'),
})

const Named = z.strictObject({
  id: z.string().describe('The id of the workflow.'),
  name: z.string().describe('Its name.'),
})

const common = {
  at: z.iso.datetime().describe('When it happened.'),
  teamId: z
    .string()
    .describe('The team. For events to one user, their personal team or the team they concern.'),
  actor: Actor.optional().describe('The user or API key that caused it.'),
}

const RUN_TYPES = [
  'run.queued',
  'run.started',
  'run.waiting',
  'run.running',
  'run.progress',
  'run.paused',
  'run.resumed',
  'run.undoing',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
] as const

export const TASK_EVENT_TYPES = [
  'task.started',
  'task.progress',
  'task.completed',
  'task.failed',
  'task.blocked',
  'task.overdue',
] as const
export type TaskEventType = (typeof TASK_EVENT_TYPES)[number]

/** The fields of a task in events. */
export const TaskEventData = z.strictObject({
  id: z.string().describe('The id of the task.'),
  name: z.string().describe('Its title.'),
  status: z.string().describe('Its status when the event was sent.'),
  progress: z.int().describe('The progress in percent.'),
  parentId: z.string().nullable().describe('The task that it is a part of.'),
  runId: z.string().nullable().describe('The run that executes it.'),
  reason: z.strictObject({ code: z.string(), message: z.string() }).nullable().describe('Why it is waiting.'),
  error: Data.describe('Why it failed.'),
  dueAt: z.iso.datetime().nullable().describe('When it is due.'),
})

/** The kinds of objects in `changes`. */
export const CHANGED_THINGS = [
  'workflow',
  'template',
  'variable',
  'agent',
  'task',
  'file',
  'deployment',
  'integration',
  'webhook',
  'member',
  'invitation',
  'budget',
  'job',
  'team',
] as const
export type ChangedThing = (typeof CHANGED_THINGS)[number]

const CHANGES = ['created', 'updated', 'deleted'] as const
export type ChangeKind = (typeof CHANGES)[number]
export type ChangeType = `${ChangedThing}.${ChangeKind}`
export const CHANGE_TYPES = CHANGED_THINGS.flatMap((thing) =>
  CHANGES.map((kind): ChangeType => `${thing}.${kind}`),
)

export const LEVELS = ['info', 'success', 'warning', 'error'] as const

export const Announcement = z
  .strictObject({
    id: z.string().describe('Its id.'),
    title: z.string().describe('Its title.'),
    message: z.string().describe('Its text.'),
    level: z.enum(LEVELS).describe('How important it is.'),
    startsAt: z.iso.datetime().describe('When it is first shown.'),
    expiresAt: z.iso.datetime().nullable().describe('When it expires; null for never.'),
  })
  .meta({ id: 'Announcement' })
export type Announcement = z.infer<typeof Announcement>

export const TeamEvent = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.enum(RUN_TYPES).describe('The change of the run.'),
        ...common,
        run: RunSummary.describe('The run.'),
        workflow: Named.optional().describe('Its workflow.'),
        data: Data.describe('More details: the fields of the event in the run’s log.'),
      })
      .describe('An event of a run.'),
    z
      .strictObject({
        type: z.literal('workflow.note'),
        ...common,
        workflow: Named.describe('The workflow.'),
        run: z.strictObject({ id: z.string() }).optional().describe('The run that the note is about.'),
        data: z
          .strictObject({
            status: z.string().optional().describe('A status of the sender.'),
            message: z.string().describe('The note.'),
            data: Data.optional().describe('Additional data of the sender.'),
          })
          .describe('The note.'),
      })
      .describe('A note about a workflow.'),
    z
      .strictObject({
        type: z.enum(TASK_EVENT_TYPES).describe('The change of the task.'),
        ...common,
        data: TaskEventData.describe('The task.'),
      })
      .describe('An event of a task.'),
    z
      .strictObject({
        type: z
          .enum(CHANGE_TYPES as [ChangeType, ...ChangeType[]])
          .describe('The kind of object and the change.'),
        ...common,
        data: z
          .strictObject({
            id: z.string().describe('The id of the changed object.'),
            version: z.int().optional().describe('Its version, if it has versions.'),
            name: z.string().optional().describe('Its name, if it has one.'),
          })
          .describe('The changed object. Get it by its id to see its current state.'),
      })
      .describe('An object of the team was created, updated or deleted.'),
    z
      .strictObject({
        type: z.literal('deployment.progress'),
        ...common,
        data: z
          .strictObject({
            id: z.string().describe('The id of the deployment.'),
            status: z.string().describe('Its status.'),
            files: z
              .strictObject({ total: z.int(), changed: z.int(), sent: z.int(), bytes: z.int() })
              .describe('Its status.'),
            lines: z
              .array(
                z.strictObject({
                  seq: z.int(),
                  at: z.iso.datetime(),
                  level: z.enum(['info', 'warn', 'error']),
                  message: z.string(),
                  file: z.string().optional(),
                  bytes: z.int().optional(),
                }),
              )
              .describe('The new lines of its log; for a large step, the last hundred.'),
          })
          .describe('The progress of the deployment.'),
      })
      .describe('A deployment has progressed.'),
    z
      .strictObject({
        type: z.enum(['announcement.published', 'announcement.ended']).describe('The change.'),
        ...common,
        data: Announcement.describe('The announcement.'),
      })
      .describe('An announcement by the administrators of the installation.'),
    z
      .strictObject({
        type: z
          .enum(['notification.created', 'notification.updated', 'notification.deleted'])
          .describe('The change.'),
        ...common,
        data: z
          .looseObject({ id: z.string().describe('The id of the notification.') })
          .describe('The notification, and how many are unread.'),
      })
      .describe('A change of one of the user’s notifications.'),
    z
      .strictObject({
        type: z.literal('notifications.read').describe('All notifications were marked as read.'),
        ...common,
        data: z
          .strictObject({
            unreadCount: z.int().min(0).describe('The current number of unread notifications.'),
          })
          .describe('The remaining unread notifications.'),
      })
      .describe('The user has marked all notifications as read, or an API key those of its team.'),
  ])
  .meta({ id: 'TeamEvent' })
export type TeamEvent = z.infer<typeof TeamEvent>

/** An event about a run as a whole. */
export type RunChanged = Extract<TeamEvent, { run: RunSummary }>

const isRunEvent = (event: TeamEvent): event is RunChanged =>
  (RUN_TYPES as readonly string[]).includes(event.type)

const CHANNEL_OF_THING: Partial<Record<string, [own: string, all: string | null]>> = {
  workflow: ['workflow', null],
  task: ['task', 'tasks'],
  deployment: ['deployment', null],
}

/** The channels of an event. */
export function channelsOf(event: TeamEvent): string[] {
  if (isRunEvent(event))
    return event.workflow === undefined ? ['runs'] : ['runs', `workflow:${event.workflow.id}`]
  if (event.type === 'workflow.note') return [`workflow:${event.workflow.id}`]
  if (event.type === 'deployment.progress') return [`deployment:${event.data.id}`]
  const [thing = ''] = event.type.split('.')
  if (thing === 'announcement') return ['announcements']
  if (thing === 'notification' || thing === 'notifications') return ['notifications']
  const [own, all] = CHANNEL_OF_THING[thing] ?? []
  const { id } = event.data as { id: string }
  if ((TASK_EVENT_TYPES as readonly string[]).includes(event.type)) return [`task:${id}`, 'tasks']
  return ['changes', ...(own ? [`${own}:${id}`] : []), ...(all ? [all] : [])]
}
