// Events close to the timeout of a wait, and how soon waiting runs get events.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { deliverAtOnce } from '../../../src/modules/events/deliver.ts'
import { lose } from '../../chaos/support/drive.ts'
import { eventually } from '../../helpers/changes.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { begun, holdIndex, inside, listed, newWaiting, send, view, wait, waiting } from './waiting.ts'

const TIMEOUT_MS = 700

/** Accepted at this time, and in progress until its message is processed. */
async function accept(person: Person, id: string, at: number, data: unknown = {}) {
  const message = { type: 'event.deliver', teamId: person.teamId, eventId: id }
  const far = Date.now() + 86_400_000
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO inbound_events (team_id, id, name, data, targets, created_at, waiting) VALUES (?, ?, 'go', ?, '[]', ?, 1)",
    ).bind(person.teamId, id, JSON.stringify(data), at),
    env.DB.prepare(
      "INSERT INTO outbox (id, type, body, request_id, attempts, next_at, created_at) VALUES (?, 'event.deliver', ?, 'req_x', 1, ?, ?)",
    ).bind(`msg_${person.teamId}_${id}`, JSON.stringify(message), far, at),
  ])
}

const drop = (person: Person) =>
  env.DB.prepare("DELETE FROM outbox WHERE type = 'event.deliver' AND body LIKE ?")
    .bind(`%${person.teamId}%`)
    .run()

const portOf = async (runId: string): Promise<unknown> => {
  await eventually(async () => expect((await view(runId)).status).toBe('succeeded'))
  const { events = [] } = (await runOf(runId).events(0, 100)) ?? {}
  const settled = (events as { type: string; path?: string; port?: string }[]).find(
    ({ type, path }) => (type === 'node.succeeded' || type === 'node.settled') && path === 'w',
  )
  return settled?.port
}

const untilOf = async (runId: string): Promise<number> =>
  Date.parse((await view(runId)).waitingFor[0]?.until ?? '')

test('an event that was accepted before the timeout wins, even if it was not delivered', async () => {
  const { person, runId } = await newWaiting({ name: 'go', timeoutMs: TIMEOUT_MS })
  await accept(person, 'evt_in_time', (await untilOf(runId)) - 1, { n: 1 })
  expect(await portOf(runId)).toBe('main')
  expect((await view(runId)).output).toEqual({ n: 1 })
  await drop(person)
})

test('an event that was accepted later does not, nor one that the filter rejects', async () => {
  const { person, runId } = await newWaiting({
    name: 'go',
    filter: '{{ item.n === 1 }}',
    timeoutMs: TIMEOUT_MS,
  })
  const until = await untilOf(runId)
  await accept(person, 'evt_late', until, { n: 1 })
  await accept(person, 'evt_other', until - 1, { n: 2 })
  expect(await portOf(runId)).toBe('timeout')
  await drop(person)
})

test('it also wins if the run is loaded long after its timeout', async () => {
  const { person, runId } = await newWaiting({ name: 'go', timeoutMs: TIMEOUT_MS })
  const until = await untilOf(runId)
  await inside(runId, (storage) => storage.deleteAlarm())
  await accept(person, 'evt_in_time', until - 300)
  await lose(runId)
  await eventually(() => expect(Date.now()).toBeGreaterThan(until))
  await runOf(runId).poke()
  expect(await portOf(runId)).toBe('main')
  await drop(person)
})

test('a wait that is not in the index yet looks for all events since it began', async () => {
  const person = await newPerson()
  const runId = await begun(person, { nodes: [wait('w', { name: 'go', timeoutMs: TIMEOUT_MS })] })
  const letGo = await holdIndex(runId)
  await accept(person, 'evt_in_time', (await untilOf(runId)) - 1)
  // The index knows of no wait, so there is no delivery message.
  await drop(person)
  expect(await portOf(runId)).toBe('main')
  await letGo()
})

test('a recorded timeout is final', async () => {
  const { person, runId } = await newWaiting({ name: 'go', timeoutMs: TIMEOUT_MS })
  const until = await untilOf(runId)
  expect(await portOf(runId)).toBe('timeout')
  await accept(person, 'evt_too_late_known', until - 10)
  expect(
    await runOf(runId).takeEvent({ teamId: person.teamId, id: 'evt_x', name: 'go', data: 1, at: until - 10 }),
  ).toBe(true)
  expect((await view(runId)).output).toBeNull()
  await drop(person)
})

test('while the index cannot say whether there is one, the run keeps waiting', async () => {
  const { person, runId } = await newWaiting({ name: 'go', timeoutMs: TIMEOUT_MS })
  const until = await untilOf(runId)
  // The query of the index fails.
  const broken = `msg_broken_${person.teamId}`
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, attempts, next_at, created_at) VALUES (?, 'event.deliver', '{', 'req_x', 1, ?, 1)",
  )
    .bind(broken, Date.now() + 86_400_000)
    .run()
  await eventually(() => expect(Date.now()).toBeGreaterThan(until + 500))
  expect(await view(runId)).toMatchObject({ status: 'waiting', waitingFor: [{ kind: 'signal' }] })
  await accept(person, 'evt_in_time', until - 1)
  await env.DB.prepare('DELETE FROM outbox WHERE id = ?').bind(broken).run()
  expect(await portOf(runId)).toBe('main')
  await drop(person)
})

test('waiting runs have the event when its sender gets the answer, without the queue', async () => {
  const person = await newPerson()
  const runIds: string[] = []
  for (let i = 0; i < 3; i++) runIds.push(await waiting(person, { name: 'go' }))
  await send(person, { name: 'go', data: { n: 1 } })
  for (const runId of runIds)
    expect(await view(runId)).toMatchObject({ status: 'succeeded', output: { n: 1 } })
  const { results } = await env.DB.prepare(
    "SELECT o.status FROM outbox o WHERE o.type = 'event.deliver' AND o.created_at >= ? AND o.request_id IN (SELECT request_id FROM audit_log WHERE team_id = ?)",
  )
    .bind(0, person.teamId)
    .all()
  expect(results).toEqual([{ status: 'done' }])
})

test('later pages are also delivered immediately, whatever happens to their messages', async () => {
  const person = await newPerson()
  const runIds = await Promise.all(
    Array.from({ length: 60 }, () => begun(person, { nodes: [wait('w', { name: 'go' })] })),
  )
  for (const runId of runIds) await listed(runId, 'w')
  await accept(person, 'evt_pages', Date.now(), { n: 1 })
  const first = `msg_${person.teamId}_evt_pages`
  await env.DB.prepare('UPDATE outbox SET attempts = 0 WHERE id = ?').bind(first).run()
  const lossy = { ...env.JOBS, sendBatch: async () => undefined } as unknown as typeof env.JOBS
  await withContext((request) => deliverAtOnce({ ...request, env: { ...request.env, JOBS: lossy } }, first))
  for (const runId of runIds) expect((await view(runId)).status).toBe('succeeded')
})
