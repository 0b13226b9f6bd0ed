// A run whose object does not answer at all: who can delete it, and who is notified.

import { createExecutionContext, runDurableObjectAlarm, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../../src/core/run-id.ts'
import { flowGate } from '../../../src/objects/flow-gate.ts'
import { lose } from '../../chaos/support/drive.ts'
import { time } from '../../chaos/support/time.ts'
import { sqlOf, until } from '../../durable-objects/support/poison.ts'
import { app, type Caller, call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobsOfType, withContext } from '../../helpers/jobs.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { retireFromStart } from '../../helpers/retention.ts'
import { type Definition, newSpec, reported, runOf, settled } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

afterEach(() => setFaultHook(null))

const RUNS = '/api/v1/workflows/executions'
const del = (path: string, as: Caller) => call('DELETE', path, { as })
const eventWait: Definition = { nodes: [{ id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }] }

/** Whatever is called, it crashes before it answers: the first write of a loading run fails. */
async function silence(runId: string): Promise<void> {
  setFaultHook((point, state) => {
    if (state.id.name !== hostOf(runId) || !point.startsWith('store.') || !point.endsWith(':before')) return
    state.abort(onPurpose('silent'))
    throw new Error(onPurpose('silent'))
  })
  await lose(runId)
}

const rowOf = (id: string) =>
  env.DB.prepare('SELECT status, slot, deleted_at AS deletedAt FROM runs WHERE id = ?')
    .bind(id)
    .first<{ status: string; slot: string | null; deletedAt: number | null }>()

const setRow = (id: string, set: string) =>
  env.DB.prepare(`UPDATE runs SET ${set} WHERE id = ?`).bind(id).run()

async function startOf(person: Person, definition = eventWait): Promise<string> {
  const workflowId = await newWorkflow(person.teamId, definition)
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await reported(body.id)
  return body.id
}

test('an administrator can delete it if it has not answered for long, and the rest is deleted when it answers', async () => {
  const person = await newPerson()
  const admin = await newPerson({ platformRole: 'admin' })
  const id = await startOf(person, {
    nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'May I?' } }],
  })
  await settled(id)
  expect((await get('/api/v1/approvals', person)).body.items).toMatchObject([{ status: 'pending' }])
  await silence(id)
  expect((await get(`${RUNS}/${id}`, person)).status).toBeGreaterThanOrEqual(500)
  const soon = await del(`/api/v1/admin/runs/${id}`, admin)
  expect(soon).toMatchObject({ status: 503, body: { code: 'service.unavailable' } })
  expect(soon.headers.get('retry-after')).toBe('60')
  expect((await del(`${RUNS}/${id}`, person)).status).toBeGreaterThanOrEqual(500)
  await setRow(id, 'stuck_since = 1')
  expect((await del(`/api/v1/admin/runs/${id}`, person)).status).toBe(403)
  expect((await del(`/api/v1/admin/runs/${id}`, admin)).status).toBe(204)
  expect(await rowOf(id)).toMatchObject({ deletedAt: expect.any(Number), slot: null })
  expect((await get('/api/v1/approvals', person)).body.items).toMatchObject([{ status: 'cancelled' }])
  expect((await del(`/api/v1/admin/runs/${id}`, admin)).status).toBe(404)
  setFaultHook(null)
  await lose(id)
  clock.advance(60_000)
  await eventually(async () => {
    await runJobsOfType('run.remove')
    expect(await runOf(id).view({})).toBeNull()
  })
})

/** No run answers. */
const deaf = {
  ...env,
  RUNS: {
    idFromName: (name: string) => env.RUNS.idFromName(name),
    get: () => new Proxy({}, { get: () => () => Promise.reject(new Error('internal error')) }),
  } as unknown as typeof env.RUNS,
}

async function deleteDeaf(id: string, as: Person): Promise<number> {
  const ctx = createExecutionContext()
  const headers = { authorization: `Bearer ${as.token}` }
  const answer = await app.fetch(
    new Request(`http://orrery.test${RUNS}/${id}`, { method: 'DELETE', headers }),
    deaf,
    ctx,
  )
  await waitOnExecutionContext(ctx)
  return answer.status
}

