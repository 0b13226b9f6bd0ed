import type { ServiceContext } from '../../../context.ts'
import { criticalPath } from '../pure/graph.ts'
import { requireTask } from '../read/service.ts'
import { toSummary } from '../read/view.ts'
import { fieldsOf } from '../repo/columns.ts'
import { findTasks } from '../repo/tasks.ts'
import { findSubtree } from '../repo/tree.ts'
import { MAX_GRAPH } from '../schema/parts.ts'
import { findConnected, findEdges } from './repo.ts'
import type { TaskGraph, TaskTree } from './schema.ts'

export async function getHierarchy(ctx: ServiceContext, id: string): Promise<TaskTree> {
  const row = await requireTask(ctx, id)
  const rows = await findSubtree(ctx.env.DB, row.teamId, id, MAX_GRAPH)
  const trees = new Map<string, TaskTree>()
  // Parents come first.
  for (const one of rows) {
    const tree: TaskTree = { task: toSummary(one, ctx.now()), children: [] }
    trees.set(one.id, tree)
    if (one.id !== id) trees.get(one.parentId)?.children.push(tree)
  }
  return trees.get(id) ?? { task: toSummary(row, ctx.now()), children: [] }
}

const SHOWN = fieldsOf(['id', 'title', 'type', 'status', 'progress', 'durationMs'])
const MAX_EDGES = 100_000

export async function getGraph(ctx: ServiceContext, id: string): Promise<TaskGraph> {
  const row = await requireTask(ctx, id)
  const ids = await findConnected(ctx.env.DB, row.teamId, id, MAX_GRAPH + 1)
  const shown = ids.slice(0, MAX_GRAPH)
  const [rows, found] = await Promise.all([
    findTasks(ctx.env.DB, row.teamId, shown, SHOWN),
    findEdges(ctx.env.DB, row.teamId, shown, MAX_EDGES + 1),
  ])
  const edges = found.slice(0, MAX_EDGES).map(({ dependsOn, taskId, needs, isWaived }) => ({
    from: dependsOn,
    to: taskId,
    on: needs,
    waived: isWaived === 1,
  }))
  const times = rows.flatMap(({ durationMs }) => durationMs ?? [])
  const mean = times.length === 0 ? 1 : times.reduce((sum, ms) => sum + ms, 0) / times.length
  const before = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const list = before.get(to) ?? []
    list.push(from)
    before.set(to, list)
  }
  return {
    nodes: rows.map(({ id: one, title, type, status, progress }) => ({
      id: one,
      title,
      type,
      status,
      progress,
    })),
    edges,
    criticalPath: criticalPath(
      rows.map((one) => ({
        id: one.id,
        parentId: null,
        dependsOn: before.get(one.id) ?? [],
        durationMs: one.durationMs ?? mean,
      })),
    ),
    truncated: ids.length > MAX_GRAPH || found.length > MAX_EDGES,
  }
}
