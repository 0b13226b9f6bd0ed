// The outbox: rows written by commits and processed by consumers. Invariants:
// 1. At most one consumer at a time processes a row: claiming it is one conditional update that takes a lease.
// 2. A row becomes `done` only after its work, so after a crash the work is repeated and never lost.
// 3. After `MAX_ATTEMPTS` failures a row is `dead`: it stays until an operator handles it. Other rows continue.
// 4. A consumer that works longer than its lease may find that another one has claimed the row. Its failure then changes nothing.
import type { Log } from '../core/log.ts'
import type { QueueEnvelope } from './messages/index.ts'

export const LEASE_MS = 120_000
export const MAX_ATTEMPTS = 10

const BASE_DELAY_MS = 5_000
const MAX_DELAY_MS = 6 * 3_600_000

export const retryDelayMs = (attempts: number): number =>
  Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempts - 1, 20))

/** `body` is unparsed: a message of a newer version must fail as the work of its row, not as an error of the queue. */
export type OutboxWork = { id: string; body: string; requestId: string; attempts: number }

/** Null if it is done, dead, or claimed by another consumer. */
export async function claimOutbox(d1: D1Database, id: string, now: number): Promise<OutboxWork | null> {
  const row = await d1
    .prepare(
      `UPDATE outbox SET attempts = attempts + 1, next_at = ?2 WHERE id = ?1 AND status = 'pending' AND (attempts = 0 OR next_at <= ?3)
       RETURNING body, request_id AS requestId, attempts`,
    )
    .bind(id, now + LEASE_MS, now)
    .first<{ body: string; requestId: string; attempts: number }>()
  return row === null ? null : { id, ...row }
}

/** Deletes the body as well: a mail may contain a one-time token, which must not be kept. */
export async function finishOutbox(d1: D1Database, id: string, now: number): Promise<void> {
  await d1
    .prepare("UPDATE outbox SET status = 'done', done_at = ?2, last_error = NULL, body = '{}' WHERE id = ?1")
    .bind(id, now)
    .run()
}

const BEGUN = 'begun'

/**
 * Call it directly before work that must not be repeated. Returns false if an earlier attempt got this far without a recorded result,
 * because its process crashed.
 */
export async function beginOnce(d1: D1Database, id: string): Promise<boolean> {
  const { meta } = await d1
    .prepare(`UPDATE outbox SET last_error = '${BEGUN}' WHERE id = ? AND last_error IS NOT '${BEGUN}'`)
    .bind(id)
    .run()
  return meta.changes === 1
}

export type Failed = { kind: 'again'; delayMs: number } | { kind: 'given_up' } | { kind: 'not_ours' }

/** Records the failure of an attempt, unless another consumer has claimed the row or done its work since. */
export async function failOutbox(
  d1: D1Database,
  { id, attempts }: Pick<OutboxWork, 'id' | 'attempts'>,
  error: string,
  now: number,
): Promise<Failed> {
  const dead = attempts >= MAX_ATTEMPTS
  const delayMs = retryDelayMs(attempts)
  const { meta } = await d1
    .prepare(
      `UPDATE outbox SET status = ?2, next_at = ?3, last_error = ?4
       WHERE id = ?1 AND status = 'pending' AND attempts = ?5`,
    )
    .bind(id, dead ? 'dead' : 'pending', now + delayMs, error.slice(0, 500), attempts)
    .run()
  if (meta.changes === 0) return { kind: 'not_ours' }
  return dead ? { kind: 'given_up' } : { kind: 'again', delayMs }
}

type Scope = {
  env: { DB: D1Database; JOBS: Queue<QueueEnvelope> }
  now: () => number
  log: Log
  defer: (work: Promise<unknown>) => void
}

/** A queue delays messages by at most 12 h. The sweep handles longer waits. */
const MAX_QUEUE_DELAY_S = 43_200

/** Does the work of a row, unless it is done or claimed. Returns false if it failed and must be retried. */
export async function doOutboxRow(
  { env, now, log, defer }: Scope,
  outboxId: string,
  work: (body: unknown) => Promise<void>,
): Promise<boolean> {
  const row = await claimOutbox(env.DB, outboxId, now())
  if (row === null) return true
  try {
    await work(JSON.parse(row.body))
  } catch (error) {
    log.warn('a job failed', { outboxId, attempts: row.attempts, error })
    const failed = await failOutbox(env.DB, row, String(error), now())
    if (failed.kind === 'given_up') log.error('a job was given up', { outboxId })
    if (failed.kind === 'again' && failed.delayMs / 1000 < MAX_QUEUE_DELAY_S) {
      const message = { outboxId, requestId: row.requestId }
      defer(env.JOBS.send(message, { delaySeconds: Math.ceil(failed.delayMs / 1000) }).catch(() => undefined))
    }
    return false
  }
  await finishOutbox(env.DB, outboxId, now())
  return true
}

/** Due rows: those that the queue lost, and those whose consumer crashed. */
export async function dueOutbox(
  d1: D1Database,
  now: number,
  limit: number,
): Promise<{ id: string; requestId: string }[]> {
  const { results } = await d1
    .prepare(
      "SELECT id, request_id AS requestId FROM outbox WHERE status = 'pending' AND next_at <= ? ORDER BY next_at LIMIT ?",
    )
    .bind(now, limit)
    .all<{ id: string; requestId: string }>()
  return results
}