test('its own team can delete it when it has ended, and retention does not ask it any more', async () => {
  const person = await newPerson()
  const id = await startOf(person, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const waiting = await startOf(person)
  expect(await deleteDeaf(id, await newPerson())).toBe(500)
  expect(await deleteDeaf(waiting, person)).toBe(500)
  expect(await deleteDeaf(id, person)).toBe(204)
  expect(await rowOf(id)).toMatchObject({ deletedAt: expect.any(Number) })
  await setRow(id, 'finished_at = 1')
  const later = clock.now() + 4_000 * 86_400_000
  await withContext((request) => retireFromStart({ ...request, env: deaf, now: () => later }))
  expect(await rowOf(id)).toBeNull()
})

test('its gate admits the next one once it is deleted', async () => {
  const { teamId } = await newPerson()
  const settings = { concurrency: { limit: 1 } }
  const first = newSpec({ ...eventWait, settings }, { teamId })
  const second = newSpec({ nodes: [{ id: 'a', type: 'flow.noop' }], settings }, { teamId })
  await runOf(first.runId).start(first)
  await runOf(second.runId).start(second)
  const [gate] = await sqlOf(second.runId, (sql) =>
    sql.exec<{ value: string }>("SELECT value FROM rows WHERE kind = 'meta' AND key = 'gate'").toArray(),
  )
  const stub = flowGate(env.GATES, JSON.parse(gate?.value ?? '{}').name)
  await reported(first.runId)
  await silence(first.runId)
  await runDurableObjectAlarm(stub as never)
  expect((await runOf(second.runId).view({}))?.status).toBe('queued')
  await silence(first.runId)
  await setRow(first.runId, 'deleted_at = 1')
  await runDurableObjectAlarm(stub as never)
  await eventually(async () => expect((await runOf(second.runId).view({}))?.status).toBe('succeeded'))
})

test('a run that waits for it fails once it is deleted', async () => {
  time.start()
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, eventWait)
  const spec = newSpec({ nodes: [{ id: 'call', type: 'flow.workflow', params: { workflowId } }] }, { teamId })
  await runOf(spec.runId).start(spec)
  const child = await until(spec.runId, ({ waitingFor }) => waitingFor[0]?.name ?? false)
  await reported(child)
  await silence(child)
  await setRow(child, 'deleted_at = 1')
  const error = await until(spec.runId, (view) => view.status === 'failed' && view.error)
  time.stop()
  expect(error).toMatchObject({ code: 'workflow.child_gone' })
})

test('an administrator wakes a run that answers again, and ends it; one that stays silent answers 503', async () => {
  const person = await newPerson()
  const admin = await newPerson({ platformRole: 'admin' })
  const id = await startOf(person)
  const repair = (verb: string, as: Caller) => post(`/api/v1/admin/runs/${id}/${verb}`, as, undefined)
  await silence(id)
  await setRow(id, 'stuck_since = 1')
  for (const verb of ['wake', 'end'])
    expect(await repair(verb, admin)).toMatchObject({ status: 503, body: { code: 'service.unavailable' } })
  setFaultHook(null)
  await lose(id)
  expect((await repair('wake', person)).status).toBe(403)
  expect(await repair('wake', admin)).toMatchObject({ status: 200, body: { id, status: 'waiting' } })
  const stuck = await env.DB.prepare('SELECT stuck_since AS since FROM runs WHERE id = ?').bind(id).first()
  expect(stuck).toEqual({ since: null })
  expect(await repair('end', admin)).toMatchObject({ status: 200, body: { id, teamId: person.teamId } })
  await eventually(async () => expect((await runOf(id).view({}))?.status).toBe('cancelled'))
  expect((await repair('end', admin)).status).toBe(200)
  const log = await get(`/api/v1/admin/audit-logs?target=${id}&actor=${admin.userId}&team=system`, admin)
  expect(log.body.items.map((one: { action: string }) => one.action)).toContain('run.ended_by_admin')
})
