// Events of the team and runs that wait for them: each matching pair meets, whichever comes second, and no other.
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { runHost } from '../../../src/objects/workflow-run.ts'
import { lose } from '../../chaos/support/drive.ts'
import { get } from '../../helpers/api.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newSpec, objectOf, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import {
  begun,
  ended,
  holdIndex,
  inside,
  listed,
  newWaiting,
  rowsOf,
  send,
  settled,
  until,
  view,
  wait,
  waiting,
} from './waiting.ts'

const typesOf = async (runId: string): Promise<string[]> =>
  ((await runOf(runId).events(0, 500))?.events ?? []).map((event) => (event as { type: string }).type)

/** Like the event of some time ago. */
const backdate = (teamId: string, id: string, at: number) =>
  env.DB.prepare('UPDATE inbound_events SET created_at = ? WHERE team_id = ? AND id = ?')
    .bind(at, teamId, id)
    .run()

test('an event ends the wait of each run of its team for its name, and of no other', async () => {
  const { person, runId } = await newWaiting({ name: 'order.paid' })
  const second = await waiting(person, { name: 'order.paid' })
  const other = await waiting(person, { name: 'order.sent' })
  const elsewhere = (await newWaiting({ name: 'order.paid' })).runId
  const shown = await get(`/api/v1/workflows/executions/${runId}`, person)
  expect(shown.body.waitingFor).toMatchObject([{ path: 'w', kind: 'signal', name: 'order.paid' }])
  const answer = await send(person, { name: 'order.paid', data: { sum: 5 } })
  expect(answer.body).toMatchObject({ runs: [], waiting: 2, duplicate: false })
  for (const id of [runId, second])
    expect(await ended(id)).toMatchObject({ status: 'succeeded', output: { sum: 5 } })
  const log = (await runOf(runId).events(0, 100))?.events ?? []
  const { id, at } = answer.body
  expect(log).toContainEqual(
    expect.objectContaining({
      type: 'node.succeeded',
      path: 'w',
      event: { id, name: 'order.paid', at },
    }),
  )
  await settled(other)
  // If a row named the wrong run, that run would know its own team.
  const stray = { teamId: person.teamId, id: 'evt-x', name: 'order.paid', data: 1, at: Date.now() }
  expect(await runOf(elsewhere).takeEvent(stray)).toBe(false)
  for (const left of [other, elsewhere]) expect((await view(left)).status).toBe('waiting')
  await listed(runId)
  expect(await rowsOf(other)).toHaveLength(1)
})

test('an event reaches all of a thousand waits, also if the run leaves memory half way', async () => {
  const person = await newPerson()
  const nodes = Array.from({ length: 1_000 }, (_, n) => wait(`w${n}`, { name: 'go' }))
  const spec = newSpec({ nodes }, { teamId: person.teamId })
  let poisoned: Promise<unknown> | undefined
  let before = 0
  setFaultHook((point, { id }, args) => {
    if (point !== 'core.take:before' || !id.equals(runHost(env.RUNS, spec.runId).id)) return
    const fact = JSON.stringify(args[2])
    if (fact.includes('poison')) throw new Error(onPurpose('dead'))
    if (!fact.includes('evt-many')) return
    before++
    // Handled between two blocks of waits.
    poisoned ??= runOf(spec.runId)
      .signal({ name: 'poison', data: null, by: 'usr_x' })
      .catch(() => undefined)
  })
  await runOf(spec.runId).start(spec)
  const event = { teamId: person.teamId, id: 'evt-many', name: 'go', data: 1, at: Date.now() + 1_000 }
  const first = await runOf(spec.runId)
    .takeEvent(event)
    .then(
      () => 'taken',
      () => 'failed',
    )
  await poisoned
  setFaultHook(null)
  expect([first, before < nodes.length]).toEqual(['failed', true])
  const waits = async () =>
    (await view(spec.runId)).nodes?.filter(({ status }) => status === 'waiting').length
  expect(await waits()).toBe(nodes.length - before)
  expect(await runOf(spec.runId).takeEvent(event)).toBe(true)
  expect(await view(spec.runId)).toMatchObject({ status: 'succeeded' })
})

