// Records events for endpoints. Invariants:
// 1. The id of an event is derived from what it is about, so recording it twice has no effect.
// 2. One batch stores the event and its deliveries and decides which endpoints receive it. The sender evaluates the filter.
import type { RequestContext } from '../../../context.ts'
import { runBatch } from '../../../db/statement.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { bodyOf, type PublicEvent } from '../payload.ts'
import { insertDeliveries, insertEvent, type NewEvent } from '../repo/events.ts'

export type Recorded = {
  /** The same id for the same event, whoever records it. */
  id: string
  event: PublicEvent
  /** Where to read all of the event if it is too large. */
  link: string | null
}

/** Writes nothing for a team without endpoints. */
export async function recordEvents(
  request: Pick<RequestContext, 'env' | 'now' | 'defer'>,
  recorded: readonly Recorded[],
): Promise<void> {
  const now = request.now()
  const statements = recorded.flatMap((one) => {
    const event = newEventOf(one, now)
    return [insertEvent(event), insertDeliveries(event, now)]
  })
  if (statements.length === 0) return
  const results = await runBatch<{ lane: string }>(request.env.DB, statements)
  const lanes = results.flatMap(({ results: rows }) =>
    rows.map(({ lane }) => lane).filter((lane) => lane !== undefined),
  )
  if (lanes.length > 0) request.defer(wakeLanes(request.env.WEBHOOKS, lanes))
}

const newEventOf = ({ id, event, link }: Recorded, now: number): NewEvent => ({
  id,
  teamId: event.teamId,
  type: event.type,
  body: bodyOf(event, link),
  at: now,
})
