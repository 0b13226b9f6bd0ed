import type { RequestContext } from '../context.ts'
import { DAY_MS } from '../core/clock.ts'

/** How long what is done or kept for show stays. `dead` outbox rows stay until somebody has looked. */
const OUTBOX_DONE_MS = 7 * DAY_MS
const MAILBOX_MS = 30 * DAY_MS

/** A bounded bite each minute, so that a large backlog never holds up the tick. */
const MOST_ROWS = 1_000

export async function purge(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  await d1.batch([
    d1
      .prepare(
        `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE status = 'done' AND done_at < ? LIMIT ${MOST_ROWS})`,
      )
      .bind(now - OUTBOX_DONE_MS),
    d1
      .prepare(
        `DELETE FROM mailbox WHERE id IN (SELECT id FROM mailbox WHERE created_at < ? LIMIT ${MOST_ROWS})`,
      )
      .bind(now - MAILBOX_MS),
    d1
      .prepare(
        `DELETE FROM idempotency_keys WHERE rowid IN (SELECT rowid FROM idempotency_keys WHERE expires_at < ? LIMIT ${MOST_ROWS})`,
      )
      .bind(now),
  ])
}