test('an event before the wait is in the index, but after it began, ends it', async () => {
  const person = await newPerson()
  const spec = newSpec({ nodes: [wait('w', { name: 'go' })] }, { teamId: person.teamId })
  const release = await holdIndex(spec.runId)
  await runOf(spec.runId).start(spec)
  const { body } = await send(person, { name: 'go', data: 7 })
  expect(body.waiting).toBe(0)
  await settledQueue()
  expect((await view(spec.runId)).status).toBe('waiting')
  await release()
  expect(await ended(spec.runId)).toMatchObject({ status: 'succeeded', output: 7 })
  await listed(spec.runId)
})

test('an event that is committed just before the wait is in the index is found by the run', async () => {
  const person = await newPerson()
  const spec = newSpec({ nodes: [wait('w', { name: 'go' })] }, { teamId: person.teamId })
  const values = `NEW.team_id, 'evt-just-before', 'go', '7', NEW.since + 1`
  await env.DB.prepare(
    `CREATE TRIGGER just_before_${spec.runId} BEFORE INSERT ON event_waits WHEN NEW.run_id = '${spec.runId}'
     BEGIN INSERT INTO inbound_events (team_id, id, name, data, created_at) VALUES (${values}); END`,
  ).run()
  await runOf(spec.runId).start(spec)
  await until(async () => (await view(spec.runId)).status === 'succeeded', 'the run has found it')
  await env.DB.prepare(`DROP TRIGGER just_before_${spec.runId}`).run()
})

/** No run waited, so nothing is being delivered. */
async function settledQueue() {
  const { results } = await env.DB.prepare(
    "SELECT id FROM outbox WHERE type = 'event.deliver' AND status = 'pending'",
  ).all()
  expect(results).toEqual([])
}

test('an event from before the wait began does not end it, also if it is delivered again', async () => {
  const person = await newPerson()
  await send(person, { name: 'go', id: 'evt-old' })
  const at = Date.now() - 1_000
  await backdate(person.teamId, 'evt-old', at)
  const runId = await waiting(person, { name: 'go' })
  await settled(runId)
  const take = (id: string, time: number) =>
    runOf(runId).takeEvent({ teamId: person.teamId, id, name: 'go', data: null, at: time })
  expect(await take('evt-old', at)).toBe(true)
  const [{ since } = { since: 0 }] = await rowsOf(runId)
  expect(await take('evt-just-before', since - 1)).toBe(true)
  expect((await view(runId)).status).toBe('waiting')
  expect(await take('evt-as-it-began', since)).toBe(true)
  expect((await view(runId)).status).toBe('succeeded')
})

test('an event that the filter rejects leaves no trace, and a later one ends the wait', async () => {
  const { person, runId } = await newWaiting({ name: 'paid', filter: '{{ item.sum > 3 }}' })
  await settled(runId)
  const before = await typesOf(runId)
  for (const data of [{ sum: 1 }, null, { nothing: 'of the sort' }])
    expect((await send(person, { name: 'paid', data })).body.waiting).toBe(1)
  await settled(runId)
  expect(await typesOf(runId)).toEqual(before)
  const kept = await inside(runId, ({ sql }) =>
    sql.exec("SELECT kind FROM rows WHERE kind LIKE 'signal%' OR kind LIKE 'event%'").toArray(),
  )
  expect(kept).toEqual([])
  await send(person, { name: 'paid', data: { sum: 4 } })
  expect((await ended(runId)).output).toEqual({ sum: 4 })
})

test('two waits of one run are both ended by one event, and a later wait is not', async () => {
  const person = await newPerson()
  const runId = await begun(person, {
    nodes: [
      wait('a', { name: 'go' }),
      wait('b', { name: 'go' }),
      wait('c', { name: 'go', filter: '{{ item === 2 }}' }),
      wait('after', { name: 'go' }),
    ],
    edges: [{ from: 'a', to: 'after' }],
  })
  await listed(runId, 'a', 'b', 'c')
  expect((await send(person, { name: 'go', data: 1, id: 'evt-1' })).body.waiting).toBe(1)
  await listed(runId, 'after', 'c')
  await settled(runId)
  const statuses = Object.fromEntries(((await view(runId)).nodes ?? []).map((one) => [one.id, one.status]))
  expect(statuses).toEqual({ a: 'succeeded', b: 'succeeded', c: 'waiting', after: 'waiting' })
  // The same event again, when the following wait has begun: a run accepts each event once.
  const event = { teamId: person.teamId, id: 'evt-1', name: 'go', data: 2, at: Date.now() }
  await runOf(runId).takeEvent(event)
  expect((await view(runId)).status).toBe('waiting')
  await send(person, { name: 'go', data: 2, id: 'evt-2' })
  expect((await ended(runId)).output).toMatchObject({ after: 2, b: 1, c: 2 })
})

