import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { purge } from '../../../src/cron/index.ts'
import { dispatchEvent } from '../../../src/modules/events/dispatch.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { type Definition, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const EVENTS = '/api/v1/events'
const echo: Definition = { nodes: [{ id: 'got', type: 'data.set', params: { values: '{{ input }}' } }] }

async function listening(person: Person, config: Record<string, unknown>, definition = echo) {
  const workflowId = await newWorkflow(person.teamId, definition)
  return { workflowId, trigger: await newTrigger(person.teamId, workflowId, { type: 'event', ...config }) }
}

const send = (person: Person, body: unknown, headers = {}) => post(EVENTS, person, body, headers)

/** The real queue may be processing the row at this moment. */
const started = (runId: string) =>
  eventually(async () => {
    await runJobs()
    const view = await runOf(runId).view({ output: true })
    if (view === null) throw new Error(`${runId} has not started`)
    return view
  })

const workflowsOf = (answer: { body: any }): string[] =>
  answer.body.runs.map((run: { workflowId: string }) => run.workflowId).sort()

test('an event starts a run of each workflow with its name or a matching pattern', async () => {
  const person = await newPerson()
  const exact = await listening(person, { name: 'order.created' })
  const pattern = await listening(person, { name: 'order.*' })
  const all = await listening(person, { name: '*' })
  await listening(person, { name: 'order.paid' })
  await listening(person, { name: 'invoice.*' })
  await listening(person, { name: '*.paid' })
  await listening(person, { name: 'created' })
  await listening(await newPerson(), { name: 'order.created' })
  const answer = await send(person, { name: 'order.created', data: { total: 5 } })
  expect(answer.status).toBe(202)
  expect(workflowsOf(answer)).toEqual([exact, pattern, all].map((one) => one.workflowId).sort())
  for (const { runId, workflowId } of answer.body.runs) {
    const view = await started(runId)
    expect(view).toMatchObject({
      workflowId,
      teamId: person.teamId,
      trigger: { type: 'event', key: 'event', event: 'order.created', eventId: answer.body.id },
      input: { name: 'order.created', data: { total: 5 }, id: answer.body.id, at: answer.body.at },
    })
  }
})

test('a filter sees the event as input and its data as item; one that fails accepts nothing', async () => {
  const person = await newPerson()
  const takes = await listening(person, {
    name: 'paid',
    filter: '{{ item.total > 100 && input.name === "paid" && now === date(input.at).getTime() }}',
  })
  await listening(person, { name: 'paid', key: 'small', filter: '{{ input.data.total < 100 }}' })
  await listening(person, { name: 'paid', key: 'broken', filter: '{{ item.customer.name === "x" }}' })
  await listening(person, { name: 'paid', key: 'never', filter: false })
  const answer = await send(person, { name: 'paid', data: { total: 500 } })
  expect(workflowsOf(answer)).toEqual([takes.workflowId])
  const skipped = answer.body.skipped.map((one: any) => [one.triggerKey, one.reason]).sort()
  expect(skipped).toEqual([
    ['broken', 'filter_failed'],
    ['never', 'filter'],
    ['small', 'filter'],
  ])
})

test('a disabled trigger gets no events', async () => {
  const person = await newPerson()
  const { trigger } = await listening(person, { name: 'a' })
  await env.DB.prepare('UPDATE workflow_triggers SET active = 0 WHERE id = ?').bind(trigger.id).run()
  expect((await send(person, { name: 'a' })).body.runs).toEqual([])
})

test('the same id is the same event, even with new listeners; other content with the id is refused', async () => {
  const person = await newPerson()
  await listening(person, { name: 'a' })
  const first = await send(person, { name: 'a', data: { x: 1, y: 2 }, id: 'evt-1' })
  await listening(person, { name: 'a' })
  const again = await send(person, { name: 'a', data: { y: 2, x: 1 }, id: 'evt-1' })
  expect([again.status, again.body.duplicate, again.body.runs]).toEqual([202, true, first.body.runs])
  const other = await send(person, { name: 'a', data: { x: 2 }, id: 'evt-1' })
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.mismatch'])
  const elsewhere = await send(await newPerson(), { name: 'a', data: null, id: 'evt-1' })
  expect(elsewhere.body.duplicate).toBe(false)
})

test('ten concurrent copies of an event are accepted once', async () => {
  const person = await newPerson()
  await listening(person, { name: 'a' })
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => send(person, { name: 'a', data: 1, id: 'evt-1' })),
  )
  expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.runs[0].runId)).size).toBe(1)
})

