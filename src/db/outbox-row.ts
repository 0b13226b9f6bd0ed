// Rows of the outbox, written in the batch of the change that they follow from. src/queue takes it from there.
import type { QueueMessage } from '../queue/messages/index.ts'
import { POST_GRACE_MS } from '../queue/post.ts'
import { type Statement, statement } from './statement.ts'

/** Written only when this question, asked within the commit, has an answer. */
export type ConditionalMessage = { message: QueueMessage; exists: Statement; outboxId?: string }

export function outboxRow(
  one: QueueMessage | ConditionalMessage,
  row: { id: string; requestId: string; now: number },
): Statement {
  const { message, exists } = 'message' in one ? one : { message: one, exists: null }
  const { sql, params } = exists?.toSQL() ?? { sql: '', params: [] }
  return statement(
    `INSERT INTO outbox (id, type, body, request_id, next_at, created_at) SELECT ?, ?, ?, ?, ?, ?${exists ? ` WHERE EXISTS (${sql})` : ''}`,
    row.id,
    message.type,
    JSON.stringify(message),
    row.requestId,
    row.now + POST_GRACE_MS,
    row.now,
    ...params,
  )
}

/** A mail for each recipient, where the statement before it in the batch has changed one row. An id that is there already stays. */
export const mailRowsIfChanged = (
  mails: { id: string; to: string }[],
  body: Record<string, unknown>,
  { requestId, now }: { requestId: string; now: number },
): Statement =>
  statement(
    `INSERT INTO outbox (id, type, body, request_id, next_at, created_at)
     SELECT m.value ->> 'id', 'mail.send', json_set(?2, '$.to', m.value ->> 'to'), ?3, ?4, ?5 FROM json_each(?1) m
     WHERE changes() = 1 ON CONFLICT (id) DO NOTHING`,
    JSON.stringify(mails),
    JSON.stringify({ type: 'mail.send', ...body }),
    requestId,
    now + POST_GRACE_MS,
    now,
  )

/** Mails to a user that are not sent yet. */
export const deleteUnsentMails = (userId: string): Statement =>
  statement(
    `DELETE FROM outbox WHERE type = 'mail.send' AND status IN ('pending', 'dead')
       AND json_extract(body, '$.to') = (SELECT email FROM users WHERE id = ?)`,
    userId,
  )

/** By an administrator: messages that were given up are tried again from the beginning. */
export const redriveDead = (ids: readonly string[], now: number): Statement =>
  statement(
    `UPDATE outbox SET status = 'pending', attempts = 0, next_at = ?2, last_error = NULL
     WHERE status = 'dead' AND id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    now + POST_GRACE_MS,
  )

export const discardDead = (ids: readonly string[]): Statement =>
  statement(
    "DELETE FROM outbox WHERE status = 'dead' AND id IN (SELECT value FROM json_each(?))",
    JSON.stringify(ids),
  )