test('an event that is sent twice is delivered once', async () => {
  const person = await newPerson()
  const runId = await begun(person, {
    nodes: [wait('a', { name: 'go' }), wait('b', { name: 'go' })],
    edges: [{ from: 'a', to: 'b' }],
  })
  await listed(runId, 'a')
  const first = await send(person, { name: 'go', data: 1, id: 'evt-1' })
  await listed(runId, 'b')
  const again = await send(person, { name: 'go', data: 1, id: 'evt-1' })
  expect(again.body).toMatchObject({ duplicate: true, waiting: first.body.waiting })
  await settled(runId)
  expect((await view(runId)).waitingFor).toMatchObject([{ path: 'b' }])
})

test('a pattern of a wait works like that of a trigger', async () => {
  const { person, runId } = await newWaiting({ name: 'order.*.paid' })
  const all = await waiting(person, { name: '*' })
  expect(await rowsOf(runId)).toMatchObject([{ name: 'order.*.paid', key: 'order.*' }])
  expect((await send(person, { name: 'order.7.paid', data: 1 })).body.waiting).toBe(2)
  for (const id of [runId, all]) expect((await ended(id)).output).toBe(1)
  // With another name: if tests have moved the clock of the app, the earlier event is later than this wait.
  const next = await waiting(person, { name: 'bill.*.paid' })
  expect((await send(person, { name: 'bill.7.sent' })).body.waiting).toBe(0)
  await settled(next)
  expect((await view(next)).status).toBe('waiting')
  await runOf(next).signal({ name: 'bill.8.paid', data: 8, by: 'me' })
  expect((await ended(next)).output).toBe(8)
})

test('an event for a pattern that comes before the wait is in the index ends it', async () => {
  const person = await newPerson()
  const spec = newSpec({ nodes: [wait('w', { name: 'order.*' })] }, { teamId: person.teamId })
  const release = await holdIndex(spec.runId)
  await runOf(spec.runId).start(spec)
  await send(person, { name: 'invoice.paid', data: 1 })
  // Larger than the events that a page contains directly.
  await send(person, { name: 'order.paid', data: { text: 'x'.repeat(100_000) } })
  await release()
  expect(await ended(spec.runId)).toMatchObject({ output: { text: expect.stringMatching(/^x{100000}$/) } })
})

test('an event after the timeout is too late, also before the timer fires', async () => {
  const person = await newPerson()
  const runId = await begun(person, {
    nodes: [
      wait('w', { name: 'go', timeoutMs: 60_000 }),
      { id: 'late', type: 'data.set', params: { values: 'late' } },
    ],
    edges: [{ from: 'w', to: 'late', port: 'timeout' }],
  })
  const [{ until: end } = { until: null }] = (await view(runId)).waitingFor
  const due = Date.parse(end ?? '')
  const event = (id: string, at: number) => ({ teamId: person.teamId, id, name: 'go', data: 1, at })
  await runOf(runId).takeEvent(event('evt-late', due))
  expect((await view(runId)).status).toBe('waiting')
  await runOf(runId).takeEvent(event('evt-in-time', due - 1))
  expect((await view(runId)).status).toBe('succeeded')
  const quick = await begun(person, { nodes: [wait('w', { name: 'go', timeoutMs: 1 })] })
  await until(async () => (await view(quick)).status === 'succeeded', 'its time is up')
  await runOf(quick).takeEvent(event('evt-3', Date.now()))
  expect((await view(quick)).output).toBeNull()
})

test('a paused run accepts the event, and continues with it when it is resumed', async () => {
  const person = await newPerson()
  const runId = await begun(person, {
    nodes: [wait('w', { name: 'go' }), { id: 'end', type: 'flow.noop' }],
    edges: [{ from: 'w', to: 'end' }],
  })
  await listed(runId, 'w')
  await runOf(runId).control('pause', 'me')
  await send(person, { name: 'go', data: 1 })
  await settled(runId)
  expect(await view(runId)).toMatchObject({ status: 'paused', nodes: [{ status: 'succeeded' }, {}] })
  await runOf(runId).control('resume', 'me')
  expect((await view(runId)).status).toBe('succeeded')
})

