// Mail of nodes. It goes through the outbox like all mail: the row's id follows from the node's key and the recipient,
// so a second attempt writes nothing new, and the claim of the row keeps it from being sent twice.
import { derivedId } from '../../../src/core/ids.ts'
import type { Env } from '../../../src/env.ts'
import type { NotifyPort } from '../../../src/nodes/ports.ts'
import type { QueueMessage } from '../../../src/queue/messages.ts'
import { ask } from './binding.ts'

/** How long the queue has before the sweep sends it again. */
const GRACE_MS = 60_000
/** Mails are up to some hundred thousand characters, and a batch is one request. */
const BATCH = 10

export function notifyPort(env: Env, requestId: string, now: () => number): NotifyPort {
  return {
    email: async ({ to, ...mail }, key) => {
      const rows = await Promise.all(
        to.map(async (recipient) => ({ id: await derivedId('msg', `${key} ${recipient}`), recipient })),
      )
      for (let at = 0; at < rows.length; at += BATCH) {
        const part = rows.slice(at, at + BATCH)
        await ask('The outbox', () =>
          env.DB.batch(part.map(({ id, recipient }) => insert(id, recipient, mail))),
        )
        // What the queue does not take, the sweep sends.
        await env.JOBS.sendBatch(part.map(({ id }) => ({ body: { outboxId: id, requestId } }))).catch(
          () => undefined,
        )
      }
    },
  }

  function insert(
    id: string,
    to: string,
    mail: { subject: string; text: string; html?: string },
  ): D1PreparedStatement {
    const message: QueueMessage = { type: 'mail.send', to, ...mail }
    return env.DB.prepare(
      `INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    ).bind(id, message.type, JSON.stringify(message), requestId, now() + GRACE_MS, now())
  }
}
