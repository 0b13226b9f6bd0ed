import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { runOutboxRow } from '../../../src/jobs/index.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runCron, withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'

const QUEUES = '/api/v1/admin/queues'

const newAdmin = () => newPerson({ platformRole: 'admin' })

/** A type that no other test and no consumer knows. */
const newType = () => `test.${crypto.randomUUID()}`

async function putMessage(
  type: string,
  {
    status = 'dead',
    body = {},
    nextAt = clock.now(),
  }: { status?: string; body?: object; nextAt?: number } = {},
): Promise<string> {
  const id = newId('msg', clock.now())
  await env.DB.prepare(
    `INSERT INTO outbox (id, type, body, request_id, status, attempts, next_at, last_error, created_at)
     VALUES (?, ?, ?, 'req_1', ?, 10, ?, 'Error: refused', ?)`,
  )
    .bind(id, type, JSON.stringify({ type, ...body }), status, nextAt, clock.now())
    .run()
  return id
}

const statusOf = async (id: string) =>
  (await env.DB.prepare('SELECT status, attempts FROM outbox WHERE id = ?').bind(id).first()) ?? null

test('queues are counted by type, with due messages and their age', async () => {
  const [admin, type] = [await newAdmin(), newType()]
  await putMessage(type)
  await putMessage(type, { status: 'pending', nextAt: clock.now() - 90_000 })
  await putMessage(type, { status: 'pending', nextAt: clock.now() + 3_600_000 })
  const { body } = await get(QUEUES, admin)
  expect(body.messages.find((one: { type: string }) => one.type === type)).toEqual({
    type,
    pending: 2,
    due: 1,
    dead: 1,
    delaySeconds: expect.closeTo(90, 0),
  })
  await env.DB.prepare('DELETE FROM outbox WHERE type = ?').bind(type).run()
})

test('a dead message is shown without texts of people and without credentials', async () => {
  const [admin, type] = [await newAdmin(), newType()]
  const runId = newId('run', clock.now())
  const id = await putMessage(type, {
    body: {
      to: 'ada@example.com',
      text: 'https://example.com/reset?token=secret-token',
      runId,
      n: 3,
      deep: { a: ['x'] },
    },
  })
  const answer = await get(`${QUEUES}/messages/${id}`, admin)
  expect(answer.body).toMatchObject({ id, type, status: 'dead', attempts: 10, lastError: 'Error: refused' })
  expect(answer.body.body).toEqual({
    type,
    to: '[15 characters]',
    text: '[44 characters]',
    runId,
    n: 3,
    deep: { a: ['[1 characters]'] },
  })
  expect((await get(`${QUEUES}/messages/${newId('msg', 1)}`, admin)).status).toBe(404)
})

test('messages are listed by page and by type', async () => {
  const [admin, type] = [await newAdmin(), newType()]
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.push(await putMessage(type, { nextAt: clock.now() + i }))
  const first = await get(`${QUEUES}/messages?type=${type}&limit=2&count=true`, admin)
  expect([first.body.items.map((one: { id: string }) => one.id), first.body.total]).toEqual([
    ids.slice(0, 2),
    3,
  ])
  const second = await get(`${QUEUES}/messages?type=${type}&limit=2&cursor=${first.body.nextCursor}`, admin)
  expect([second.body.items.map((one: { id: string }) => one.id), second.body.nextCursor]).toEqual([
    [ids[2]],
    null,
  ])
})

test('a redriven message is processed by the queue, and only dead ones can be redriven', async () => {
  const admin = await newAdmin()
  const user = await newPerson()
  const id = await putMessage('live.revoke', { body: { of: 'user', id: user.userId } })
  const answer = await post(`${QUEUES}/messages/${id}/redrive`, admin, undefined)
  expect([answer.status, answer.body.status, answer.body.attempts]).toEqual([200, 'pending', 0])
  await withContext((request) => runOutboxRow(request, id))
  expect(await statusOf(id)).toMatchObject({ status: 'done' })
  expect((await post(`${QUEUES}/messages/${id}/redrive`, admin, undefined)).status).toBe(404)

  const pending = await putMessage(newType(), { status: 'pending', nextAt: clock.now() + 3_600_000 })
  for (const [method, path] of [
    ['POST', `${QUEUES}/messages/${pending}/redrive`],
    ['DELETE', `${QUEUES}/messages/${pending}`],
  ] as const)
    expect((await call(method, path, { as: admin })).body.code).toBe('resource.conflict')
  const log = await get(`/api/v1/admin/audit-logs?target=${id}`, admin)
  expect(log.body.items).toMatchObject([
    { action: 'message.redriven', before: { type: 'live.revoke', attempts: 10 } },
  ])
})

test('messages of a type are redriven or discarded together, each time with an audit entry', async () => {
  const [admin, type, other] = [await newAdmin(), newType(), newType()]
  const ids = [await putMessage(type), await putMessage(type)]
  const kept = await putMessage(other)
  expect((await post(`${QUEUES}/redrive`, admin, { type })).body).toEqual({ changed: 2, remaining: 0 })
  // The real queue may have tried them by now, but no consumer knows their type.
  for (const id of ids) expect(await statusOf(id)).not.toMatchObject({ attempts: 10 })
  expect((await post(`${QUEUES}/discard`, admin, { type: other })).body).toEqual({ changed: 1, remaining: 0 })
  expect(await statusOf(kept)).toBeNull()
  const log = await get(`/api/v1/admin/audit-logs?actor=${admin.userId}&sort=createdAt`, admin)
  expect(log.body.items).toMatchObject([
    { action: 'messages.redriven', targetId: type, after: { messages: 2 } },
    { action: 'messages.discarded', targetId: other, after: { messages: 1 } },
  ])
  await env.DB.prepare('DELETE FROM outbox WHERE type = ?').bind(type).run()
})

test('the last tick is reported with its tasks, and a missing tick is late', async () => {
  const admin = await newAdmin()
  await runCron()
  const { body } = await get(QUEUES, admin)
  expect(body.cron.lagSeconds).toBe(0)
  expect(body.cron.tasks.map((task: { name: string }) => task.name)).toEqual(
    expect.arrayContaining(['sweep outbox', 'seal audit log', 'purge auth']),
  )
  clock.advance(5 * 60_000)
  expect((await get(QUEUES, admin)).body.cron.lagSeconds).toBeGreaterThanOrEqual(240)
})
