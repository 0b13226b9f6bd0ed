// Notifies followers of tasks, live and through webhooks. A repeated change has the same id.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { derivedId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { teamHub } from '../../../objects/channels.ts'
import type { TaskEventType, TeamEvent } from '../../../objects/team-events.ts'
import { notify } from '../../../queue/notify.ts'
import { postMessages } from '../../../queue/post.ts'
import { publishNow } from '../../realtime/index.ts'
import { publicError } from '../../runs/index.ts'
import { recordEvents } from '../../webhooks/index.ts'
import type { TaskStatus } from '../pure/status.ts'
import { SHORT, type ShortTask } from '../repo/columns.ts'
import { findTasks } from '../repo/tasks.ts'
import { type ChangeRow, hasFollowers } from './repo/changes.ts'

const EVENT_OF: Partial<Record<TaskStatus, TaskEventType>> = {
  succeeded: 'task.completed',
  failed: 'task.failed',
  blocked: 'task.blocked',
}

export function eventOf({ kind, oldStatus, newStatus }: ChangeRow): TaskEventType | null {
  if (newStatus === null) return null
  if (kind === 'progress') return 'task.progress'
  if (kind === 'overdue') return 'task.overdue'
  if (kind !== 'status') return null
  if (newStatus === 'running' && oldStatus !== 'waiting' && oldStatus !== 'paused') return 'task.started'
  return EVENT_OF[newStatus] ?? null
}

export const taskEvent = (row: ShortTask, type: TaskEventType, at: number): TeamEvent => ({
  type,
  at: toIso(at),
  teamId: row.teamId,
  data: {
    id: row.id,
    name: row.title,
    status: row.status,
    progress: row.progress,
    parentId: row.parentId === '' ? null : row.parentId,
    runId: row.runId,
    reason: row.reason === null ? null : (JSON.parse(row.reason) as { code: string; message: string }),
    error: row.error === null ? null : (publicError(JSON.parse(row.error)) as Json),
    dueAt: row.dueAt === null ? null : toIso(row.dueAt),
  },
})

export async function publishTaskEvent(
  request: RequestContext,
  event: TeamEvent,
  key: string,
): Promise<void> {
  const id = await derivedId('evt', key)
  await recordEvents(request, [{ id, event, link: null }])
  await publishNow(request, teamHub(event.teamId), { key, event })
}

export async function publishTaskChanges(
  request: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
): Promise<void> {
  const published = changes.flatMap((change) => {
    const type = eventOf(change)
    return type === null ? [] : [{ change, type }]
  })
  const failed = changes.filter(({ kind, newStatus }) => kind === 'status' && newStatus === 'failed')
  if (published.length === 0) return
  const isFollowed = await hasFollowers(request.env.DB, teamHub(teamId), teamId, request.now())
  if (!isFollowed && failed.length === 0) return
  const ids = [
    ...new Set(
      (isFollowed ? published : failed.map((change) => ({ change }))).map(({ change }) => change.taskId),
    ),
  ]
  const rows = new Map((await findTasks(request.env.DB, teamId, ids, SHORT)).map((row) => [row.id, row]))
  if (isFollowed)
    for (const { change, type } of published) {
      const row = rows.get(change.taskId)
      if (row !== undefined)
        await publishTaskEvent(request, taskEvent(row, type, change.at), `task ${change.id} ${type}`)
    }
  for (const change of failed) {
    const row = rows.get(change.taskId)
    if (row !== undefined && row.status === 'failed' && row.children === 0)
      await notifyOfFailure(request, row, change.id)
  }
}

/** The creator and the assignee. */
export const creatorAndAssignee = (row: ShortTask): string[] => [
  row.createdBy,
  ...(row.assignee.startsWith('usr_') ? [row.assignee] : []),
]

async function notifyOfFailure(request: RequestContext, row: ShortTask, changeId: number): Promise<void> {
  const error = row.error === null ? null : (JSON.parse(row.error) as { message?: string })
  const message = notify({
    kind: 'task.failed',
    level: 'error',
    to: { userIds: creatorAndAssignee(row) },
    teamId: row.teamId,
    title: `The task ${row.title} has failed`,
    message: error?.message ?? 'The task has failed.',
    subject: { type: 'task', id: row.id },
    dedupeKey: `task.failed ${row.id}`,
  })
  const id = await derivedId('msg', `task.failed ${row.id} ${changeId}`)
  await postMessages(request.env, [{ id, message }], request.requestId, request.now())
}