test("a started run gets events regardless of the team's owner; its triggers need an existing owner", async () => {
  const { teamId, owner, join } = await newTeam()
  const member = await join('member')
  const workflowId = await newWorkflow(teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  await newTrigger(teamId, workflowId, { type: 'event', name: 'go' })
  const runId = await waiting(member, { name: 'go' })
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(owner.userId).run()
  const answer = await send(member, { name: 'go', data: 1 })
  expect((await ended(runId)).status).toBe('succeeded')
  await settled(runId)
  expect(await runOf(answer.body.runs[0].runId).view({})).toBeNull()
})

test('names that runs wait for are listed', async () => {
  const { person } = await newWaiting({ name: 'order.*' })
  await waiting(person, { name: 'order.*' })
  await waiting(person, { name: 'paid' })
  await send(person, { name: 'seen' })
  const { body } = await get('/api/v1/events/types?direction=in', person)
  expect(body.items).toEqual([
    { direction: 'in', name: 'order.*', seen: 0, lastSeenAt: null, listeners: [], waiting: 2 },
    { direction: 'in', name: 'paid', seen: 0, lastSeenAt: null, listeners: [], waiting: 1 },
    { direction: 'in', name: 'seen', seen: 1, lastSeenAt: expect.any(String), listeners: [], waiting: 0 },
  ])
})

test('names from events, triggers and waits are one list, page by page, each name once', async () => {
  const { person } = await newWaiting({ name: 'b' })
  await waiting(person, { name: 'b' })
  const workflowId = await newWorkflow(person.teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  await newTrigger(person.teamId, workflowId, { type: 'event', name: 'b', key: 'one' })
  await newTrigger(person.teamId, workflowId, { type: 'event', name: 'd', key: 'two' })
  for (const name of ['a', 'c', 'b']) await send(person, { name })
  const path = '/api/v1/events/types?direction=in'
  const first = await get(`${path}&limit=2&count=true`, person)
  expect(first.body).toMatchObject({ items: [{ name: 'a' }, { name: 'b', seen: 1 }], total: 4 })
  expect(first.body.items[1].listeners).toEqual([{ workflowId, triggerKey: 'one' }])
  const second = await get(`${path}&limit=2&cursor=${first.body.nextCursor}`, person)
  expect(second.body.items).toMatchObject([
    { name: 'c', seen: 1 },
    { name: 'd', seen: 0 },
  ])
  expect(second.body.nextCursor).toBeNull()
})

test('a run that is lost before its wait is in the index catches up when it is loaded', async () => {
  const person = await newPerson()
  const spec = newSpec({ nodes: [wait('w', { name: 'go' })] }, { teamId: person.teamId })
  const release = await holdIndex(spec.runId)
  await runOf(spec.runId).start(spec)
  await send(person, { name: 'go', data: 7 })
  await lose(spec.runId)
  await release()
  expect((await ended(spec.runId)).output).toBe(7)
})

test('a run that is lost between writing its wait and looking for events looks again', async () => {
  const person = await newPerson()
  const spec = newSpec({ nodes: [wait('w', { name: 'go' })] }, { teamId: person.teamId })
  const release = await holdIndex(spec.runId)
  await runOf(spec.runId).start(spec)
  await send(person, { name: 'go', data: 7 })
  await env.DB.prepare('ALTER TABLE inbound_events RENAME TO events_away').run()
  try {
    await release()
    await listed(spec.runId, 'w')
    await lose(spec.runId)
  } finally {
    await env.DB.prepare('ALTER TABLE events_away RENAME TO inbound_events').run()
  }
  expect((await ended(spec.runId)).output).toBe(7)
})

test('a wait of older code is added to the index when the run is next loaded', async () => {
  const { person, runId } = await newWaiting({ name: 'go' })
  await settled(runId)
  await inside(runId, ({ sql }) =>
    sql.exec("UPDATE rows SET value = json_remove(value, '$.listed') WHERE kind = 'wait'"),
  )
  await env.DB.prepare('DELETE FROM event_waits WHERE run_id = ?').bind(runId).run()
  await evictDurableObject(objectOf(runId) as never)
  await view(runId)
  await listed(runId, 'w')
  await settled(runId)
  await evictDurableObject(objectOf(runId) as never)
  await view(runId)
  await send(person, { name: 'go', data: 1 })
  expect((await ended(runId)).output).toBe(1)
})
