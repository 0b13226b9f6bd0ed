import type { RequestContext } from '../../context.ts'
import { DAY_MS } from '../../core/clock.ts'

/** So long an id is remembered, and so far back the names go. */
export const EVENT_LIFE_MS = 30 * DAY_MS

/** A bounded bite each tick, so that a large backlog never holds it up. */
const MOST_ROWS = 1_000

export async function sweepEvents(request: RequestContext): Promise<void> {
  await request.env.DB.prepare(
    `DELETE FROM inbound_events WHERE rowid IN (SELECT rowid FROM inbound_events WHERE created_at < ? LIMIT ${MOST_ROWS})`,
  )
    .bind(request.now() - EVENT_LIFE_MS)
    .run()
}
