// Changes a task. Invariants:
// 1. The work of a task cannot be changed while it is done: type, input, files, retries, timeout and dependencies are
//    fixed until it ends.
// 2. Edges between tasks are written to the version of the graph that was checked, so two concurrent changes never
//    create a cycle together.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { insertChange } from '../desk/repo/changes.ts'
import { wakeDesk } from '../desk/wake.ts'
import { findGraphVersion, incrementGraphVersion, isStaleGraph } from '../graph/repo.ts'
import { isAtWork } from '../pure/status.ts'
import { getTask, requireCurrentTask } from '../read/service.ts'
import { SHORT, type TaskRow } from '../repo/columns.ts'
import { deleteOtherDependencies, findDependencies, insertDependencies } from '../repo/dependencies.ts'
import { findTasks, type TaskChanges, updateTask as updateTaskRow } from '../repo/tasks.ts'
import { findSubtree, moveSubtree } from '../repo/tree.ts'
import { MAX_DEPTH, MAX_GRAPH } from '../schema/parts.ts'
import type { Task, UpdateTask } from '../schema/task.ts'
import { assignedNotices } from './assigned-notices.ts'
import { checkTaskFiles } from './check-files.ts'
import { checkTaskInput, requireFilesRight, requireKeyMay } from './check-input.ts'
import {
  agentOf,
  assigneeOf,
  NEVER_DUE,
  remindAtOf,
  requireAssignee,
  requireMayBeParent,
  requireNoCycle,
} from './new-task.ts'

const MAX_TRIES = 5
/** Fields that cannot be changed while the task is being worked on. */
const FIXED_AT_WORK = ['input', 'files', 'retry', 'timeoutMs', 'dependsOn', 'onDependencyFailure'] as const

export async function updateTask(
  ctx: ServiceContext,
  id: string,
  body: UpdateTask,
  expected: Expected,
): Promise<Versioned<Task>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await requireCurrentTask(ctx, id)
    requireExpected(expected, before.version)
    if (await changeOnce(ctx, before, body)) {
      wakeDesk(ctx, ctx.actor.teamId)
      return getTask(ctx, id)
    }
  }
  throw new AppError('resource.stale')
}

async function changeOnce(ctx: ServiceContext, before: TaskRow, body: UpdateTask): Promise<boolean> {
  const { teamId } = ctx.actor
  const fixed = FIXED_AT_WORK.find((name) => body[name] !== undefined)
  if (isAtWork(before.status) && fixed !== undefined)
    throw new AppError('task.status_not_allowed', {
      detail: `The task is ${before.status}; ${fixed} can be changed when it has ended.`,
    })
  const changes = await fieldsOf(ctx, before, body)
  const edges = await edgesOf(ctx, before, body)
  const statements = [...edges.statements]
  const outcome = await commit(ctx, {
    guard: updateTaskRow(
      teamId,
      before.id,
      { ...changes, ...edges.changes, updatedAt: ctx.now() },
      { version: before.version },
    ),
    statements,
    audit: {
      action: 'task.updated',
      targetType: 'task',
      targetId: before.id,
      after: { name: body.title ?? before.title, changed: Object.keys(body) },
    },
    messages:
      changes.assignee === undefined || changes.assignee === before.assignee
        ? []
        : assignedNotices(ctx, [
            { id: before.id, title: body.title ?? before.title, assignee: changes.assignee },
          ]),
  }).catch((error: unknown) => {
    // The graph has changed since it was checked.
    if (isStaleGraph(error)) return 'guard_missed' as const
    throw error
  })
  return outcome === 'done'
}

async function fieldsOf(ctx: ServiceContext, before: TaskRow, body: UpdateTask): Promise<TaskChanges> {
  const changes: TaskChanges = {}
  const { teamId } = ctx.actor
  if (body.title !== undefined) changes.title = body.title
  if (body.description !== undefined) changes.description = body.description
  if (body.priority !== undefined) changes.priority = body.priority
  if (body.weight !== undefined) changes.weight = body.weight
  if (body.tags !== undefined) changes.tags = JSON.stringify([...new Set(body.tags)])
  if (body.metadata !== undefined) changes.metadata = JSON.stringify(body.metadata)
  if (body.retry !== undefined) changes.retry = JSON.stringify(body.retry)
  if (body.timeoutMs !== undefined) changes.timeoutMs = body.timeoutMs
  if (body.onDependencyFailure !== undefined) changes.onDependencyFailure = body.onDependencyFailure
  if (body.autoStart !== undefined) {
    if (body.autoStart) requireKeyMay(ctx.actor, 'tasks:run', 'A task that starts by itself')
    changes.autoStart = body.autoStart ? 1 : 0
  }
  const input =
    body.input === undefined ? undefined : await checkTaskInput(ctx, before.type, body.input as Json)
  if ((body.files ?? []).length > 0) requireFilesRight(ctx.actor)
  if (input !== undefined || body.files !== undefined)
    await checkTaskFiles(ctx, teamId, body.files ?? [], input ?? null)
  if (input !== undefined) changes.input = JSON.stringify(input)
  if (body.files !== undefined) changes.files = JSON.stringify(body.files)
  if (body.dueAt !== undefined) {
    changes.dueAt = body.dueAt === null ? null : Date.parse(body.dueAt)
    changes.dueSort = changes.dueAt ?? NEVER_DUE
    changes.remindAt = remindAtOf(changes.dueAt, ctx.now())
  }
  if (body.assignee !== undefined) {
    changes.assignee = assigneeOf(body.assignee)
    await requireAssignee(ctx, changes.assignee)
  }
  if (input !== undefined || body.assignee !== undefined)
    changes.agentId = agentOf(
      input ?? (JSON.parse(before.input) as Json),
      changes.assignee ?? before.assignee,
    )
  return changes
}

