// Events on their way to endpoints. Invariants:
// 1. The id of an event follows from what it is about, so recording it twice is recording it once.
// 2. Event and deliveries are one batch. Which endpoint takes it is decided there; its filter is judged by its own sender.
import type { RequestContext } from '../../../context.ts'
import { runBatch } from '../../../db/statement.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { bodyOf, type PublicEvent } from '../payload.ts'
import { insertDeliveries, insertEvent, type NewEvent } from '../repo/events.ts'

export type Recorded = {
  /** The same for the same event, whoever records it. */
  id: string
  event: PublicEvent
  /** Where all of it can be read, should it be too large. */
  link: string | null
}

/** For a team without endpoints it writes nothing. */
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
