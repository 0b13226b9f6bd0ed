// Items of a request that would wait for each other.
import type { ServiceContext } from '../../../context.ts'
import { graphFault, nodesOf } from '../edit/new-task.ts'
import { findBefore } from '../graph/repo.ts'
import { type Cycle, findCycles } from '../pure/graph.ts'
import { MAX_GRAPH } from '../schema/parts.ts'
import { refusal, type Slot } from './slot.ts'

/** Refuses the items of each cycle, among themselves and through existing tasks. */
export async function refuseCycles(ctx: ServiceContext, slots: readonly Slot[]): Promise<void> {
  const idOfRef = new Map(
    slots.flatMap(({ item, id }) => (item?.ref === undefined ? [] : [[item.ref, id] as const])),
  )
  const items = slots.filter(({ item, result }) => item !== null && result === null)
  const nodes = items.map(({ id, item }) => ({
    id,
    parentId:
      item?.parentRef === undefined ? (item?.parentId ?? null) : (idOfRef.get(item.parentRef) ?? null),
    dependsOn: (item?.dependsOn ?? []).flatMap(({ taskId, ref }) => taskId ?? idOfRef.get(ref ?? '') ?? []),
  }))
  const own = new Set(nodes.map(({ id }) => id))
  const others = new Set(
    nodes.flatMap(({ parentId, dependsOn }) => [...(parentId === null ? [] : [parentId]), ...dependsOn]),
  )
  const outside = [...others].filter((id) => !own.has(id))
  const rows = outside.length === 0 ? [] : await findBefore(ctx.env.DB, ctx.actor.teamId, outside, MAX_GRAPH)
  const before = nodesOf(rows)
  const fault = graphFault(rows, before.size + nodes.length)
  const far = new Set(outside)
  const cycles = findCycles([...before.values(), ...nodes])
  for (const [at, slot] of items.entries()) {
    const { parentId = null, dependsOn = [] } = nodes[at] ?? {}
    if (fault !== null && [parentId, ...dependsOn].some((id) => id !== null && far.has(id)))
      slot.result = refusal({ code: 'custom', path: '/dependsOn', message: fault })
    const cycle = cycles.find(({ ids }) => ids.has(slot.id))
    if (cycle !== undefined)
      slot.result = refusal({
        code: 'task.cycle',
        path: '/dependsOn',
        message: `The tasks would wait for each other: ${textOf(cycle)}`,
      })
  }
}

const MAX_NAMED = 50

/** Only the beginning of a long cycle, because the answer to each of its items contains it. */
const textOf = ({ path }: Cycle): string =>
  path.length <= MAX_NAMED ? path.join(' → ') : `${path.slice(0, MAX_NAMED).join(' → ')} → …`
