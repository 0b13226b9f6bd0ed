// The outbox: rows written by commits, done by consumers. Invariants:
// 1. A row is done at most by one consumer at a time: claiming is one conditional update that takes a lease.
// 2. A row is only ever `done` after its work, so a crash anywhere means that it is done again, never lost.
// 3. After `MAX_ATTEMPTS` failures a row is `dead`: it stays until an operator handles it. Other rows continue.
import type { Log } from '../core/log.ts'
import type { QueueEnvelope } from './messages/index.ts'

export const LEASE_MS = 120_000
export const MAX_ATTEMPTS = 10

const BASE_DELAY_MS = 5_000
const MAX_DELAY_MS = 6 * 3_600_000

export const retryDelayMs = (attempts: number): number =>
  Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempts - 1, 20))

/** `body` is unparsed: a message of a newer version must fail as its row's work, not as the queue's. */
export type OutboxWork = { id: string; body: string; requestId: string; attempts: number }

/** Null when it is done, dead, or in another consumer's hands. */
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

/** The body goes with the work: a mail may hold a one-time token, which has no business here afterwards. */
export async function finishOutbox(d1: D1Database, id: string, now: number): Promise<void> {
  await d1
    .prepare("UPDATE outbox SET status = 'done', done_at = ?2, last_error = NULL, body = '{}' WHERE id = ?1")
    .bind(id, now)
    .run()
}

const BEGUN = 'begun'

/**
 * For work that must not be done twice, right before it: false when an earlier attempt has come as far and never said how it went,
 * since its process died.
 */
export async function beginOnce(d1: D1Database, id: string): Promise<boolean> {
  const { meta } = await d1
    .prepare(`UPDATE outbox SET last_error = '${BEGUN}' WHERE id = ? AND last_error IS NOT '${BEGUN}'`)
    .bind(id)
    .run()
  return meta.changes === 1
}

/** Answers after how long it is tried again, or null when it is given up. */
export async function failOutbox(
  d1: D1Database,
  work: Pick<OutboxWork, 'id' | 'attempts'>,
  error: string,
  now: number,
): Promise<number | null> {
  const dead = work.attempts >= MAX_ATTEMPTS
  const delayMs = retryDelayMs(work.attempts)
  await d1
    .prepare('UPDATE outbox SET status = ?2, next_at = ?3, last_error = ?4 WHERE id = ?1')
    .bind(work.id, dead ? 'dead' : 'pending', now + delayMs, error.slice(0, 500))
    .run()
  return dead ? null : delayMs
}

type Scope = {
  env: { DB: D1Database; JOBS: Queue<QueueEnvelope> }
  now: () => number
  log: Log
  defer: (work: Promise<unknown>) => void
}

/** A queue's own delay is at most 12 h; longer waits are left to the sweep. */
const MAX_QUEUE_DELAY_S = 43_200

/** Does the work of a row, unless it is done or in other hands. False when it has failed, and is to be tried again. */
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
    const delayMs = await failOutbox(env.DB, row, String(error), now())
    if (delayMs === null) log.error('a job was given up', { outboxId })
    else if (delayMs / 1000 < MAX_QUEUE_DELAY_S) {
      const message = { outboxId, requestId: row.requestId }
      defer(env.JOBS.send(message, { delaySeconds: Math.ceil(delayMs / 1000) }).catch(() => undefined))
    }
    return false
  }
  await finishOutbox(env.DB, outboxId, now())
  return true
}

/** The rows whose time has come: those the queue lost, and those whose consumer died. */
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
