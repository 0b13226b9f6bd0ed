import type { RequestContext } from '../../context.ts'
import { DAY_MS } from '../../core/clock.ts'
import { deleteExpired } from './sweep-repo.ts'

/** Rows per table and tick, so a large backlog does not delay the tick. */
const MAX_ROWS = 1_000

/** Ended sessions and used tokens stay until they would have expired, so sessions can be reviewed and reused tokens recognised. */
export async function sweepAuth(request: RequestContext): Promise<void> {
  await deleteExpired(request.env.DB, request.now() - DAY_MS, MAX_ROWS)
}
