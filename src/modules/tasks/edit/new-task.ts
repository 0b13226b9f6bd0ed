// Converts a request to the rows of a task. All errors are found here, for one task or many.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, type FieldError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { currentAgent } from '../../agents/index.ts'
import { findMembersAmong } from '../../teams/index.ts'
import { findBefore, type GraphRow, MAX_GRAPH_ROWS } from '../graph/repo.ts'
import { findCyclePath } from '../pure/graph.ts'
import { judgeDependency } from '../pure/status.ts'
import { SHORT } from '../repo/columns.ts'
import { findTasks, type NewTask } from '../repo/tasks.ts'
import { firstOfSchedule } from '../schedule/times.ts'
import { MAX_DEPTH, MAX_GRAPH, Retry, type TaskSchedule } from '../schema/parts.ts'
import type { CreateTask } from '../schema/task.ts'
import { checkTaskFiles } from './check-files.ts'
import { checkTaskInput, requireFilesRight, requireKeyMay } from './check-input.ts'

type Ctx = RequestContext & { actor: Actor }

/** Tasks without a due date are listed after all others. */
export const NEVER_DUE = 8_640_000_000_000_000
const DUE_SOON_MS = 24 * 3_600_000

export type Dependency = { taskId: string; dependsOn: string; needs: 'success' | 'end' }
export type Prepared = {
  row: NewTask
  dependencies: Dependency[]
  schedule: { given: TaskSchedule; first: number } | null
}

const invalid = (path: `/${string}`, message: string, code = 'custom'): AppError =>
  new AppError('request.invalid', { errors: [{ path, message, code }] })

/** When the next reminder of a due date is sent. Null if there is none. */
export const remindAtOf = (dueAt: number | null, now: number): number | null =>
  dueAt === null ? null : dueAt - DUE_SOON_MS > now ? dueAt - DUE_SOON_MS : dueAt

export const assigneeOf = (assignee: CreateTask['assignee']): string =>
  assignee === undefined || assignee === null ? '' : 'userId' in assignee ? assignee.userId : assignee.agentId

/** The agent that does the work: the one in the input, or the assigned one. */
export const agentOf = (input: Json, assignee: string): string => {
  const named = (input as { agentId?: unknown } | null)?.agentId
  return typeof named === 'string' ? named : assignee.startsWith('agt_') ? assignee : ''
}

export async function requireAssignee(ctx: Ctx, assignee: string): Promise<void> {
  if (assignee === '') return
  if (!assignee.startsWith('usr_')) {
    if ((await currentAgent(ctx.env.DB, ctx.actor.teamId, assignee)) !== null) return
    throw invalid('/assignee/agentId', 'The team has no such agent', 'not_found')
  }
  const members = await findMembersAmong(ctx.env.DB, ctx.actor.teamId, [assignee])
  if (!members.has(assignee)) throw invalid('/assignee/userId', 'Nobody in the team has this id', 'not_found')
}

/** `known` are rows that will be written together, by their ids. `isChecked`: its edges form no cycle. */
export async function prepareTask(
  ctx: Ctx,
  body: CreateTask,
  id = newId('tsk', ctx.now()),
  known: ReadonlyMap<string, NewTask> = new Map(),
  { isChecked = false }: { isChecked?: boolean } = {},
): Promise<Prepared> {
  const now = ctx.now()
  const { teamId, userId } = ctx.actor
  const input = await checkTaskInput(ctx, body.type, (body.input ?? {}) as Json)
  if ((body.files ?? []).length > 0) requireFilesRight(ctx.actor)
  await checkTaskFiles(ctx, teamId, body.files ?? [], input)
  const assignee = assigneeOf(body.assignee)
  await requireAssignee(ctx, assignee)
  const parent = await requireParent(ctx, body.parentId ?? null, known)
  const dependencies = (body.dependsOn ?? []).map(({ taskId, on }) => ({
    taskId: id,
    dependsOn: taskId,
    needs: on,
  }))
  const others = await requireDependencies(ctx, id, dependencies, known)
  if (!isChecked && parent !== null && dependencies.length > 0)
    await requireNoCycle(ctx, {
      id,
      parentId: parent.id,
      dependsOn: dependencies.map((one) => one.dependsOn),
    })
  const schedule =
    body.schedule === undefined ? null : { given: body.schedule, first: firstOfSchedule(body.schedule, now) }
  const dueAt = body.dueAt === undefined || body.dueAt === null ? null : Date.parse(body.dueAt)
  const isHeld =
    parent?.held === 1 ||
    dependencies.some(
      ({ needs, dependsOn }) =>
        judgeDependency(needs, others.get(dependsOn)?.status ?? 'draft', false) !== 'met',
    )
  const starts = body.autoStart ?? (dependencies.length > 0 || schedule !== null)
  if (starts) requireKeyMay(ctx.actor, 'tasks:run', 'A task that starts by itself')
  const status = !starts
    ? 'draft'
    : schedule !== null
      ? 'scheduled'
      : dependencies.length > 0 || isHeld
        ? 'blocked'
        : 'queued'
  const row: NewTask = {
    id,
    teamId,
    title: body.title,
    description: body.description ?? '',
    type: body.type,
    input: JSON.stringify(input),
    priority: body.priority ?? 5,
    status,
    statusSince: now,
    reason: null,
    tags: JSON.stringify([...new Set(body.tags ?? [])]),
    files: JSON.stringify(body.files ?? []),
    metadata: JSON.stringify(body.metadata ?? {}),
    assignee,
    agentId: agentOf(input, assignee),
    parentId: parent?.id ?? '',
    rootId: parent?.rootId ?? id,
    depth: parent === null ? 0 : (parent.depth ?? 0) + 1,
    weight: body.weight ?? 1,
    // The desk releases tasks with dependencies after checking these, so that none is missed.
    held: dependencies.length > 0 || isHeld ? 1 : 0,
    onDependencyFailure: body.onDependencyFailure ?? 'block',
    retry: JSON.stringify(body.retry ?? Retry.parse({})),
    timeoutMs: body.timeoutMs ?? null,
    autoStart: starts ? 1 : 0,
    dueAt,
    dueSort: dueAt ?? NEVER_DUE,
    remindAt: remindAtOf(dueAt, now),
    queuedAt: status === 'queued' ? now : null,
    createdBy: userId,
    createdAt: now,
    updatedAt: now,
  }
  return { row, dependencies, schedule }
}

