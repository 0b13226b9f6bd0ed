// Accepts an event. Invariants:
// 1. One commit stores the event, the triggers that match it and the message that starts them. Once the client has a response,
//    the event cannot be lost, and later triggers do not get it.
// 2. An event is identified by its id. Sending it again changes nothing and returns what the first one did.
// 3. The same commit checks whether runs wait for the event. A run whose wait is recorded later looks for the event itself, so
//    whichever of the two is second sees the other.
// 4. Triggers of one workflow that differ only in their keys start one run.
import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { canonicalJson, type Json } from '../../core/json.ts'
import { commit } from '../../db/commit.ts'
import { matchesEvent } from '../../engine/model/event-name.ts'
import { requireFilesReadable } from '../files/index.ts'
import { countWaiting, hasWaits, runIdOf } from '../runs/index.ts'
import { findEventTriggers } from '../triggers/index.ts'
import { deliverAtOnce } from './deliver.ts'
import { type InboundEvent, judgeFilter } from './filter.ts'
import { type EventRow, findEvent, insertEvent } from './repo.ts'
import type { EventReceipt, SendEvent, Target } from './schema.ts'

/** The maximum number of runs that one event starts. */
const MAX_RUNS = 1_000
const MAX_NAMED = 100

export const onceOfEvent = (eventId: string, triggerId: string): string => `event ${eventId} ${triggerId}`

export async function sendEvent(ctx: ServiceContext, body: SendEvent): Promise<EventReceipt> {
  const { teamId, userId } = ctx.actor
  requireFilesReadable(ctx.actor, body.data, 'The event')
  const now = ctx.now()
  const event: InboundEvent = {
    name: body.name,
    data: body.data,
    id: body.id ?? newId('evt', now),
    at: toIso(now),
  }
  const [{ runs, skipped }, waiting] = await Promise.all([
    listenersOf(ctx, event),
    countWaiting(ctx.env.DB, teamId, event.name),
  ])
  const row: EventRow = {
    id: event.id,
    name: event.name,
    data: JSON.stringify(event.data),
    targets: JSON.stringify(runs),
    createdAt: now,
    waiting,
    sentBy: userId,
  }
  const deliver = { type: 'event.deliver', teamId, eventId: event.id } as const
  const outboxId = newId('msg', now)
  const done = await commit(ctx, {
    guard: insertEvent(teamId, row),
    audit: {
      action: 'event.received',
      targetType: 'event',
      targetId: event.id,
      after: { name: event.name, runs: runs.length },
    },
    messages: [
      ...(runs.length === 0 ? [] : [{ type: 'event.dispatch', teamId, eventId: event.id } as const]),
      { message: deliver, exists: hasWaits(teamId, event.name), outboxId },
    ],
  })
  if (done === 'done') {
    ctx.defer(
      deliverAtOnce(ctx, outboxId).catch((error) => ctx.log.warn('an event is left to the queue', { error })),
    )
    return { id: event.id, name: event.name, at: event.at, duplicate: false, runs, skipped, waiting }
  }
  const known = await findEvent(ctx.env.DB, teamId, event.id)
  if (known === null) throw new AppError('resource.conflict')
  if (known.name !== event.name || canonicalJson(JSON.parse(known.data)) !== canonicalJson(event.data))
    throw new AppError('idempotency.mismatch', {
      detail: 'An event with this id but different content was already received.',
    })
  return toReceipt(known)
}

export async function getEvent(ctx: ServiceContext, id: string): Promise<EventReceipt> {
  const row = await findEvent(ctx.env.DB, ctx.actor.teamId, id)
  if (row === null) throw notFound('The event')
  return toReceipt(row)
}

const toReceipt = (row: EventRow): EventReceipt => ({
  id: row.id,
  name: row.name,
  at: toIso(row.createdAt),
  duplicate: true,
  runs: JSON.parse(row.targets) as Target[],
  skipped: [],
  waiting: row.waiting,
})

async function listenersOf(
  ctx: ServiceContext,
  event: InboundEvent,
): Promise<Pick<EventReceipt, 'runs' | 'skipped'>> {
  const { teamId } = ctx.actor
  const runs: EventReceipt['runs'] = []
  const skipped: EventReceipt['skipped'] = []
  const taken = new Set<string>()
  let tooMany = 0
  for (const trigger of await findEventTriggers(ctx.env.DB, teamId, event.name)) {
    const { triggerId, triggerKey, workflowId, pattern, config, isolation } = trigger
    if (!matchesEvent(pattern, event.name)) continue
    const skip = (reason: EventReceipt['skipped'][number]['reason'], detail: string | null = null) =>
      skipped.push({ triggerKey, workflowId, reason, detail })
    const { key: _key, ...rest } = JSON.parse(config) as { key?: string; filter?: unknown }
    const content = `${workflowId} ${canonicalJson(rest as Json)}`
    if (taken.has(content)) {
      skip('equal')
      continue
    }
    if (runs.length === MAX_RUNS) {
      if (tooMany++ < MAX_NAMED) skip('too_many')
      continue
    }
    const verdict = judgeFilter(rest.filter, event)
    if (verdict.takes) {
      taken.add(content)
      const workflow = { teamId, id: workflowId, isOwn: isolation === 'own' }
      const runId = await runIdOf(ctx.settings, workflow, onceOfEvent(event.id, triggerId))
      runs.push({ triggerId, triggerKey, workflowId, runId })
    } else skip(verdict.fault === null ? 'filter' : 'filter_failed', verdict.fault)
  }
  return { runs, skipped }
}
