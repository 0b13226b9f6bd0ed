// The dependencies among some tasks.

type Listed<Status> = {
  id: string
  title: string
  type: string
  status: Status
  progress: number
  reason: { code: string; message: string } | null
  dependsOn?: readonly { taskId: string; on: 'success' | 'end'; waived: boolean }[]
}

/** Tasks that neither wait for another one of these nor are waited for are only counted. */
export function graphOf<Status>(tasks: readonly Listed<Status>[]) {
  const known = new Set(tasks.map(({ id }) => id))
  const edges = tasks.flatMap(({ id, dependsOn = [] }) =>
    dependsOn
      .filter(({ taskId }) => known.has(taskId))
      .map(({ taskId, on, waived }) => ({ from: taskId, to: id, on, waived })),
  )
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const nodes = tasks
    .filter(({ id }) => linked.has(id))
    .map(({ id, title, type, status, progress, reason }) => ({ id, title, type, status, progress, reason }))
  return { graph: { nodes, edges, criticalPath: [] as string[] }, alone: tasks.length - nodes.length }
}
