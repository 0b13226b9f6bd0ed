// Actions on a run are in the audit log, whatever is lost on the way.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { lose } from '../../chaos/support/drive.ts'
import { call, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, linear, objectOf, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { asked, decide } from '../approvals/asked.ts'
import { seal, verify } from '../audit/log.ts'

const RUNS = '/api/v1/workflows/executions'

const waiting: Definition = { nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }] }

type Entry = {
  action: string
  actor_id: string
  actor_kind: string
  actor_key_id: string | null
  target_id: string
  team_id: string
  after: string | null
  address: string | null
  user_agent: string | null
  request_id: string
}

async function entriesOf(targetId: string): Promise<Entry[]> {
  const { results } = await env.DB.prepare('SELECT * FROM audit_log WHERE target_id = ? ORDER BY seq')
    .bind(targetId)
    .all<Entry>()
  return results
}

const actionsOf = async (targetId: string): Promise<string[]> =>
  (await entriesOf(targetId)).map(({ action }) => action)

const untilLogged = (targetId: string, actions: string[]): Promise<void> =>
  eventually(async () => expect(await actionsOf(targetId)).toEqual(actions))

async function started(definition: Definition, person?: Person): Promise<{ person: Person; runId: string }> {
  const who = person ?? (await newPerson())
  const workflowId = await newWorkflow(who.teamId, definition)
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, who, {})
  return { person: who, runId: body.id }
}

/** In the meantime the log accepts nothing. */
async function withoutLog<T>(work: () => Promise<T>): Promise<T> {
  await env.DB.prepare('ALTER TABLE audit_log RENAME TO audit_log_away').run()
  try {
    return await work()
  } finally {
    await env.DB.prepare('ALTER TABLE audit_log_away RENAME TO audit_log').run()
  }
}

/** A message that the unavailable log did not accept: it is retried at this time. */
const postpone = (runId: string, nextAt: number): Promise<void> =>
  eventually(() =>
    runInDurableObject(objectOf(runId) as never, (_object, state: DurableObjectState) => {
      const { rowsWritten } = state.storage.sql.exec(
        "UPDATE outbox SET next_at = ? WHERE kind = 'audit' AND attempts > 0",
        nextAt,
      )
      expect(rowsWritten).toBeGreaterThan(0)
    }),
  )

test('a start is in the log with the actor, the address and the request, a moment after its answer', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(2))
  const headers = {
    'user-agent': 'probe/1',
    'x-request-id': 'req-of-the-start',
    'cf-connecting-ip': '192.0.2.7',
  }
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {}, headers)
  await eventually(async () => expect(await entriesOf(body.id)).toHaveLength(1))
  const [entry] = await entriesOf(body.id)
  expect(entry).toMatchObject({
    action: 'run.started',
    actor_id: person.userId,
    actor_kind: 'user',
    actor_key_id: null,
    team_id: person.teamId,
    address: '192.0.2.7',
    user_agent: 'probe/1',
    request_id: 'req-of-the-start',
  })
  expect(JSON.parse(entry?.after ?? '')).toEqual({ workflowId, workflowVersion: 1, trigger: 'manual' })
})

test('a start is in the log once, however often it is sent or reported', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, waiting)
  const path = `/api/v1/workflows/${workflowId}/execute`
  const { body } = await post(path, person, {}, { 'idempotency-key': 'one' })
  expect((await post(path, person, {}, { 'idempotency-key': 'one' })).body.id).toBe(body.id)
  await untilLogged(body.id, ['run.started'])
  await runOf(body.id).report()
  // The index is reset, like by a backup: the row of the run is written again, the entry exists.
  await env.DB.prepare('DELETE FROM runs WHERE id = ?').bind(body.id).run()
  await runOf(body.id).report()
  expect(await actionsOf(body.id)).toEqual(['run.started'])
})

test('keys, batches, retries and reruns record who started them', async () => {
  const person = await newPerson()
  const failing = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'as configured' } }] }
  const workflowId = await newWorkflow(person.teamId, failing)
  const made = await post('/api/v1/auth/api-keys', person, {
    name: 'k',
    scopes: ['runs:write', 'runs:read'],
  })
  const key = { apiKey: made.body.key }
  const byKey = await post(`/api/v1/workflows/${workflowId}/execute`, key, {})
  const batch = await post('/api/v1/workflows/batch/execute', person, { items: [{ workflowId }] })
  const retry = await post(`${RUNS}/${byKey.body.id}/retry`, person, undefined)
  const rerun = await post(`${RUNS}/${byKey.body.id}/rerun`, person, {})
  const runIds: string[] = [byKey.body.id, batch.body.results[0].id, retry.body.id, rerun.body.id]
  const seen = []
  for (const runId of runIds) {
    await untilLogged(runId, ['run.started'])
    const [entry] = await entriesOf(runId)
    const { trigger, parentRunId } = JSON.parse(entry?.after ?? '')
    seen.push([entry?.actor_kind, entry?.actor_key_id, entry?.actor_id, trigger, parentRunId])
  }
  const { userId } = person
  expect(seen).toEqual([
    ['api_key', made.body.id, userId, 'manual', undefined],
    ['user', null, userId, 'manual', undefined],
    ['user', null, userId, 'retry', byKey.body.id],
    ['user', null, userId, 'rerun', byKey.body.id],
  ])
})

