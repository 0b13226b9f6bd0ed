// Events by name: those that the team sends, its triggers listen to and its runs wait for (`in`), and those of the service, which webhooks receive (`out`).
import type { ServiceContext } from '../../context.ts'
import { toIsoOrNull } from '../../core/clock.ts'
import { type CursorPosition, decodeCursor } from '../../core/cursor.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import { OUT_EVENT_TYPES } from '../webhooks/index.ts'
import { countEventNames, findEventNames, findEventTypes } from './repo.ts'
import type { EventType, ListEventTypes } from './schema.ts'

type Named = Pick<EventType, 'direction' | 'name'>

export async function listEventTypes(ctx: ServiceContext, query: ListEventTypes): Promise<Page<EventType>> {
  const { teamId } = ctx.actor
  const { direction } = query
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, query.sort)
  const room = query.limit + 1
  const inbound =
    direction === 'out' ? [] : await findEventNames(ctx.env.DB, teamId, String(after?.value ?? ''), room)
  const named: Named[] = inbound.map((name) => ({ direction: 'in', name }))
  if (direction !== 'in') named.push(...outboundAfter(after))
  const all = named.sort(inOrder).slice(0, room)
  const shown = all.slice(0, query.limit).filter((one) => one.direction === 'in')
  const known = await findEventTypes(
    ctx.env.DB,
    teamId,
    shown.map(({ name }) => name),
  )
  const page = toPage(
    all,
    query,
    (one) => ({ value: one.name, id: one.direction }),
    (one) => (one.direction === 'in' ? inboundType(one.name, known) : outboundType(one.name)),
  )
  if (!query.count) return page
  const ours = direction === 'in' ? 0 : OUT_EVENT_TYPES.length
  return { ...page, total: ours + (direction === 'out' ? 0 : await countEventNames(ctx.env.DB, teamId)) }
}

/** Sorted by name. For one name, the inbound event comes first. */
const inOrder = (a: Named, b: Named): number =>
  a.name === b.name ? (a.direction < b.direction ? -1 : 1) : a.name < b.name ? -1 : 1

function outboundAfter(after: CursorPosition | null): Named[] {
  const ours = OUT_EVENT_TYPES.map(({ name }): Named => ({ direction: 'out', name }))
  if (after === null) return ours
  const { value, id } = after
  return ours.filter(({ name }) => name > String(value) || (name === value && id === 'in'))
}

function inboundType(name: string, known: Awaited<ReturnType<typeof findEventTypes>>): EventType {
  const sent = known.seen.find((row) => row.name === name)
  return {
    direction: 'in',
    name,
    seen: sent?.seen ?? 0,
    lastSeenAt: toIsoOrNull(sent?.lastSeenAt ?? null),
    listeners: known.listeners
      .filter((row) => row.name === name)
      .map(({ workflowId, triggerKey }) => ({ workflowId, triggerKey })),
    waiting: known.awaited.find((row) => row.name === name)?.waiting ?? 0,
  }
}

function outboundType(name: string): EventType {
  const type = OUT_EVENT_TYPES.find((one) => one.name === name)
  if (type === undefined) throw new Error(`No event ${name}`)
  const { description, schema, example } = type
  return { direction: 'out', name, description, schema, example } as EventType
}
