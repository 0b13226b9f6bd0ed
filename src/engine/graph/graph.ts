// Plain graph algorithms over integers, none recursive: a chain of a thousand nodes must not overflow the call stack.

export interface Arc {
  readonly from: number
  readonly to: number
}

/** Kahn's order, and the nodes that a cycle keeps out of it. */
export function topologicalOrder(count: number, arcs: readonly Arc[]): { order: number[]; left: number[] } {
  const { out, indegree } = adjacency(count, arcs)
  const order: number[] = []
  for (let node = 0; node < count; node++) if (indegree[node] === 0) order.push(node)
  for (let i = 0; i < order.length; i++) {
    for (const next of out[order[i]!]!) if (--indegree[next]! === 0) order.push(next)
  }
  const left: number[] = []
  if (order.length < count) for (let node = 0; node < count; node++) if (indegree[node]! > 0) left.push(node)
  return { order, left }
}

/** Cycles that share no node, each as its nodes in order. At most `limit` of them. */
export function findCycles(count: number, arcs: readonly Arc[], limit: number): number[][] {
  const cycles: number[][] = []
  let live = arcs
  while (cycles.length < limit) {
    const { left } = topologicalOrder(count, live)
    if (left.length === 0) break
    // Every remaining node has a remaining predecessor, so walking back must return to a visited node.
    const stuck = new Set(left)
    const before = new Map<number, number>()
    for (const { from, to } of live) if (stuck.has(from) && stuck.has(to)) before.set(to, from)
    const seen = new Map<number, number>()
    const walk: number[] = []
    let node = left[0]!
    while (!seen.has(node)) {
      seen.set(node, walk.length)
      walk.push(node)
      node = before.get(node)!
    }
    const cycle = walk.slice(seen.get(node)).reverse()
    cycles.push(cycle)
    const gone = new Set(cycle)
    live = live.filter(({ from, to }) => !gone.has(from) && !gone.has(to))
  }
  return cycles
}

/** Everything that can be reached from `starts` over `next`, without entering `wall`. */
export function reach(
  starts: Iterable<number>,
  next: (node: number) => Iterable<number>,
  wall = -1,
): Set<number> {
  const found = new Set<number>()
  const stack: number[] = []
  for (const start of starts) {
    if (start === wall || found.has(start)) continue
    found.add(start)
    stack.push(start)
  }
  while (stack.length > 0) {
    for (const node of next(stack.pop()!)) {
      if (node === wall || found.has(node)) continue
      found.add(node)
      stack.push(node)
    }
  }
  return found
}

export function adjacency(count: number, arcs: readonly Arc[]) {
  const out: number[][] = Array.from({ length: count }, () => [])
  const indegree = new Int32Array(count)
  for (const { from, to } of arcs) {
    out[from]!.push(to)
    indegree[to]!++
  }
  return { out, indegree }
}
