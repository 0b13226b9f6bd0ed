import type { RequestContext } from '../context.ts'
import { DAY_MS } from '../core/clock.ts'
import { type Statement, statement } from '../db/commit.ts'
import { purgeStore } from '../modules/store/index.ts'

/** How long what is done or kept for show stays. `dead` outbox rows stay until somebody has looked. */
const OUTBOX_DONE_MS = 7 * DAY_MS
const MAILBOX_MS = 30 * DAY_MS

/** A bounded bite each minute, so that a large backlog never holds up the tick. */
const MOST_ROWS = 1_000

const bite = (table: string, where: string, before: number): Statement =>
  statement(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${where} < ? LIMIT ${MOST_ROWS})`,
    before,
  )

export async function purge(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  const statements = [
    bite('outbox', "status = 'done' AND done_at", now - OUTBOX_DONE_MS),
    bite('mailbox', 'created_at', now - MAILBOX_MS),
    bite('run_followers', 'ends_at', now),
    bite('idempotency_keys', 'expires_at', now),
    ...purgeStore(now),
  ]
  await d1.batch(
    statements.map((one) => {
      const { sql, params } = one.toSQL()
      return d1.prepare(sql).bind(...params)
    }),
  )
}
