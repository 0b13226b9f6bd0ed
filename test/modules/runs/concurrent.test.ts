// How many runs of a team may be active at a time, by its plan.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { findRunnable } from '../../../src/modules/workflows/index.ts'
import { planOf } from '../../db/support/plans.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'
const FREE = 20

async function fill(teamId: string, status: string, count: number) {
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, slot)
     VALUES (?1, ?2, 1, 'Other', ?3, 'manual', 1, ?4, CASE WHEN ?3 = 'running' THEN ?1 END)`,
  )
  await env.DB.batch(
    Array.from({ length: count }, () => insert.bind(newId('run', clock.now()), teamId, status, clock.now())),
  )
}

const endOne = (teamId: string) =>
  env.DB.prepare(
    "UPDATE runs SET status = 'succeeded', slot = NULL WHERE id = (SELECT id FROM runs WHERE team_id = ? AND status = 'running' LIMIT 1)",
  )
    .bind(teamId)
    .run()

async function full(): Promise<{ person: Person; workflowId: string; path: string }> {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, linear(1))
  await fill(person.teamId, 'running', FREE)
  return { person, workflowId, path: `/api/v1/workflows/${workflowId}/execute` }
}

test('only active runs of this team count', async () => {
  const { teamId, ...person } = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(teamId, linear(1))
  for (const status of ['queued', 'waiting', 'paused', 'succeeded', 'failed'])
    await fill(teamId, status, FREE)
  await fill(teamId, 'running', FREE - 1)
  await fill((await newPerson()).teamId, 'running', FREE)
  const me = { teamId, ...person } as Person
  expect((await get('/api/v1/users/subscription', me)).body.usage.concurrentRuns).toBe(FREE - 1)
  expect((await post(`/api/v1/workflows/${workflowId}/execute`, me, {})).status).toBe(200)
  await fill(teamId, 'running', 1)
  const refused = await post(`/api/v1/workflows/${workflowId}/execute`, me, {})
  expect([refused.status, refused.body.code]).toEqual([402, 'plan.limit_reached'])
  expect(refused.body.errors).toMatchObject([{ path: '/limits/concurrentRuns' }])
  expect(refused.headers.get('retry-after')).toBe('30')
  await endOne(teamId)
  expect((await post(`/api/v1/workflows/${workflowId}/execute`, me, {})).status).toBe(200)
})

test('a repeated start is answered with its run, even at the limit', async () => {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const path = `/api/v1/workflows/${workflowId}/execute`
  const first = await post(path, person, {}, { 'idempotency-key': 'once' })
  await fill(person.teamId, 'running', FREE)
  const again = await post(path, person, {}, { 'idempotency-key': 'once' })
  expect([again.status, again.body.id]).toEqual([200, first.body.id])
  expect((await post(path, person, {}, { 'idempotency-key': 'twice' })).status).toBe(402)
})

test('reruns, retries and batches respect the limit, a compensation does not', async () => {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const { id } = (await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).body
  await fill(person.teamId, 'running', FREE)
  expect((await post(`${RUNS}/${id}/rerun`, person, {})).status).toBe(402)
  const batch = await post('/api/v1/workflows/batch/execute', person, { items: [{ workflowId }] })
  expect(batch.body.results).toMatchObject([{ ok: false, error: { code: 'plan.limit_reached' } }])
  expect((await post(`${RUNS}/${id}/compensate`, person, {})).status).toBe(200)
})

test('runs that a run starts itself are not refused', async () => {
  const person = await newPerson({ plan: 'free' })
  const child = await newWorkflow(person.teamId, linear(1))
  const parent = await newWorkflow(person.teamId, {
    nodes: [
      { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } },
      { id: 'child', type: 'flow.workflow', params: { workflowId: child } },
    ],
    edges: [{ from: 'wait', to: 'child' }],
  })
  const { id } = (await post(`/api/v1/workflows/${parent}/execute`, person, {})).body
  await fill(person.teamId, 'running', FREE)
  await post(`${RUNS}/${id}/signal`, person, { name: 'go' })
  await eventually(async () => expect((await get(`${RUNS}/${id}`, person)).body.status).toBe('succeeded'))
})

test('a webhook gets a Retry-After', async () => {
  const { person, workflowId } = await full()
  const { token } = await newTrigger(person.teamId, workflowId, { type: 'webhook' })
  const refused = await post(`/api/v1/hooks/${token}`, undefined, {})
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([402, '30'])
  await endOne(person.teamId)
  expect((await post(`/api/v1/hooks/${token}`, undefined, {})).status).toBe(202)
})

async function schedule(teamId: string, workflowId: string, ageMs: number) {
  const { id: triggerId } = await newTrigger(teamId, workflowId, {
    type: 'schedule',
    key: `every ${ageMs}`,
    cron: '* * * * *',
  })
  const scheduledFor = clock.now() - ageMs
  const id = newId('msg', clock.now())
  const message = { type: 'run.start', teamId, triggerId, scheduledFor }
  await env.DB.prepare(
    `INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, 'run.start', ?, 'req_x', ?, ?)`,
  )
    .bind(id, JSON.stringify(message), clock.now(), clock.now())
    .run()
  return () => env.DB.prepare('SELECT status, attempts FROM outbox WHERE id = ?').bind(id).first()
}

const runsOf = async (workflowId: string) =>
  (
    await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE workflow_id = ?')
      .bind(workflowId)
      .first<{ n: number }>()
  )?.n

test("a schedule's fire and an event wait for a slot, for a while", async () => {
  const { person, workflowId } = await full()
  const row = await schedule(person.teamId, workflowId, 60_000)
  const old = await schedule(person.teamId, workflowId, 31 * 60_000)
  await newTrigger(person.teamId, workflowId, { type: 'event', name: 'order.paid' })
  expect((await post('/api/v1/events', person, { name: 'order.paid', data: {} })).status).toBe(202)
  await runJobs()
  expect(await row()).toEqual({ status: 'pending', attempts: 1 })
  expect(await old()).toMatchObject({ status: 'done' })
  expect(await runsOf(workflowId)).toBe(0)
  await endOne(person.teamId)
  clock.advance(60_000)
  await runJobs()
  expect(await row()).toMatchObject({ status: 'done' })
  await eventually(async () => expect(await runsOf(workflowId)).toBe(2))
})

test('the count reads the index of slots, up to a limit', async () => {
  const { sql, params } = findRunnable('team_x', 'wf_x')
  const plan = await planOf({ sql, params })
  expect(plan).toContainEqual(
    expect.stringMatching(/^SEARCH r USING COVERING INDEX runs_slots \(team_id=\? AND slot>\?\)/),
  )
  expect(
    plan.filter((step) => step.startsWith('SCAN')).every((step) => /CONSTANT|subquery|\(/i.test(step)),
  ).toBe(true)
  expect(sql).toMatch(/LIMIT 10001/)
})
