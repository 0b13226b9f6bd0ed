// Finds cycles among tasks. A task has two points, its start and its end, and each required order is an edge between
// points: an end comes after its own start and after the ends of its subtasks; a start comes after the ends of its
// dependencies and after the start of its parent. So one search finds cycles across dependencies and parents.

export type GraphNode = { id: string; parentId: string | null; dependsOn: readonly string[] }

type Moment = `${'start' | 'end'} ${string}`

const idOf = (moment: Moment): string => moment.slice(moment.indexOf(' ') + 1)

/** A cycle, as ids of tasks; the first is also the last. Null if there is none. Visits each point once. */
export function findCyclePath(nodes: readonly GraphNode[]): string[] | null {
  const before = edgesOf(nodes)
  const state = new Map<Moment, 'open' | 'done'>()
  for (const first of before.keys()) {
    if (state.has(first)) continue
    const path: { moment: Moment; left: Moment[] }[] = []
    const enter = (moment: Moment) => {
      state.set(moment, 'open')
      path.push({ moment, left: [...(before.get(moment) ?? [])] })
    }
    enter(first)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.pop()
      if (next === undefined) {
        state.set(top.moment, 'done')
        path.pop()
      } else if (state.get(next) === 'open') {
        const from = path.findIndex(({ moment }) => moment === next)
        return shortened([...path.slice(from).map(({ moment }) => moment), next])
      } else if (!state.has(next)) enter(next)
    }
  }
  return null
}

export type Cycle = { ids: ReadonlySet<string>; path: string[] }

/**
 * The groups of tasks that wait for each other, each with a cycle. Looks at each point and each edge once (Tarjan's
 * algorithm).
 */
export function findCycles(nodes: readonly GraphNode[]): Cycle[] {
  const before = edgesOf(nodes)
  const numbers = new Map<Moment, number>()
  /** The lowest number that can be reached from an open point. */
  const lowest = new Map<Moment, number>()
  const open: Moment[] = []
  const isOpen = new Set<Moment>()
  const groups: Set<string>[] = []
  const lower = (moment: Moment, number: number) =>
    lowest.set(moment, Math.min(lowest.get(moment) ?? number, number))
  for (const first of before.keys()) {
    if (numbers.has(first)) continue
    const path: { moment: Moment; left: Moment[] }[] = []
    const enter = (moment: Moment) => {
      numbers.set(moment, numbers.size)
      lowest.set(moment, numbers.size - 1)
      open.push(moment)
      isOpen.add(moment)
      path.push({ moment, left: [...(before.get(moment) ?? [])] })
    }
    enter(first)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { moment } = top
      const next = top.left.pop()
      if (next !== undefined) {
        if (!numbers.has(next)) enter(next)
        else if (isOpen.has(next)) lower(moment, numbers.get(next) ?? 0)
        continue
      }
      path.pop()
      const above = path.at(-1)
      if (above !== undefined) lower(above.moment, lowest.get(moment) ?? 0)
      if (lowest.get(moment) !== numbers.get(moment)) continue
      const group = open.splice(open.lastIndexOf(moment))
      for (const one of group) isOpen.delete(one)
      if (group.length > 1) groups.push(new Set(group.map(idOf)))
    }
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return groups.map((ids) => ({
    ids,
    path: findCyclePath([...ids].flatMap((id) => byId.get(id) ?? [])) ?? [],
  }))
}

function edgesOf(nodes: readonly GraphNode[]): Map<Moment, Moment[]> {
  const before = new Map<Moment, Moment[]>()
  for (const { id } of nodes) {
    before.set(`start ${id}`, [])
    before.set(`end ${id}`, [`start ${id}`])
  }
  for (const { id, parentId, dependsOn } of nodes) {
    for (const other of dependsOn)
      if (before.has(`end ${other}`)) before.get(`start ${id}`)?.push(`end ${other}`)
    if (parentId === null || !before.has(`end ${parentId}`)) continue
    before.get(`start ${id}`)?.push(`start ${parentId}`)
    before.get(`end ${parentId}`)?.push(`end ${id}`)
  }
  return before
}

/** Removes repetitions of the same task in a row. */
function shortened(moments: readonly Moment[]): string[] {
  const ids = moments.map(idOf)
  const path = ids.filter((id, at) => id !== ids[at - 1])
  return path.length === 1 ? [...path, ...path] : path
}

export type TimedNode = GraphNode & { durationMs: number }

/** The longest path through the graph by the durations of its tasks, first to last. The graph has no cycle. */
export function criticalPath(nodes: readonly TimedNode[]): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const longest = new Map<string, { ms: number; before: string | null }>()
  const order = inOrder(nodes)
  for (const id of order) {
    const node = byId.get(id)
    if (node === undefined) continue
    let best: { ms: number; before: string | null } = { ms: 0, before: null }
    for (const other of node.dependsOn) {
      const way = longest.get(other)
      if (way !== undefined && (best.before === null || way.ms > best.ms))
        best = { ms: way.ms, before: other }
    }
    longest.set(id, { ms: best.ms + Math.max(node.durationMs, 1), before: best.before })
  }
  let last: string | null = null
  for (const [id, { ms }] of longest) if (last === null || ms > (longest.get(last)?.ms ?? 0)) last = id
  const path: string[] = []
  for (let at: string | null = last; at !== null; at = longest.get(at)?.before ?? null) path.push(at)
  return path.reverse()
}

/** Dependencies before their dependants. */
function inOrder(nodes: readonly GraphNode[]): string[] {
  const known = new Set(nodes.map(({ id }) => id))
  const left = new Map(
    nodes.map(({ id, dependsOn }) => [id, dependsOn.filter((other) => known.has(other)).length]),
  )
  const after = new Map<string, string[]>()
  for (const { id, dependsOn } of nodes)
    for (const other of dependsOn) {
      const waiting = after.get(other)
      if (waiting === undefined) after.set(other, [id])
      else waiting.push(id)
    }
  const ready = [...left].filter(([, n]) => n === 0).map(([id]) => id)
  for (let at = 0; at < ready.length; at++) {
    for (const id of after.get(ready[at] ?? '') ?? []) {
      const n = (left.get(id) ?? 0) - 1
      left.set(id, n)
      if (n === 0) ready.push(id)
    }
  }
  return ready
}
