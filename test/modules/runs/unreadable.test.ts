// A run whose stored rows cannot be read: what others see of it, and who can remove it.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { sweepRuns } from '../../../src/modules/runs/sweep/runs.ts'
import { flowGate } from '../../../src/objects/flow-gate.ts'
import { lose } from '../../chaos/support/drive.ts'
import { time } from '../../chaos/support/time.ts'
import { ended, sqlOf, until, viewOf } from '../../durable-objects/support/poison.ts'
import { type Caller, call, get, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newSpec, objectOf, reported, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())

const del = (path: string, as: Caller) => call('DELETE', path, { as })

const eventWait = { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }

const rowOf = (id: string) =>
  env.DB.prepare(
    'SELECT status, wake_by AS wakeBy, stuck_since AS stuckSince, deleted_at AS deletedAt FROM runs WHERE id = ?',
  )
    .bind(id)
    .first<{ status: string; wakeBy: number; stuckSince: number | null; deletedAt: number | null }>()

async function breakRow(id: string, kind = 'node'): Promise<void> {
  await reported(id)
  const broken =
    "UPDATE rows SET value = '{' || value WHERE kind = ? AND run = (SELECT n FROM runs WHERE id = ?)"
  await sqlOf(id, (sql) => sql.exec(broken, kind, id).toArray())
  await lose(id)
}

const mend = (id: string, kind = 'node') =>
  sqlOf(id, (sql) => sql.exec('UPDATE rows SET value = substr(value, 2) WHERE kind = ?', kind).toArray())

async function brokenRun(person: Person): Promise<string> {
  const workflowId = await newWorkflow(person.teamId, { nodes: [eventWait] })
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await breakRow(body.id)
  return body.id
}

/** A sweep asks some runs, the longest due first. Those of other tests may come before this one. */
async function sweepAt(now: number, id: string): Promise<void> {
  do await withContext((request) => sweepRuns({ ...request, now: () => now }))
  while (((await rowOf(id))?.wakeBy ?? now + 1) <= now)
}

test('only its own team sees the difference to a missing run', async () => {
  const person = await newPerson()
  const id = await brokenRun(person)
  const own = await get(`/api/v1/workflows/executions/${id}`, person)
  expect(own).toMatchObject({ status: 500, body: { code: 'run.unreadable' } })
  const cancel = await post(`/api/v1/workflows/executions/${id}/cancel`, person, {})
  expect(cancel).toMatchObject({ status: 500, body: { code: 'run.unreadable' } })
  expect((await get(`/api/v1/workflows/executions/${id}`, await newPerson())).status).toBe(404)
  const event = { id: 'evt_1', teamId: person.teamId, name: 'go', data: null, at: Date.now() }
  expect(await runOf(id).takeEvent(event).catch(String)).toContain('run.unreadable')
  const list = await get('/api/v1/workflows/executions', person)
  expect(list.body.items).toMatchObject([{ id, status: 'waiting' }])
})

test('its own team can delete it, and its late report does not restore it', async () => {
  const person = await newPerson()
  const id = await brokenRun(person)
  expect((await del(`/api/v1/workflows/executions/${id}`, await newPerson())).status).toBe(404)
  expect((await del(`/api/v1/workflows/executions/${id}`, person)).status).toBe(204)
  expect((await get(`/api/v1/workflows/executions/${id}`, person)).status).toBe(404)
  expect(await rowOf(id)).toMatchObject({ deletedAt: expect.any(Number), wakeBy: null })
})

test('the sweep asks it less and less often, and it is listed as stuck until it answers', async () => {
  const id = await brokenRun(await newPerson())
  const { wakeBy = 0 } = (await rowOf(id)) ?? {}
  await sweepAt(wakeBy, id)
  const delays: number[] = []
  let now = wakeBy
  for (let i = 0; i < 16; i++) {
    const { wakeBy: next = 0, stuckSince } = (await rowOf(id)) ?? {}
    expect(stuckSince).toBe(wakeBy)
    delays.push((next - now) / MINUTE_MS)
    now = next
    await sweepAt(now, id)
  }
  expect(delays.slice(0, 5)).toEqual([2, 2, 4, 8, 16])
  expect(delays.at(-1)).toBe(24 * 60)
  await mend(id)
  await lose(id)
  await sweepAt((await rowOf(id))?.wakeBy ?? 0, id)
  expect(await rowOf(id)).toMatchObject({ stuckSince: null })
  expect(await runOf(id).signal({ name: 'go', data: 1, by: 'me' })).toMatchObject({
    run: { status: 'succeeded', output: 1 },
  })
})

