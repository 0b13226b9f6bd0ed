import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runCronTasks } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { linear, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { newEndpoint, newReceiver, type Receiver, sendCallbacks, signatureOf } from './receiver.ts'

const FAILING = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'No.' } }] }
const WAITING = { nodes: [{ id: 'hold', type: 'flow.waitForEvent', params: { name: 'go' } }] }

const typesAt = async (receiver: Receiver): Promise<string[]> =>
  (await receiver.received()).map(({ body }) => JSON.parse(body).type).sort()

async function startRun(person: Person, definition: Parameters<typeof newWorkflow>[1], body = {}) {
  const workflowId = await newWorkflow(person.teamId, definition)
  return post(`/api/v1/workflows/${workflowId}/execute`, person, body)
}

test('a run that ends in its start is reported with its start and its end, with its output', async () => {
  const person = await newPerson()
  const receiver = newReceiver()
  await newEndpoint(person, receiver.url, { events: ['run.*'] })
  const run = await startRun(person, { ...linear(2), output: '{{ 40 + 2 }}' })
  await eventually(async () => expect(await typesAt(receiver)).toEqual(['run.started', 'run.succeeded']))
  const bodies = (await receiver.received()).map(({ body }) => JSON.parse(body).data)
  expect(bodies.find(({ type }) => type === 'run.succeeded')).toMatchObject({
    teamId: person.teamId,
    run: { id: run.body.id, status: 'succeeded', progress: 100, trigger: 'manual', error: null },
    workflow: { id: expect.stringMatching(/^wf_/) },
    data: { output: 42 },
  })
})

test('failures, waits and ends are reported as they occur, and only those of the pattern', async () => {
  const person = await newPerson()
  const [failures, all] = [newReceiver(), newReceiver()]
  await newEndpoint(person, failures.url, { events: ['run.failed'] })
  await newEndpoint(person, all.url, { events: ['run.*'] })
  await startRun(person, FAILING)
  const run = await startRun(person, WAITING)
  await eventually(async () => expect(await typesAt(all)).toContain('run.waiting'))
  await post(`/api/v1/runs/${run.body.id}/signal`, person, { name: 'go' })
  await eventually(async () =>
    expect(await typesAt(all)).toEqual([
      'run.failed',
      'run.started',
      'run.started',
      'run.succeeded',
      'run.waiting',
    ]),
  )
  expect(await typesAt(failures)).toEqual(['run.failed'])
  const [failed] = (await failures.received()).map(({ body }) => JSON.parse(body).data)
  expect(failed).toMatchObject({ run: { status: 'failed' }, data: { error: { message: 'No.' } } })
})

const changesOf = async (teamId: string): Promise<number> =>
  (
    await env.DB.prepare('SELECT count(*) AS n FROM webhook_run_changes WHERE team_id = ?')
      .bind(teamId)
      .first<{ n: number }>()
  )?.n ?? 0

test('changes that a report has recorded are sent by the tick if nothing else did', async () => {
  const person = await newPerson()
  const receiver = newReceiver()
  const run = await startRun(person, linear(1))
  await eventually(async () => {
    const row = await env.DB.prepare('SELECT status FROM runs WHERE id = ?').bind(run.body.id).first()
    expect(row).toEqual({ status: 'succeeded' })
  })
  await newEndpoint(person, receiver.url, { events: ['run.cancelled'] })
  await eventually(async () => {
    const { meta } = await env.DB.prepare("UPDATE runs SET status = 'cancelled', seq = seq + 1 WHERE id = ?")
      .bind(run.body.id)
      .run()
    expect(meta.changes).toBeGreaterThan(0)
  })
  expect(await changesOf(person.teamId)).toBe(1)
  clock.advance(60_000)
  await runCronTasks('record run changes for webhooks')
  expect(await changesOf(person.teamId)).toBe(0)
  const { results } = await env.DB.prepare('SELECT type FROM webhook_events WHERE team_id = ?')
    .bind(person.teamId)
    .all()
  expect(results).toEqual([{ type: 'run.cancelled' }])
})

test('for a team without webhooks nothing is written', async () => {
  const person = await newPerson()
  await startRun(person, FAILING)
  expect(await changesOf(person.teamId)).toBe(0)
})

test('a callback is signed, retried, and can be read and sent again', async () => {
  const person = await newPerson()
  const { secret } = (await post('/api/v1/webhooks/callbacks/rotate-secret', person, undefined)).body
  const receiver = newReceiver()
  const run = await startRun(person, linear(1), { callbackUrl: receiver.url })
  await eventually(async () => {
    await sendCallbacks(run.body.id)
    expect(await receiver.received()).toHaveLength(1)
  })
  const [got] = await receiver.received()
  expect(got?.headers['webhook-signature']).toBe(await signatureOf(secret, got!))
  expect(JSON.parse(got?.body ?? '')).toMatchObject({ id: run.body.id, status: 'succeeded' })
  const list = await eventually(async () => {
    const { body } = await get('/api/v1/webhooks/callbacks/deliveries', person)
    expect(body.items).toMatchObject([{ type: 'run.callback', runId: run.body.id, status: 'succeeded' }])
    return body.items
  })
  const again = await post(`/api/v1/webhooks/callbacks/deliveries/${list[0].id}/redeliver`, person, undefined)
  expect(again.status).toBe(202)
  expect(await runOf(run.body.id).view({})).not.toBeNull()
})

test('the secret of callbacks is rotated once a day, or by force', async () => {
  const person = await newPerson()
  const rotate = (query = '') => post(`/api/v1/webhooks/callbacks/rotate-secret${query}`, person, undefined)
  expect((await rotate()).body.oldSecretUntil).toBeNull()
  const both = await Promise.all([rotate(), rotate()])
  expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  const refused = await rotate()
  expect([refused.status, refused.body.code]).toEqual([409, 'resource.conflict'])
  expect((await rotate('?force=true')).status).toBe(200)
})

test('GET /events/types lists the events of webhooks, with a schema that the example matches', async () => {
  const person = await newPerson()
  const { body } = await get('/api/v1/events/types?direction=out&limit=100&count=true', person)
  expect(body.total).toBe(body.items.length)
  expect(body.items.map(({ name }: { name: string }) => name)).toContain('run.failed')
  for (const { name, direction, schema, example } of body.items) {
    expect([direction, example.type, schema.type]).toEqual(['out', name, 'object'])
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(example)))
  }
  await post('/api/v1/events', person, { name: 'run.queued' })
  const names: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: { direction: string; name: string }[]; nextCursor: string | null } = (
      await get(`/api/v1/events/types?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`, person)
    ).body
    names.push(...page.items.map(({ direction, name }) => `${name} ${direction}`))
    cursor = page.nextCursor
  }
  expect(names.length).toBe(body.items.length + 1)
  expect(names.filter((name) => name.startsWith('run.queued'))).toEqual(['run.queued in', 'run.queued out'])
})
