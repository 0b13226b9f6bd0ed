// Queue consumers. A message only names an outbox row, so it is always acknowledged once the row is in hand: what
// becomes of the work stands in the row, and the sweep sends it again when its time comes.
import { openContext, type RequestContext } from '../context.ts'
import type { Env } from '../env.ts'
import { deliverDecision } from '../modules/approvals/index.ts'
import { deliverEvent, dispatchEvent } from '../modules/events/index.ts'
import { revokeLive } from '../modules/executions/index.ts'
import { QueueEnvelope, QueueMessage } from '../queue/messages.ts'
import { doOutboxRow } from '../queue/outbox.ts'
import { callBack } from './call-back.ts'
import { deleteStored } from './delete-stored.ts'
import { purgeTeam } from './purge-team.ts'
import { removeRun } from './remove-run.ts'
import { sendMail } from './send-mail.ts'
import { startErrorWorkflow } from './start-error-workflow.ts'
import { startRun } from './start-run.ts'

type Job<Type extends QueueMessage['type']> = (
  request: RequestContext,
  message: Extract<QueueMessage, { type: Type }>,
  outboxId: string,
) => Promise<void>

const JOBS: { [Type in QueueMessage['type']]: Job<Type> } = {
  'approval.decide': deliverDecision,
  'event.deliver': deliverEvent,
  'event.dispatch': dispatchEvent,
  'live.revoke': revokeLive,
  'mail.send': sendMail,
  'run.callback': callBack,
  'run.failed': startErrorWorkflow,
  'run.remove': removeRun,
  'run.start': startRun,
  'storage.delete': deleteStored,
  'team.purge': purgeTeam,
}

export async function consumeQueue(
  batch: MessageBatch<unknown>,
  env: Env,
  now: () => number,
  defer: (work: Promise<unknown>) => void,
): Promise<void> {
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
      // D1 itself did not answer: nothing is known about the row, so the message comes again.
      request.log.error('an outbox row could not be read', { outboxId, error })
      message.retry()
    }
  }
}

export async function runOutboxRow(request: RequestContext, outboxId: string): Promise<void> {
  await doOutboxRow(request, outboxId, async (body) => {
    const message = QueueMessage.parse(body)
    const job = JOBS[message.type] as Job<QueueMessage['type']>
    await job(request, message, outboxId)
  })
}