test('an Idempotency-Key is respected', async () => {
  const person = await newPerson()
  const first = await send(person, { name: 'a', data: 1 }, { 'idempotency-key': 'k' })
  const again = await send(person, { name: 'a', data: 1 }, { 'idempotency-key': 'k' })
  expect([again.status, again.body.id]).toEqual([202, first.body.id])
})

test('a crash in the middle of dispatching neither loses nor doubles a run', async () => {
  const person = await newPerson()
  const targets: { workflowId: string }[] = []
  for (let i = 0; i < 3; i++) targets.push(await listening(person, { name: 'a' }))
  // The queue does not get it, like after a crash right after the commit: only the row exists.
  const eventId = 'evt-crash'
  const answer = await send(person, { name: 'a', id: eventId })
  const word = { teamId: person.teamId, eventId }
  await withContext((request) => dispatchEvent(request, word))
  const before = await Promise.all(answer.body.runs.map((run: any) => runOf(run.runId).view({})))
  await withContext((request) => dispatchEvent(request, word))
  await runJobs()
  const after = await Promise.all(answer.body.runs.map((run: any) => runOf(run.runId).view({})))
  expect(after.map((view) => view?.createdAt)).toEqual(before.map((view) => view?.createdAt))
  await eventually(async () => {
    for (const { workflowId } of targets) {
      const list = await get(`/api/v1/workflows/${workflowId}/executions`, person)
      expect(list.body.items).toHaveLength(1)
    }
  })
})

test('the event and the message to dispatch it are one commit', async () => {
  const person = await newPerson()
  await listening(person, { name: 'a' })
  const { id } = (await send(person, { name: 'a' })).body
  const rows = await env.DB.prepare(
    "SELECT o.type FROM outbox o JOIN audit_log l ON l.request_id = o.request_id WHERE l.target_id = ? AND o.type = 'event.dispatch'",
  )
    .bind(id)
    .all()
  expect(rows.results).toHaveLength(1)
})

test('a workflow that rejects the event does not affect the others', async () => {
  const person = await newPerson()
  await listening(person, { name: 'a' }, { ...echo, inputs: { type: 'object', required: ['missing'] } })
  const good = await listening(person, { name: 'a' })
  const answer = await send(person, { name: 'a' })
  const run = answer.body.runs.find((one: any) => one.workflowId === good.workflowId)
  expect((await started(run.runId)).status).toBe('succeeded')
})

test('the names of events and of listeners are listed', async () => {
  const person = await newPerson()
  const { workflowId } = await listening(person, { name: 'order.*' })
  await send(person, { name: 'order.created' })
  await send(person, { name: 'order.created' })
  const answer = await get(`${EVENTS}/types?direction=in`, person)
  expect(answer.body.items).toEqual([
    {
      direction: 'in',
      name: 'order.*',
      seen: 0,
      lastSeenAt: null,
      listeners: [{ workflowId, triggerKey: 'event' }],
      waiting: 0,
    },
    {
      direction: 'in',
      name: 'order.created',
      seen: 2,
      lastSeenAt: expect.any(String),
      listeners: [],
      waiting: 0,
    },
  ])
})

test.each(['', 'a b', 'a..b', '.a', 'order.*', 'x'.repeat(201)])(
  '%j is no name of an event',
  async (name) => {
    expect((await send(await newPerson(), { name })).status).toBe(422)
  },
)

test('a viewer cannot send events', async () => {
  const { join } = await newTeam()
  const viewer = await join('viewer')
  expect((await call('POST', EVENTS, { as: viewer, body: { name: 'a' } })).status).toBe(403)
  expect((await get(`${EVENTS}/types`, viewer)).status).toBe(200)
})

test('events are kept for 30 days', async () => {
  const person = await newPerson()
  for (const id of ['evt-old', 'evt-new']) await send(person, { name: 'a', id })
  await env.DB.prepare('UPDATE inbound_events SET created_at = ? WHERE team_id = ? AND id = ?')
    .bind(clock.now() - 30 * DAY_MS - 1, person.teamId, 'evt-old')
    .run()
  await withContext(purge)
  const { results } = await env.DB.prepare('SELECT id FROM inbound_events WHERE team_id = ?')
    .bind(person.teamId)
    .all<{ id: string }>()
  expect(results).toEqual([{ id: 'evt-new' }])
})
