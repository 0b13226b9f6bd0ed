import * as z from 'zod'
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { encodeCursor } from '../../../core/cursor.ts'
import { notFound } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { Versioned } from '../../../core/version.ts'
import { rowsOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { prepare, runBatch } from '../../../db/statement.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { publicError } from '../../runs/index.ts'
import { findQueuePlace } from '../desk/repo/queue.ts'
import { isAtWork } from '../pure/status.ts'
import type { TaskRow } from '../repo/columns.ts'
import { findDependencies, findStandingDependencies, type StandingDependency } from '../repo/dependencies.ts'
import { COLUMN_OF_SORT, countListed, findListed, findWalkEnd, type ListFilter } from '../repo/list.ts'
import { findTask, findVisibleTask } from '../repo/tasks.ts'
import { findSchedule, type ScheduleRow } from '../schedule/repo.ts'
import type { ListTasks, Task, TaskFilter, TaskSummary } from '../schema/task.ts'
import { searchTasks } from '../search/service.ts'
import { listedTypes } from '../types/index.ts'
import { dependencyView, reasonOf, type TaskParts, toSummary, toTask } from './view.ts'

const ms = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text)

/** In the form of the repo. `me` and `none` become the stored values. */
export const filterOf = (query: TaskFilter, userId: string): ListFilter => ({
  status: query.status,
  type: query.type,
  priority: query.priority,
  agent: query.agent,
  assignee: query.assignee?.map((one) => (one === 'me' ? userId : one === 'none' ? '' : one)),
  tag: query.tag,
  parent: query.parent?.map((one) => (one === 'none' ? '' : one)),
  root: query.root,
  occurrenceOf: query.occurrenceOf,
  dueFrom: ms(query.dueFrom),
  dueTo: ms(query.dueTo),
  createdFrom: ms(query.createdFrom),
  createdTo: ms(query.createdTo),
  overdue: query.overdue,
  hasErrors: query.hasErrors,
})

/** With the results of a search, if the query has words. */
export async function searchedFilter(
  request: Pick<ReadContext, 'env' | 'now'>,
  teamId: string,
  query: TaskFilter,
  userId: string,
): Promise<ListFilter> {
  const filter = filterOf(query, userId)
  return query.q === undefined ? filter : { ...filter, ids: await searchTasks(request, teamId, query.q) }
}

export async function listTasks(ctx: ReadContext, query: ListTasks): Promise<Page<TaskSummary>> {
  const now = ctx.now()
  // The actor is only known after the first read. With search words, that read finds nothing.
  const isSearch = query.q !== undefined
  const first = await ctx.read((who) =>
    findListed(who.teamId, { ...filterOf(query, who.userId), ...(isSearch ? { ids: [] } : {}) }, query, now),
  )
  const { teamId, userId } = first.actor
  const filter = isSearch ? await searchedFilter(ctx, teamId, query, userId) : filterOf(query, userId)
  const rows = isSearch ? await rowsOf(ctx.env.DB, findListed(teamId, filter, query, now)) : first.rows
  const column = COLUMN_OF_SORT[query.sort.replace(/^-/, '')] ?? 'createdAt'
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row[column] as number, id: row.id }),
    (row) => toSummary(row, now),
  )
  if (query.include === 'dependencies') page.items = await withDependencies(ctx, teamId, page.items)
  if (page.nextCursor === null && rows.length <= query.limit) {
    const end = await findWalkEnd(ctx.env.DB, teamId, filter, query, now)
    if (end !== null) page.nextCursor = encodeCursor({ sort: query.sort, ...end })
  }
  return query.count ? { ...page, total: await countListed(ctx.env.DB, teamId, filter, now) } : page
}

async function withDependencies(
  ctx: Pick<ReadContext, 'env'>,
  teamId: string,
  items: readonly TaskSummary[],
): Promise<TaskSummary[]> {
  const ids = items.map(({ id }) => id)
  const byTask = Map.groupBy(await findDependencies(ctx.env.DB, teamId, ids), ({ taskId }) => taskId)
  return items.map((item) => ({ ...item, dependsOn: (byTask.get(item.id) ?? []).map(dependencyView) }))
}

