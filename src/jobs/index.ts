// The queue consumer. A message only names an outbox row, so it is always acknowledged once the row was claimed: the row records the result,
// and the sweep sends it again when it is due.
import { openContext, type RequestContext } from '../context.ts'
import { loadSettings } from '../db/platform-settings.ts'
import type { Env } from '../env.ts'
import type { Job } from '../modules/define-module.ts'
import { JOBS } from '../modules/index.ts'
import { type MessageType, QueueEnvelope, QueueMessage } from '../queue/messages/index.ts'
import { doOutboxRow } from '../queue/outbox.ts'

export async function consumeQueue(
  batch: MessageBatch<unknown>,
  env: Env,
  now: () => number,
  defer: (work: Promise<unknown>) => void,
): Promise<void> {
  await loadSettings(env.DB).catch(() => undefined)
  for (const message of batch.messages) {
    const envelope = QueueEnvelope.safeParse(message.body)
    if (!envelope.success) {
      message.ack()
      continue
    }
    const { outboxId, requestId } = envelope.data
    const request = openContext(env, { now, requestId, defer })
    try {
      await runOutboxRow(request, outboxId)
      message.ack()
    } catch (error) {
      // D1 did not respond. Nothing is known about the row, so the queue delivers the message again.
      request.log.error('an outbox row could not be read', { outboxId, error })
      message.retry()
    }
  }
}

export async function runOutboxRow(request: RequestContext, outboxId: string): Promise<void> {
  await doOutboxRow(request, outboxId, async (body) => {
    const message = QueueMessage.parse(body)
    const job = JOBS[message.type] as Job<MessageType>
    await job(request, message, outboxId)
  })
}