async function requireParent(
  ctx: Ctx,
  parentId: string | null,
  known: ReadonlyMap<string, NewTask>,
): Promise<NewTask | null> {
  if (parentId === null) return null
  const parent = known.get(parentId) ?? (await findTasks(ctx.env.DB, ctx.actor.teamId, [parentId], SHORT))[0]
  if (parent === undefined) throw notFound('The parent')
  requireMayBeParent(parent)
  return parent
}

export function requireMayBeParent(parent: NewTask): void {
  if ((parent.depth ?? 0) + 1 >= MAX_DEPTH)
    throw invalid('/parentId', `Tasks can be nested at most ${MAX_DEPTH} levels deep`)
  if (
    (parent.children ?? 0) === 0 &&
    ((parent.runId ?? null) !== null || (parent.leaseHash ?? null) !== null)
  )
    throw new AppError('resource.conflict', {
      detail: 'The parent has its own work, so it cannot have subtasks.',
    })
  if ((parent.occurrenceOf ?? null) !== null || parent.status === 'scheduled')
    throw new AppError('resource.conflict', { detail: 'A task with a schedule cannot have subtasks.' })
}

async function requireDependencies(
  ctx: Ctx,
  id: string,
  dependencies: readonly Dependency[],
  known: ReadonlyMap<string, NewTask>,
): Promise<Map<string, NewTask>> {
  if (dependencies.length === 0) return new Map()
  const missing = dependencies.map(({ dependsOn }) => dependsOn).filter((one) => !known.has(one))
  const found = missing.length === 0 ? [] : await findTasks(ctx.env.DB, ctx.actor.teamId, missing, SHORT)
  const others = new Map<string, NewTask>([...known, ...found.map((row) => [row.id, row] as const)])
  const errors: FieldError[] = dependencies.flatMap(({ dependsOn }, at) => {
    const message =
      dependsOn === id
        ? 'A task cannot wait for itself'
        : others.has(dependsOn)
          ? null
          : 'The team has no such task'
    return message === null
      ? []
      : [
          {
            path: `/dependsOn/${at}/taskId` as const,
            message,
            code: dependsOn === id ? 'task.cycle' : 'not_found',
          },
        ]
  })
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
  return others
}

export type NewEdges = { id: string; parentId: string | null; dependsOn: readonly string[] }

/** Throws 422 with the cycle if a task with these edges would wait for itself. */
export async function requireNoCycle(ctx: Ctx, edges: NewEdges): Promise<void> {
  const { teamId } = ctx.actor
  const from = [...edges.dependsOn, ...(edges.parentId === null ? [] : [edges.parentId])]
  if (from.length === 0) return
  const rows = await findBefore(ctx.env.DB, teamId, [edges.id, ...from], MAX_GRAPH)
  const nodes = nodesOf(rows)
  const fault = graphFault(rows, nodes.size)
  if (fault !== null) throw invalid('/dependsOn', fault)
  nodes.set(edges.id, { id: edges.id, parentId: edges.parentId, dependsOn: [...edges.dependsOn] })
  const cycle = findCyclePath([...nodes.values()])
  if (cycle === null) return
  const path = edges.dependsOn.length > 0 ? '/dependsOn' : '/parentId'
  throw invalid(path, `The tasks would wait for each other: ${cycle.join(' → ')}`, 'task.cycle')
}

/** Of a graph that cannot be searched for cycles, why; else null. */
export function graphFault(rows: readonly GraphRow[], tasks: number): string | null {
  if (tasks > MAX_GRAPH) return `A graph has at most ${MAX_GRAPH} tasks`
  return rows.length > MAX_GRAPH_ROWS ? `A graph has at most ${MAX_GRAPH_ROWS} dependencies` : null
}

export function nodesOf(
  rows: readonly GraphRow[],
): Map<string, { id: string; parentId: string | null; dependsOn: string[] }> {
  const nodes = new Map<string, { id: string; parentId: string | null; dependsOn: string[] }>()
  for (const { id, parentId, dependsOn } of rows) {
    const node = nodes.get(id) ?? { id, parentId: parentId === '' ? null : parentId, dependsOn: [] }
    if (dependsOn !== null) node.dependsOn.push(dependsOn)
    nodes.set(id, node)
  }
  return nodes
}