test('an administrator sees it and can delete it, but no readable run', async () => {
  const person = await newPerson()
  const admin = await newPerson({ platformRole: 'admin' })
  const id = await brokenRun(person)
  await sweepAt((await rowOf(id))?.wakeBy ?? 0, id)
  await env.DB.prepare('UPDATE runs SET stuck_since = 1 WHERE id = ?').bind(id).run()
  const { body } = await get('/api/v1/admin/runs/stuck', admin)
  expect(body.items).toContainEqual(
    expect.objectContaining({ id, teamId: person.teamId, stuckSince: '1970-01-01T00:00:00.001Z' }),
  )
  const workflowId = await newWorkflow(person.teamId, { nodes: [eventWait] })
  const healthy = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await reported(healthy.body.id)
  expect((await del(`/api/v1/admin/runs/${healthy.body.id}`, admin)).status).toBe(409)
  expect((await del(`/api/v1/admin/runs/${id}`, person)).status).toBe(403)
  expect((await del(`/api/v1/admin/runs/${id}`, admin)).status).toBe(204)
  const after = await get('/api/v1/admin/runs/stuck', admin)
  expect(after.body.items.map((run: { id: string }) => run.id)).not.toContain(id)
  expect((await del(`/api/v1/admin/runs/${id}`, admin)).status).toBe(404)
})

test('it sets no alarm, and frees its slot for waiting runs', async () => {
  const settings = { concurrency: { limit: 1 } }
  const first = newSpec({ nodes: [eventWait], settings })
  const second = { ...newSpec({ nodes: [{ id: 'a', type: 'flow.noop' }], settings }), teamId: first.teamId }
  await runOf(first.runId).start(first)
  await runOf(second.runId).start(second)
  expect(await viewOf(second.runId)).toMatchObject({ status: 'queued' })
  await breakRow(first.runId)
  const alarm = await runInDurableObject(
    objectOf(first.runId) as never,
    async (object: unknown, { storage }: DurableObjectState) => {
      await storage.deleteAlarm()
      time.pass(5_000)
      await (object as { alarm: () => Promise<void> }).alarm()
      return storage.getAlarm()
    },
  )
  expect(alarm).toBeNull()
  const [gate] = await sqlOf(second.runId, (sql) =>
    sql.exec<{ value: string }>("SELECT value FROM rows WHERE kind = 'meta' AND key = 'gate'").toArray(),
  )
  const { name } = JSON.parse(gate?.value ?? '{}')
  await runDurableObjectAlarm(flowGate(env.GATES, name) as never)
  expect(await ended(second.runId)).toMatchObject({ status: 'succeeded' })
})

test('a run that waits for a deleted one fails', async () => {
  const { teamId } = await newPerson()
  const workflowId = await newWorkflow(teamId, { nodes: [eventWait] })
  const spec = newSpec({ nodes: [{ id: 'call', type: 'flow.workflow', params: { workflowId } }] }, { teamId })
  await runOf(spec.runId).start(spec)
  const child = await until(spec.runId, ({ waitingFor }) => waitingFor[0]?.name ?? false)
  await breakRow(child)
  await runOf(child).remove({ forGood: true })
  expect(await ended(spec.runId)).toMatchObject({
    status: 'failed',
    error: { code: 'workflow.child_gone' },
  })
})

test('an unreadable output is replaced by an error, and the rest is shown', async () => {
  const set = { id: 'set', type: 'data.set', params: { values: { n: 1 } } }
  const spec = newSpec({ nodes: [eventWait, set], edges: [{ from: eventWait.id, to: 'set' }] })
  await runOf(spec.runId).start(spec)
  await runOf(spec.runId).signal({ name: eventWait.params.name, data: null, by: 'me' })
  await sqlOf(spec.runId, (sql) => sql.exec("UPDATE outputs SET data = '{' WHERE path = 'set'").toArray())
  await lose(spec.runId)
  const error = { code: 'data.unreadable' }
  expect(await runOf(spec.runId).view({})).toMatchObject({ status: 'succeeded', output: null, error })
  expect(await runOf(spec.runId).node('set')).toMatchObject({ status: 'succeeded', output: null, error })
  expect((await runOf(spec.runId).events(0, 100))?.ended).toBe(true)
})