test('a run that an event starts is recorded with the event', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  await newTrigger(person.teamId, workflowId, { type: 'event', name: 'order.made' })
  const sent = await post('/api/v1/events', person, { name: 'order.made', data: {} })
  const { runId } = sent.body.runs[0]
  await eventually(async () => {
    await runJobs()
    expect((await runOf(runId).view({}))?.status).toBe('succeeded')
  })
  await runOf(runId).report()
  expect(await actionsOf(runId)).toEqual([])
  expect(await actionsOf(sent.body.id)).toEqual(['event.received'])
})

test('accepted actions on a run are logged, and refused or repeated ones are not', async () => {
  const { person, runId } = await started(waiting)
  const ask = (verb: string, body?: unknown) => post(`${RUNS}/${runId}/${verb}`, person, body)
  expect((await ask('pause')).status).toBe(200)
  expect((await ask('pause')).status).toBe(200)
  expect((await ask('resume')).status).toBe(200)
  expect((await ask('signal', { name: 'other', id: 'sig-1' })).status).toBe(200)
  expect((await ask('signal', { name: 'other', id: 'sig-1' })).status).toBe(200)
  expect((await ask('cancel')).status).toBe(200)
  expect((await ask('cancel')).status).toBe(200)
  expect((await ask('pause')).status).toBe(409)
  await eventually(async () => expect(await actionsOf(runId)).toHaveLength(5))
  expect((await actionsOf(runId)).sort()).toEqual([
    'run.cancel_requested',
    'run.pause_requested',
    'run.resume_requested',
    'run.signalled',
    'run.started',
  ])
  const signal = (await entriesOf(runId)).find(({ action }) => action === 'run.signalled')
  expect(signal).toMatchObject({ actor_id: person.userId, actor_kind: 'user', team_id: person.teamId })
  expect(JSON.parse(signal?.after ?? '')).toEqual({ name: 'other' })
})

test('a signal to a run is logged even if the log was unavailable and the object was lost', async () => {
  const { runId, person } = await started(waiting)
  await untilLogged(runId, ['run.started'])
  await withoutLog(async () => {
    expect((await post(`${RUNS}/${runId}/cancel`, person, undefined)).body.status).toBe('cancelled')
    await lose(runId)
  })
  await runOf(runId).poke()
  await untilLogged(runId, ['run.started', 'run.cancel_requested'])
})

test('a decision is logged even if the log was unavailable', async () => {
  const person = await newPerson()
  const approval = await asked(person)
  await withoutLog(async () => {
    expect((await decide(approval, person)).body.status).toBe('approved')
    await lose(approval.runId)
  })
  await runOf(approval.runId).poke()
  await untilLogged(approval.id, ['approval.decided'])
  const [entry] = await entriesOf(approval.id)
  expect(JSON.parse(entry?.after ?? '')).toEqual({ decision: 'approve', status: 'approved' })
})

test('a deleted run first sends its missing entries', async () => {
  const { runId, person } = await started(waiting)
  await untilLogged(runId, ['run.started'])
  await withoutLog(async () => {
    await post(`${RUNS}/${runId}/cancel`, person, undefined)
    await postpone(runId, Date.now() + 60_000)
  })
  expect((await call('DELETE', `${RUNS}/${runId}`, { as: person })).status).toBe(204)
  expect((await actionsOf(runId)).sort()).toEqual(['run.cancel_requested', 'run.deleted', 'run.started'])
})

test('a run that is deleted before its first report has its start in the log', async () => {
  const { runId, person } = await started(linear(1))
  // As if the report of the start had been lost.
  await env.DB.prepare('DELETE FROM audit_log WHERE target_id = ?').bind(runId).run()
  await env.DB.prepare('DELETE FROM runs WHERE id = ?').bind(runId).run()
  expect((await call('DELETE', `${RUNS}/${runId}`, { as: person })).status).toBe(204)
  expect((await actionsOf(runId)).sort()).toEqual(['run.deleted', 'run.started'])
})

test('an entry that comes after its log was sealed is sealed after it, and the chain is valid', async () => {
  const { runId, person } = await started(waiting)
  await untilLogged(runId, ['run.started'])
  await withoutLog(async () => {
    await post(`${RUNS}/${runId}/cancel`, person, undefined)
    await postpone(runId, Date.now() + 60_000)
  })
  const later = await started(linear(1), person)
  await seal()
  await postpone(runId, 0)
  await runOf(runId).poke()
  await untilLogged(runId, ['run.started', 'run.cancel_requested'])
  await seal()
  expect(await verify(person.teamId)).toMatchObject({ ok: true, fault: null })
  const { results } = await env.DB.prepare(
    'SELECT target_id AS target, seal FROM audit_log WHERE team_id = ? ORDER BY seq',
  )
    .bind(person.teamId)
    .all<{ target: string; seal: string | null }>()
  expect(results.map(({ target }) => target)).toEqual([runId, later.runId, runId])
  expect(results.every(({ seal: one }) => one !== null)).toBe(true)
})
