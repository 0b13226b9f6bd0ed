// The order in which the items of a request are written.
import type { BatchTask } from './schema.ts'
import { refusal, type Slot } from './slot.ts'

const namesOf = (item: BatchTask): string[] => [
  ...(item.parentRef === undefined ? [] : [item.parentRef]),
  ...(item.dependsOn ?? []).flatMap(({ ref }) => (ref === undefined ? [] : [ref])),
]

/** Referenced items before those that refer to them. Two items with one reference are refused. Cycles come last. */
export function inOrder(slots: readonly Slot[]): Slot[] {
  const byRef = new Map<string, Slot>()
  for (const slot of slots) {
    const ref = slot.item?.ref
    if (ref === undefined) continue
    if (byRef.has(ref))
      slot.result ??= refusal({
        code: 'batch.double_ref',
        path: '/ref',
        message: `Another item has the ref ${ref}`,
      })
    else byRef.set(ref, slot)
  }
  const done = new Set<Slot>()
  const order: Slot[] = []
  for (const first of slots) {
    const path = [{ slot: first, left: first.item === null ? [] : namesOf(first.item) }]
    if (done.has(first)) continue
    done.add(first)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = byRef.get(top.left.pop() ?? '')
      if (next !== undefined && !done.has(next)) {
        done.add(next)
        path.push({ slot: next, left: next.item === null ? [] : namesOf(next.item) })
      } else if (top.left.length === 0) {
        order.push(top.slot)
        path.pop()
      }
    }
  }
  return order
}
