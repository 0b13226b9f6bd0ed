import type { RequestContext } from '../../context.ts'
import { dueOutbox } from '../../queue/outbox.ts'

const MAX_ROWS = 500
const BATCH = 100

/** Sends messages again that the queue lost or a consumer did not finish. Sending twice is harmless, because consumers claim messages. */
export async function sweepOutbox(request: RequestContext): Promise<void> {
  const due = await dueOutbox(request.env.DB, request.now(), MAX_ROWS)
  for (let i = 0; i < due.length; i += BATCH) {
    await request.env.JOBS.sendBatch(
      due.slice(i, i + BATCH).map(({ id, requestId }) => ({ body: { outboxId: id, requestId } })),
    )
  }
}
