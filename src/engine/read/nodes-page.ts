import type { Plan } from '../model/plan.ts'
import type { NodeStatus, RunState } from '../model/state.ts'
import { type NodeView, nodeView, unreached, unreachedView } from './view.ts'

export interface NodesQuery {
  /** The last path of the previous page. */
  readonly after?: string
  readonly status?: NodeStatus
  readonly limit: number
}

export interface NodesPage {
  readonly nodes: NodeView[]
  readonly hasMore: boolean
  /** The total of all pages. */
  readonly total: number
}

/**
 * In order of path, so that paging neither repeats nor loses a node while the run continues. Looks at each node once,
 * whatever the page.
 */
export function nodesPage(plan: Plan, state: RunState, { after = '', status, limit }: NodesQuery): NodesPage {
  const page: { path: string; view: () => NodeView }[] = []
  let total = 0
  const take = (path: string, view: () => NodeView) => {
    total++
    if (path <= after) return
    const last = page.at(-1)
    if (page.length > limit && last !== undefined && path >= last.path) return
    page.splice(placeOf(page, path), 0, { path, view })
    if (page.length > limit + 1) page.pop()
  }
  for (const activation of state.activations.values())
    if (status === undefined || activation.status === status)
      take(activation.path, () => nodeView(plan, activation))
  for (const index of unreached(plan, state)) {
    const view = unreachedView(plan, state, index)
    if (status === undefined || view.status === status) take(view.path, () => view)
  }
  return { nodes: page.slice(0, limit).map(({ view }) => view()), hasMore: page.length > limit, total }
}

function placeOf(sorted: readonly { path: string }[], path: string): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]!.path < path) from = middle + 1
    else to = middle
  }
  return from
}