export async function requireTask(ctx: ServiceContext, id: string): Promise<TaskRow> {
  const row = await findTask(ctx.env.DB, ctx.actor.teamId, id)
  if (row === null) throw notFound('The task')
  return row
}

/** For changing a task: if it is being executed, with the current state of its run. */
export async function requireCurrentTask(ctx: ServiceContext, id: string): Promise<TaskRow> {
  const row = await requireTask(ctx, id)
  if (row.runId === null || row.children > 0 || !isAtWork(row.status)) return row
  const hasReported = await workflowRun(ctx.env.RUNS, row.runId)
    .report()
    .catch(() => false)
  return hasReported ? requireTask(ctx, id) : row
}

export async function getTask(ctx: ReadContext, id: string): Promise<Versioned<Task>> {
  const { rows } = await ctx.read((who) => findVisibleTask(who, id))
  const [row] = rows
  if (row === undefined) throw notFound('The task')
  return viewOf(ctx, row)
}

/** A running task is shown with the current state of its run, which the row gets a moment later. */
async function withRunState(
  { env }: Pick<ReadContext, 'env'>,
  row: TaskRow,
): Promise<{ row: TaskRow; isOmitted: boolean }> {
  const isOver = row.status === 'succeeded' && row.result === null
  if (row.runId === null || row.children > 0 || !(isAtWork(row.status) || isOver))
    return { row, isOmitted: false }
  const run = await workflowRun(env.RUNS, row.runId)
    .view({ output: true })
    .catch(() => null)
  if (run === null || run.teamId !== row.teamId) return { row, isOmitted: isOver }
  const isOmitted = run.outputBytes !== undefined
  const result = run.status === 'succeeded' && !isOmitted ? JSON.stringify(run.output) : null
  return {
    row: {
      ...row,
      status: run.status,
      progress: run.status === 'succeeded' ? 100 : Math.max(row.progress, Math.floor(run.progress)),
      error: run.status === 'failed' ? JSON.stringify(publicError(run.error)) : null,
      reason: textOrNull(reasonOf(run.waitingFor)),
      result,
      startedAt: run.startedAt === null ? row.startedAt : Date.parse(run.startedAt),
      finishedAt: run.finishedAt === null ? null : Date.parse(run.finishedAt),
      durationMs: run.durationMs,
    },
    isOmitted: run.status === 'succeeded' && isOmitted,
  }
}

const textOrNull = (value: object | null): string | null => (value === null ? null : JSON.stringify(value))

type Beside = Pick<TaskParts, 'dependencies' | 'schedule'>

/** What other tables have about a task. */
export async function findBeside(d1: D1Database, teamId: string, id: string): Promise<Beside> {
  const [standing, scheduled] = await runBatch(d1, [
    findStandingDependencies(teamId, [id]),
    findSchedule(teamId, id),
  ])
  return {
    dependencies: (standing?.results ?? []) as StandingDependency[],
    schedule: ((scheduled?.results ?? []) as ScheduleRow[])[0] ?? null,
  }
}

/** `beside` is what `findBeside` returns, if it was read together with the row. */
export async function viewOf(
  ctx: Pick<ReadContext, 'env' | 'now'>,
  row: TaskRow,
  beside: Beside | null = null,
): Promise<Versioned<Task>> {
  const { DB } = ctx.env
  const now = ctx.now()
  const isQueued = row.status === 'queued' && row.runId === null
  const [shown, parts, place] = await Promise.all([
    withRunState(ctx, row),
    beside ?? findBeside(DB, row.teamId, row.id),
    isQueued ? prepare(DB, findQueuePlace(row.teamId, row.id, now)).first<number>('place') : null,
  ])
  return {
    view: toTask(shown.row, { ...parts, place, resultOmitted: shown.isOmitted }, now),
    revision: row.version,
  }
}

export const listTaskTypes = () => ({
  nextCursor: null,
  items: listedTypes().map(({ name, title, description, input, result, steps }) => ({
    name,
    title,
    description,
    inputSchema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Record<string, Json>,
    result,
    steps: [...steps],
  })),
})
