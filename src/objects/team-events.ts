// What clients hear of a team and of themselves: the closed union of these events, and the channels each goes to. The same
// JSON goes to sockets, streams and webhooks. An event of a run's own log is in `run-events.ts`.
import * as z from 'zod'
import { RunEventError } from './run-events.ts'

const Data = z.unknown()

export const RunSummary = z
  .strictObject({
    id: z.string().describe('The id of the run.'),
    status: z
      .enum(['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'])
      .describe('Its status when the event was sent.'),
    progress: z.int().describe('How much of the work is done, in percent.'),
    title: z.string().nullable().describe('The title that its workflow gives it.'),
    trigger: z.string().describe('What started it.'),
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
  actor: Actor.optional().describe('Who did it.'),
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

/** What an event says about a task. */
export const TaskEventData = z.strictObject({
  id: z.string().describe('The id of the task.'),
  name: z.string().describe('Its title.'),
  status: z.string().describe('Its status when the event was sent.'),
  progress: z.int().describe('How much of the work is done, in percent.'),
  parentId: z.string().nullable().describe('The task that it is a part of.'),
  runId: z.string().nullable().describe('The run that executes it.'),
  reason: z.strictObject({ code: z.string(), message: z.string() }).nullable().describe('Why it waits.'),
  error: Data.describe('Why it failed.'),
  dueAt: z.iso.datetime().nullable().describe('When it is due.'),
})

/** What a team has, as `changes` names it. */
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
    startsAt: z.iso.datetime().describe('From when it is shown.'),
    expiresAt: z.iso.datetime().nullable().describe('Until when it is shown; null for no end.'),
  })
  .meta({ id: 'Announcement' })
export type Announcement = z.infer<typeof Announcement>

export const TeamEvent = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.enum(RUN_TYPES).describe('What happened to the run.'),
        ...common,
        run: RunSummary.describe('The run.'),
        workflow: Named.optional().describe('Its workflow.'),
        data: Data.describe('More about it: the fields of the event in the log of the run.'),
      })
      .describe('Something happened to a run.'),
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
            data: Data.optional().describe('What the sender added.'),
          })
          .describe('The note.'),
      })
      .describe('Somebody sent a note about a workflow.'),
    z
      .strictObject({
        type: z.enum(TASK_EVENT_TYPES).describe('What happened to the task.'),
        ...common,
        data: TaskEventData.describe('The task.'),
      })
      .describe('Something happened to a task.'),
    z
      .strictObject({
        type: z.enum(CHANGE_TYPES as [ChangeType, ...ChangeType[]]).describe('What changed, and how.'),
        ...common,
        data: z
          .strictObject({
            id: z.string().describe('The id of what changed.'),
            version: z.int().optional().describe('Its version, where it has one.'),
            name: z.string().optional().describe('Its name, where it has one.'),
          })
          .describe('What changed. Read it to see how it is now.'),
      })
      .describe('Something of the team was created, updated or deleted.'),
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
              .describe('How far it is.'),
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
              .describe('What was added to its log; the last hundred of a large step.'),
          })
          .describe('How far the deployment is.'),
      })
      .describe('A deployment went on.'),
    z
      .strictObject({
        type: z.enum(['announcement.published', 'announcement.ended']).describe('What happened to it.'),
        ...common,
        data: Announcement.describe('The announcement.'),
      })
      .describe('An announcement of the administrators of the installation.'),
    z
      .strictObject({
        type: z
          .enum(['notification.created', 'notification.updated', 'notification.deleted'])
          .describe('What happened to it.'),
        ...common,
        data: z
          .looseObject({ id: z.string().describe('The id of the notification.') })
          .describe('The notification, and how many are unread.'),
      })
      .describe('Something happened to a notification of the user.'),
    z
      .strictObject({
        type: z.literal('notifications.read').describe('All were read at once.'),
        ...common,
        data: z
          .strictObject({ unreadCount: z.int().min(0).describe('How many are unread now.') })
          .describe('What is left.'),
      })
      .describe('The user has read all notifications, or a key those of its team.'),
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

/** The channels that an event goes to. */
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
