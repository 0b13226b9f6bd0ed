import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { commit } from '../../../src/db/commit.ts'
import { consumeQueue } from '../../../src/jobs/index.ts'
import {
  claimOutbox,
  dueOutbox,
  failOutbox,
  finishOutbox,
  LEASE_MS,
  MAX_ATTEMPTS,
} from '../../../src/queue/outbox.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, withContext } from '../../helpers/jobs.ts'

async function newRow(): Promise<{ id: string; to: string }> {
  const id = newId('msg', clock.now())
  const to = `${id}@example.com`
  const body = JSON.stringify({ type: 'mail.send', to, subject: 'Hello', text: 'Hi' })
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, 'mail.send', ?, 'req_x', ?, ?)",
  )
    .bind(id, body, clock.now() + 60_000, clock.now())
    .run()
  return { id, to }
}

const statusOf = (id: string) =>
  env.DB.prepare('SELECT status, attempts, last_error AS lastError FROM outbox WHERE id = ?').bind(id).first()

test('a message committed with a change is delivered', async () => {
  const to = `${newId('usr', clock.now())}@example.com`
  await withContext((request) =>
    commit(
      { ...request, system: true },
      {
        audit: { action: 'test.done', targetType: 'test', targetId: 'x' },
        messages: [{ type: 'mail.send', to, subject: 'Hello', text: 'Hi' }],
      },
    ),
  )
  expect(await mailTo(to)).toMatchObject([{ subject: 'Hello', text: 'Hi' }])
})

test('of concurrent consumers one does the work', async () => {
  const { id } = await newRow()
  const claims = await Promise.all(Array.from({ length: 5 }, () => claimOutbox(env.DB, id, clock.now())))
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1)
})

test('work of a lost consumer is claimed again after the lease, not before', async () => {
  const { id } = await newRow()
  const start = clock.now()
  expect(await claimOutbox(env.DB, id, start)).not.toBeNull()
  expect(await claimOutbox(env.DB, id, start + LEASE_MS - 1)).toBeNull()
  expect((await claimOutbox(env.DB, id, start + LEASE_MS))?.attempts).toBe(2)
})

test('a row that the queue lost is due for the sweep after a minute', async () => {
  const { id } = await newRow()
  const ids = async (at: number) => (await dueOutbox(env.DB, at, 10_000)).map((row) => row.id)
  expect(await ids(clock.now())).not.toContain(id)
  expect(await ids(clock.now() + 60_000)).toContain(id)
})

test('after the last attempt a row is dead, with the reason', async () => {
  const { id } = await newRow()
  const fail = async () => {
    const { nextAt } = (await env.DB.prepare('SELECT next_at AS nextAt FROM outbox WHERE id = ?')
      .bind(id)
      .first<{ nextAt: number }>()) ?? { nextAt: 0 }
    const work = await claimOutbox(env.DB, id, nextAt)
    return failOutbox(env.DB, { id, attempts: work?.attempts ?? 0 }, 'refused', nextAt)
  }
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++)
    expect(await fail()).toMatchObject({ kind: 'again' })
  expect(await fail()).toEqual({ kind: 'given_up' })
  expect(await statusOf(id)).toMatchObject({ status: 'dead', lastError: 'refused' })
})

test('a consumer that outlives its lease changes nothing of what another one has done or is doing', async () => {
  const { id } = await newRow()
  const start = clock.now()
  const slow = await claimOutbox(env.DB, id, start)
  const next = await claimOutbox(env.DB, id, start + LEASE_MS)
  if (slow === null || next === null) throw new Error('not claimed')
  expect(await failOutbox(env.DB, slow, 'timed out', start + LEASE_MS + 1)).toEqual({ kind: 'not_ours' })
  // The lease of the second consumer still stands.
  expect(await claimOutbox(env.DB, id, start + LEASE_MS + 10_000)).toBeNull()
  await finishOutbox(env.DB, id, start + LEASE_MS + 20_000)
  expect(await failOutbox(env.DB, slow, 'timed out', start + LEASE_MS + 30_000)).toEqual({ kind: 'not_ours' })
  expect(await statusOf(id)).toMatchObject({ status: 'done', attempts: 2, lastError: null })
})

test('a message that is delivered twice sends one mail, and nonsense in the queue is dropped', async () => {
  const { id, to } = await newRow()
  const message = (messageId: string, body: unknown) => ({
    id: messageId,
    timestamp: new Date(),
    attempts: 1,
    body,
  })
  const batch = createMessageBatch('orrery-jobs', [
    message('1', { outboxId: id, requestId: 'req_x' }),
    message('2', { outboxId: id, requestId: 'req_x' }),
    message('3', 'nonsense'),
  ])
  const ctx = createExecutionContext()
  await consumeQueue(batch, env, clock.now, (work) => ctx.waitUntil(work))
  expect((await getQueueResult(batch, ctx)).explicitAcks).toEqual(['1', '2', '3'])
  expect(await mailTo(to)).toHaveLength(1)
})

test('an unknown message fails as a row and is retried later', async () => {
  const id = newId('msg', clock.now())
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, 'x.y', ?, 'req_x', 0, 0)",
  )
    .bind(id, JSON.stringify({ type: 'x.y' }))
    .run()
  const ctx = createExecutionContext()
  const batch = createMessageBatch('orrery-jobs', [
    { id: '1', timestamp: new Date(), attempts: 1, body: { outboxId: id, requestId: 'r' } },
  ])
  await consumeQueue(batch, env, clock.now, (work) => ctx.waitUntil(work))
  expect(await statusOf(id)).toMatchObject({ status: 'pending', attempts: 1 })
})
