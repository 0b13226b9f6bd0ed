import type { RequestContext } from '../../context.ts'
import { DAY_MS } from '../../core/clock.ts'

/** A bounded bite each tick, so that a large backlog never holds it up. */
const MOST_ROWS = 1_000

/** Ended sessions stay to be looked at, and used tokens to be recognised, until they would have expired anyway. */
export async function sweepAuth(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const before = request.now() - DAY_MS
  await d1.batch(
    ['refresh_tokens', 'sessions', 'one_time_tokens', 'oauth_states', 'oauth_tickets'].map((table) =>
      d1
        .prepare(
          `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expires_at < ? LIMIT ${MOST_ROWS})`,
        )
        .bind(before),
    ),
  )
}
