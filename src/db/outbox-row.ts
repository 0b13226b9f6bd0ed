// Rows of the outbox, written in the same batch as the change that causes them. src/queue processes them.
import type { QueueMessage } from '../queue/messages/index.ts'
import { POST_GRACE_MS } from '../queue/post.ts'
import { type Statement, statement } from './statement.ts'

/** Written only if this query, executed in the commit, returns a row. */
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

/** A message that is due later. It counts as tried once, so that it is not processed early. Existing ids stay unchanged. */
export const laterRow = (
  message: QueueMessage,
  { id, requestId, dueAt, now }: { id: string; requestId: string; dueAt: number; now: number },
): Statement =>
  statement(
    `INSERT INTO outbox (id, type, body, request_id, attempts, next_at, created_at) VALUES (?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
    id,
    message.type,
    JSON.stringify(message),
    requestId,
    dueAt,
    now,
  )

/** A mail for each recipient, if the previous statement in the batch changed one row. Existing ids stay unchanged. */
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

/** Mails to a user that have not been sent yet. */
export const deleteUnsentMails = (userId: string): Statement =>
  statement(
    `DELETE FROM outbox WHERE type = 'mail.send' AND status IN ('pending', 'dead')
       AND json_extract(body, '$.to') = (SELECT email FROM users WHERE id = ?)`,
    userId,
  )

/** For administrators: dead messages are tried again from the beginning. */
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
