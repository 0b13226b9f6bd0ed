import type { Arc } from './graph.ts'

/** Returns whether every path from a start to `node` passes `head`. */
export type Dominates = (head: number, node: number) => boolean

/**
 * Dominators of an acyclic graph, in one pass over its order. A virtual root is above the nodes without predecessor
 * and above `entries`, where a trigger may start in the middle.
 */
export function dominators(
  order: readonly number[],
  arcs: readonly Arc[],
  count: number,
  entries: ReadonlySet<number>,
): Dominates {
  const root = count
  const before: number[][] = Array.from({ length: count }, () => [])
  for (const { from, to } of arcs) before[to]!.push(from)
  const parent = new Int32Array(count + 1).fill(-1)
  const depth = new Int32Array(count + 1)

  const meet = (left: number, right: number): number => {
    let a = left
    let b = right
    while (a !== b) {
      if (depth[a]! >= depth[b]!) a = parent[a]!
      else b = parent[b]!
    }
    return a
  }

  for (const node of order) {
    const preds = before[node]!
    let dominator = preds.length === 0 || entries.has(node) ? root : preds[0]!
    for (const pred of preds) {
      if (dominator === root) break
      dominator = meet(dominator, pred)
    }
    parent[node] = dominator
    depth[node] = depth[dominator]! + 1
  }

  return (head, node) => {
    let walk = node
    while (depth[walk]! > depth[head]!) walk = parent[walk]!
    return walk === head
  }
}
