import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { findEventTypes } from './repo.ts'
import type { EventTypes } from './schema.ts'

export async function listEventTypes(ctx: ServiceContext): Promise<EventTypes> {
  const { seen, listeners, awaited } = await findEventTypes(ctx.env.DB, ctx.actor.teamId)
  const items = new Map<string, EventTypes['items'][number]>()
  const itemOf = (name: string) => {
    const item = items.get(name) ?? { name, seen: 0, lastSeenAt: null, listeners: [], waiting: 0 }
    items.set(name, item)
    return item
  }
  for (const { name, seen: count, lastSeenAt } of seen)
    Object.assign(itemOf(name), { seen: count, lastSeenAt: toIso(lastSeenAt) })
  for (const { name, workflowId, triggerKey } of listeners)
    itemOf(name).listeners.push({ workflowId, triggerKey })
  for (const { name, waiting } of awaited) itemOf(name).waiting = waiting
  return { items: [...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) }
}
