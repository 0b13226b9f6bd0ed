// Messages from where there is no commit to join, such as a run's object. The id follows from what the message is
// about, so telling twice is telling once.
import type { QueueEnvelope, QueueMessage } from './messages/index.ts'

/** How long the queue has before the sweep sends it again. */
export const POST_GRACE_MS = 60_000
/** Mails are up to some hundred thousand characters, and a batch is one request. */
const BATCH = 10

export type PostedMessage = { id: string; message: QueueMessage }

export async function postMessages(
  env: { DB: D1Database; JOBS: Queue<QueueEnvelope> },
  messages: readonly PostedMessage[],
  requestId: string,
  now: number,
): Promise<void> {
  for (let at = 0; at < messages.length; at += BATCH) {
    const part = messages.slice(at, at + BATCH)
    await env.DB.batch(
      part.map(({ id, message }) =>
        env.DB.prepare(
          `INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO NOTHING`,
        ).bind(id, message.type, JSON.stringify(message), requestId, now + POST_GRACE_MS, now),
      ),
    )
    await tellQueue(
      env,
      part.map(({ id }) => id),
      requestId,
    )
  }
}

/** Says that rows are there. What the queue does not take, the sweep sends. */
export async function tellQueue(
  env: { JOBS: Queue<QueueEnvelope> },
  outboxIds: readonly string[],
  requestId: string,
): Promise<void> {
  const envelopes = outboxIds.map((outboxId) => ({ body: { outboxId, requestId } }))
  await env.JOBS.sendBatch(envelopes).catch(() => undefined)
}