type Edges = { changes: TaskChanges; statements: Statement[] }

async function edgesOf(ctx: ServiceContext, before: TaskRow, body: UpdateTask): Promise<Edges> {
  const { teamId } = ctx.actor
  const { DB } = ctx.env
  const edges: Edges = { changes: {}, statements: [] }
  const parentId = body.parentId === undefined ? before.parentId : (body.parentId ?? '')
  const moves = parentId !== before.parentId
  if (!moves && body.dependsOn === undefined) return edges

  const seen = await findGraphVersion(DB, teamId)
  const now = await findDependencies(DB, teamId, [before.id])
  const dependsOn = body.dependsOn?.map(({ taskId }) => taskId) ?? now.map((one) => one.dependsOn)
  if (body.dependsOn !== undefined) await requireTasks(ctx, before.id, dependsOn)
  if (moves) Object.assign(edges, await moved(ctx, before, parentId))
  await requireNoCycle(ctx, { id: before.id, parentId: parentId === '' ? null : parentId, dependsOn })
  if (body.dependsOn !== undefined) {
    edges.statements.push(
      deleteOtherDependencies(teamId, before.id, dependsOn),
      insertDependencies(
        teamId,
        body.dependsOn.map(({ taskId, on }) => ({ taskId: before.id, dependsOn: taskId, needs: on })),
      ),
    )
  }
  // The desk checks again whether it is held, so nothing starts that should wait.
  if (['draft', 'blocked', 'scheduled', 'queued'].includes(before.status)) {
    edges.changes.held = 1
    edges.statements.push(insertChange(teamId, before.id, 'held', ctx.now()))
    if (before.status === 'queued') edges.changes.status = 'blocked'
  }
  edges.statements.unshift(incrementGraphVersion(teamId, seen))
  return edges
}

async function requireTasks(ctx: ServiceContext, id: string, ids: readonly string[]): Promise<void> {
  const found = new Set((await findTasks(ctx.env.DB, ctx.actor.teamId, ids, SHORT)).map((row) => row.id))
  const errors = ids.flatMap((one, at) => {
    if (one !== id && found.has(one)) return []
    const path = `/dependsOn/${at}/taskId` as const
    return one === id
      ? [{ path, message: 'A task cannot wait for itself', code: 'task.cycle' }]
      : [{ path, message: 'The team has no such task', code: 'not_found' }]
  })
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
}

async function moved(ctx: ServiceContext, before: TaskRow, parentId: string): Promise<Edges> {
  const { teamId } = ctx.actor
  const [parent] = parentId === '' ? [null] : await findTasks(ctx.env.DB, teamId, [parentId], SHORT)
  if (parent === undefined) throw new AppError('resource.not_found', { detail: 'The parent was not found.' })
  const tree = await findSubtree(ctx.env.DB, teamId, before.id, MAX_GRAPH)
  const height = Math.max(...tree.map(({ depth }) => depth)) - before.depth
  if (parent !== null && !tree.some(({ id }) => id === parent.id)) {
    requireMayBeParent(parent)
    if (parent.depth + 1 + height >= MAX_DEPTH)
      throw new AppError('request.invalid', {
        errors: [
          {
            path: '/parentId',
            message: `Tasks can be nested at most ${MAX_DEPTH} levels deep`,
            code: 'custom',
          },
        ],
      })
  }
  const depth = parent === null ? 0 : parent.depth + 1
  const rootId = parent === null ? before.id : parent.rootId
  return {
    changes: { parentId, rootId, depth },
    statements: [
      moveSubtree(
        teamId,
        tree.map(({ id }) => id).filter((id) => id !== before.id),
        rootId,
        depth - before.depth,
      ),
    ],
  }
}
