import { dominators } from './dominators.ts'
import { type Arc, adjacency, reach } from './graph.ts'

export interface Region {
  readonly head: number
  /** Indices into the given back arcs. */
  readonly back: readonly number[]
  readonly members: ReadonlySet<number>
}

export interface Regions {
  /** Outer regions come before those inside them. */
  readonly regions: readonly Region[]
  /** Back arcs whose source cannot be reached from their head: they form no loop. */
  readonly noLoop: readonly number[]
  /** Back arcs whose loop can be entered other than through its head. */
  readonly notDominated: readonly number[]
}

/**
 * The loops that back arcs form over an acyclic forward graph. Heads dominate their sources, so two regions are
 * either separate or one inside the other, and a region is only entered through its head.
 */
export function findRegions(
  order: readonly number[],
  forward: readonly Arc[],
  back: readonly Arc[],
  count: number,
  entries: ReadonlySet<number>,
): Regions {
  if (back.length === 0) return { regions: [], noLoop: [], notDominated: [] }
  const dominates = dominators(order, forward, count, entries)
  const { out } = adjacency(count, forward)
  const byHead = new Map<number, number[]>()
  back.forEach((arc, index) => {
    const list = byHead.get(arc.to)
    if (list) list.push(index)
    else byHead.set(arc.to, [index])
  })

  const noLoop: number[] = []
  const notDominated: number[] = []
  const closing = new Map<number, number[]>()
  for (const [head, arcs] of byHead) {
    const below = reach([head], (node) => out[node]!)
    const good: number[] = []
    for (const index of arcs) {
      const source = back[index]!.from
      if (!below.has(source)) noLoop.push(index)
      else if (!dominates(head, source)) notDominated.push(index)
      else good.push(index)
    }
    if (good.length > 0) closing.set(head, good)
  }

  // Over the back arcs too: a node of an inner loop may reach the source only through another iteration.
  const all = [...forward, ...[...closing.values()].flat().map((index) => back[index]!)]
  const before = adjacency(
    count,
    all.map(({ from, to }) => ({ from: to, to: from })),
  ).out
  const regions: Region[] = []
  for (const [head, good] of closing) {
    const members = reach(
      good.map((index) => back[index]!.from),
      (node) => before[node]!,
      head,
    )
    members.add(head)
    regions.push({ head, back: good, members })
  }
  regions.sort((a, b) => b.members.size - a.members.size)
  return { regions, noLoop, notDominated }
}
