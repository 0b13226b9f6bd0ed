// The promise to delete an object, made before the object exists. It is a message of the outbox that becomes due in some
// hours. The commit that adds the row of the object takes the promise back, so what a crash leaves is deleted by the outbox.
import { HOUR_MS } from '../core/clock.ts'
import { type Statement, statement } from './statement.ts'

/** Longer than any upload takes. */
export const PROMISE_MS = 3 * HOUR_MS

/** It counts as tried once, so that nobody does it before its time. */
export const insertPromise = (id: string, objectKey: string, requestId: string, now: number): Statement =>
  statement(
    `INSERT INTO outbox (id, type, body, request_id, attempts, next_at, created_at) VALUES (?, 'storage.delete', ?, ?, 1, ?, ?)`,
    id,
    JSON.stringify({ type: 'storage.delete', keys: [objectKey], prefixes: [] }),
    requestId,
    now + PROMISE_MS,
    now,
  )

/** A condition: the promise still stands, so nobody has begun to delete the object. */
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
