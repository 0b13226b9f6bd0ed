// Posts messages without a commit, for example from a run's object. The id is derived from the content, so posting twice has no effect.
import type { QueueEnvelope, QueueMessage } from './messages/index.ts'

/** How long to wait for the queue before the sweep sends it again. */
export const POST_GRACE_MS = 60_000
/** Mails can have hundreds of thousands of characters, and a batch is one request. */
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
    await notifyQueue(
      env,
      part.map(({ id }) => id),
      requestId,
    )
  }
}

/** Tells the queue about new rows. If that fails, the sweep sends them. */
export async function notifyQueue(
  env: { JOBS: Queue<QueueEnvelope> },
  outboxIds: readonly string[],
  requestId: string,
): Promise<void> {
  const envelopes = outboxIds.map((outboxId) => ({ body: { outboxId, requestId } }))
  await env.JOBS.sendBatch(envelopes).catch(() => undefined)
}
