// A promise to delete an object, made before the object exists. It is an outbox message that is due in a few hours. The commit that
// inserts the object's row withdraws the promise, so the outbox deletes what a crash leaves behind.
import { HOUR_MS } from '../core/clock.ts'
import { type Statement, statement } from './statement.ts'

/** Longer than any upload takes. */
export const PROMISE_MS = 3 * HOUR_MS

/** It counts as tried once, so that it is not executed early. */
export const insertPromise = (id: string, objectKey: string, requestId: string, now: number): Statement =>
  statement(
    `INSERT INTO outbox (id, type, body, request_id, attempts, next_at, created_at) VALUES (?, 'storage.delete', ?, ?, 1, ?, ?)`,
    id,
    JSON.stringify({ type: 'storage.delete', keys: [objectKey], prefixes: [] }),
    requestId,
    now + PROMISE_MS,
    now,
  )

/** A condition: the promise still exists, so the deletion has not started. */
export const promiseStands = (id: string): string =>
  `EXISTS (SELECT 1 FROM outbox p WHERE p.id = ${id} AND p.status = 'pending' AND p.attempts = 1)`

export const takeBackPromise = (id: string): Statement =>
  statement(`DELETE FROM outbox WHERE id = ? AND attempts = 1`, id)

export async function isPromised(d1: D1Database, id: string): Promise<boolean> {
  return (
    (await d1
      .prepare(`SELECT 1 AS one WHERE ${promiseStands('?1')}`)
      .bind(id)
      .first()) !== null
  )
}
