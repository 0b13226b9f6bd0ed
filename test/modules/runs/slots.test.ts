// Slots: exactly how many runs of a team are active at a time.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { runOutboxRow } from '../../../src/jobs/index.ts'
import { applyRunReports } from '../../../src/modules/runs/repo/projection.ts'
import { sweepRuns } from '../../../src/modules/runs/sweep/runs.ts'
import { sweepSlots } from '../../../src/modules/runs/sweep/slots.ts'
import { fireSchedules } from '../../../src/modules/schedules/fire.ts'
import { startScheduledRun } from '../../../src/modules/schedules/start.ts'
import { lose } from '../../chaos/support/drive.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, linear, newSpec, objectOf, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { busy, cancel, FREE, leave, reaches, rowOf, rowsOf, shows, usedSlots } from './slots.ts'

const hook = (token: string, headers: Record<string, string> = {}) =>
  post(`/api/v1/hooks/${token}`, undefined, {}, headers)

async function hooked(definition: Definition, free = FREE) {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, definition)
  const { token } = await newTrigger(person.teamId, workflowId, { type: 'webhook' })
  await leave(person.teamId, free)
  return { person, teamId: person.teamId, workflowId, token }
}

/** A run that starts this one, with or without waiting for it. */
const starts = (workflowId: string, wait: boolean): Definition => ({
  nodes: [{ id: 'call', type: 'flow.workflow', params: { workflowId, wait } }],
})

/** The id of a run that another has started without waiting for it, so it uses no slot of that one. */
async function startDetached(teamId: string, workflowId: string): Promise<string> {
  const spec = newSpec(starts(workflowId, false), { teamId })
  const answer = await runOf(spec.runId).start(spec, { waitMs: 60_000 })
  if (!answer.ok || answer.run.status !== 'succeeded') throw new Error(JSON.stringify(answer))
  await shows(teamId, spec.runId, { status: 'succeeded' })
  return (answer.run.output as { runId: string }).runId
}

const startByHand = async (person: Person, workflowId: string): Promise<string> =>
  (await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).body.id

test('of concurrent deliveries no more start than there are slots, and the next when one ends', async () => {
  const { teamId, token } = await hooked(busy(), 5)
  const answers = await Promise.all(Array.from({ length: 30 }, () => hook(token)))
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(5)
  const refused = answers.filter(({ status }) => status === 402)
  expect(refused).toHaveLength(25)
  expect(refused[0]?.headers.get('retry-after')).toBe('30')
  await eventually(async () => expect(await usedSlots(teamId)).toBe(5))
  const [first] = answers.filter(({ status }) => status === 202)
  await cancel(first?.body.runId)
  await shows(teamId, first?.body.runId, { status: 'cancelled', slot: null })
  expect((await hook(token)).status).toBe(202)
  expect((await hook(token)).status).toBe(402)
  for (const { id } of await rowsOf(teamId)) await cancel(id)
})

test('of concurrent events and schedules no more start than there are slots', async () => {
  const { person, teamId, workflowId } = await hooked(busy(), 4)
  await newTrigger(teamId, workflowId, { type: 'event', name: 'order.paid', key: 'paid' })
  const trigger = await newTrigger(teamId, workflowId, { type: 'schedule', cron: '* * * * *', key: 'tick' })
  const fire = (at: number) =>
    withContext((request) =>
      startScheduledRun(request, { type: 'run.start', teamId, triggerId: trigger.id, scheduledFor: at }),
    ).catch(() => null)
  await Promise.all([
    ...Array.from({ length: 10 }, () => post('/api/v1/events', person, { name: 'order.paid', data: {} })),
    ...Array.from({ length: 10 }, (_, i) => fire(clock.now() - i * 1_000)),
  ])
  await runJobs()
  await eventually(async () => expect(await usedSlots(teamId)).toBe(4))
  // No event is lost: its run is queued if there is no slot.
  await eventually(async () => expect((await rowsOf(teamId)).length).toBeGreaterThanOrEqual(10))
  // A fire without a slot would start when these end.
  await env.DB.prepare("DELETE FROM outbox WHERE status = 'pending' AND body LIKE ?")
    .bind(`%${teamId}%`)
    .run()
  for (const { id } of await rowsOf(teamId)) await cancel(id)
})

test('a missed fire that is made up for waits for a slot as one on time does', async () => {
  const { teamId, workflowId } = await hooked({ nodes: [{ id: 'n', type: 'flow.noop' }] }, 0)
  const hours = (n: number) => Math.floor(clock.now() / 3_600_000 - n) * 3_600_000
  const config = { type: 'schedule', everyMs: 3_600_000, missed: 'all' } as const
  const trigger = await newTrigger(teamId, workflowId, config, hours(3))
  await withContext(fireSchedules)
  const starts = async () => {
    const { results } = await env.DB.prepare(
      "SELECT id, status, attempts FROM outbox WHERE type = 'run.start' AND body ->> 'triggerId' = ?",
    )
      .bind(trigger.id)
      .all<{ id: string; status: string; attempts: number }>()
    return results
  }
  const ids = (await starts()).map(({ id }) => id)
  expect(ids.length).toBeGreaterThanOrEqual(3)
  const work = () =>
    withContext(async (request) => {
      for (const id of ids) await runOutboxRow(request, id)
    })
  await work()
  await eventually(async () => {
    for (const one of await starts()) expect(one).toMatchObject({ status: 'pending', attempts: 1 })
  })
  await env.DB.prepare("DELETE FROM runs WHERE team_id = ? AND workflow_name = 'Other'").bind(teamId).run()
  clock.advance(MINUTE_MS)
  await work()
  await eventually(async () => {
    expect((await rowsOf(teamId)).map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'))
  })
})

test('a run that waits gives its slot to others, and so does a paused or ended one', async () => {
  const { teamId, token } = await hooked(
    { nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }] },
    1,
  )
  for (let i = 0; i < 3; i++) {
    const { status, body } = await hook(token)
    expect(status).toBe(202)
    await shows(teamId, body.runId, { status: 'waiting', slot: null })
  }
})

test('a refused start frees its slot', async () => {
  const { teamId, token } = await hooked(busy({ concurrency: { limit: 1, whenFull: 'reject' } }), 2)
  const { body } = await hook(token)
  // Before the others come: while they are refused they hold slots, and it could be put in line for its own.
  await shows(teamId, body.runId, { status: 'running', slot: body.runId })
  for (let i = 0; i < 3; i++) expect((await hook(token)).body.code).toBe('run.queue_full')
  expect(await rowsOf(teamId)).toHaveLength(1)
  const other = await newTrigger(teamId, await newWorkflow(teamId, busy()), { type: 'webhook' })
  expect((await hook(other.token)).status).toBe(202)
  expect((await hook(other.token)).status).toBe(402)
  for (const { id } of await rowsOf(teamId)) await cancel(id)
})

test('a run that took its slot beforehand counts once for the month', async () => {
  const { teamId, token } = await hooked(linear(1))
  const used = () =>
    env.DB.prepare("SELECT sum(value) AS n FROM usage_counters WHERE team_id = ? AND metric = 'runs'")
      .bind(teamId)
      .first<number>('n')
  for (let i = 1; i <= 2; i++) {
    expect((await hook(token, { 'idempotency-key': 'same' })).status).toBe(202)
    await eventually(async () => expect(await used()).toBe(1))
  }
})

test('a repeated delivery is answered with its run, even at the limit', async () => {
  const { teamId, token } = await hooked(busy(), 1)
  const first = await hook(token, { 'idempotency-key': 'same' })
  const again = await hook(token, { 'idempotency-key': 'same' })
  expect([again.status, again.body.runId]).toEqual([202, first.body.runId])
  expect((await hook(token, { 'idempotency-key': 'other' })).status).toBe(402)
  await shows(teamId, first.body.runId, { status: 'running', slot: first.body.runId })
  await cancel(first.body.runId)
})

test('sub-workflows that no node waits for queue while no slot is free, and start in order', async () => {
  const { person, teamId, workflowId } = await hooked(busy(), 2)
  const children: string[] = []
  for (let i = 0; i < 3; i++) {
    const runId = await startDetached(teamId, workflowId)
    children.push(runId)
    if (i < 2) await shows(teamId, runId, { status: 'running', slot: runId })
  }
  const [first = '', second = '', third = ''] = children
  await shows(teamId, third, { status: 'queued', slot: null })
  expect(await runOf(third).view({})).toMatchObject({ waitingFor: [{ kind: 'slot', name: null }] })
  const list = await get('/api/v1/workflows/executions?status=queued', person)
  expect(list.body.items).toMatchObject([{ id: third, waitingFor: [{ kind: 'slot', name: null }] }])
  await lose(third)
  await cancel(second)
  await reaches(third, 'running')
  await shows(teamId, third, { status: 'running', slot: third, lineSince: null })
  for (const id of [first, third]) await cancel(id)
})

test('a run paused in the queue lets others pass, and keeps the position of its age; a cancelled one leaves', async () => {
  const { person, teamId, workflowId } = await hooked(busy(), 0)
  const children: string[] = []
  for (let i = 0; i < 3; i++) {
    const runId = await startDetached(teamId, workflowId)
    await eventually(async () => expect((await rowOf(teamId, runId))?.lineSince).toEqual(expect.any(Number)))
    children.push(runId)
  }
  expect((await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).status).toBe(402)
  const [first = '', second = '', third = ''] = children
  await runOf(first).control('pause', 'me')
  await cancel(second)
  await shows(teamId, first, { status: 'paused', lineSince: null })
  await shows(teamId, second, { status: 'cancelled', lineSince: null })
  const endOther = () =>
    env.DB.prepare(
      "UPDATE runs SET slot = NULL WHERE id = (SELECT id FROM runs WHERE team_id = ? AND workflow_name = 'Other' AND slot IS NOT NULL LIMIT 1)",
    )
      .bind(teamId)
      .run()
  await endOther()
  await withContext(sweepSlots)
  await reaches(third, 'running')
  await runOf(first).control('resume', 'me')
  await eventually(async () => expect((await rowOf(teamId, first))?.lineSince).toEqual(expect.any(Number)))
  await cancel(third)
  await reaches(first, 'running')
  await cancel(first)
})

test('a run that has a slot and was not notified is found by the sweep', async () => {
  const { teamId, workflowId } = await hooked(linear(1), 0)
  const spec = newSpec(linear(1), { teamId, workflowId, slot: 'line' })
  await runOf(spec.runId).start(spec)
  await eventually(async () =>
    expect((await rowOf(teamId, spec.runId))?.lineSince).toEqual(expect.any(Number)),
  )
  await env.DB.prepare('UPDATE runs SET slot = id, line_since = NULL, wake_by = 1 WHERE id = ?')
    .bind(spec.runId)
    .run()
  await evictDurableObject(objectOf(spec.runId) as never)
  await withContext(sweepRuns)
  await reaches(spec.runId, 'succeeded')
  await shows(teamId, spec.runId, { status: 'succeeded', slot: null })
})

test('after the report that gives a run its slot, the sweep does not ask again', async () => {
  const { teamId } = await hooked(linear(1), 1)
  const view = {
    ...{ id: newId('run', clock.now()), teamId, workflowId: null, workflowVersion: 1, workflowName: 'Test' },
    ...{
      status: 'queued',
      triggerType: 'workflow',
      seq: 1,
      progress: 0,
      createdAt: 1,
      slot: null,
      lineSince: 1,
    },
  }
  const report = (one: typeof view | Record<string, unknown>) =>
    applyRunReports(env.DB, [{ view: one as Record<string, Json>, started: null }])
  const wakeBy = () =>
    env.DB.prepare('SELECT wake_by AS at FROM runs WHERE id = ?').bind(view.id).first<number>('at')
  expect(await report(view)).toMatchObject({ admitted: [], inSlot: new Set([view.id]) })
  expect(await wakeBy()).toEqual(expect.any(Number))
  expect(await report(view)).toMatchObject({ admitted: [], inSlot: new Set([view.id]) })
  expect(await wakeBy()).toEqual(expect.any(Number))
  await report({ ...view, seq: 2, status: 'succeeded', lineSince: null })
  expect(await wakeBy()).toBeNull()
})

test('a queued run is only woken for its slot', async () => {
  const { teamId, workflowId } = await hooked(linear(1), 0)
  const spec = newSpec(linear(1), { teamId, workflowId, slot: 'line' })
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await eventually(async () =>
    expect((await rowOf(teamId, spec.runId))?.lineSince).toEqual(expect.any(Number)),
  )
  const left = () =>
    runInDurableObject(
      objectOf(spec.runId) as never,
      async (_object: unknown, { storage }: DurableObjectState) => ({
        hasSentAll:
          storage.sql.exec('SELECT run FROM outbox UNION SELECT run FROM unreported').toArray().length === 0,
        alarm: await storage.getAlarm(),
      }),
    )
  await eventually(async () => expect(await left()).toMatchObject({ hasSentAll: true }))
  for (let i = 0; i < 2; i++) {
    await evictDurableObject(objectOf(spec.runId) as never)
    await runDurableObjectAlarm(objectOf(spec.runId) as never)
    expect(await left()).toEqual({ hasSentAll: true, alarm: null })
  }
})

test('a run that lost its position in the queue gets it again when it asks', async () => {
  const { teamId, workflowId } = await hooked(linear(1), 0)
  const spec = newSpec(linear(1), { teamId, workflowId, slot: 'line' })
  await runOf(spec.runId).start(spec)
  await eventually(async () =>
    expect((await rowOf(teamId, spec.runId))?.lineSince).toEqual(expect.any(Number)),
  )
  await env.DB.prepare('UPDATE runs SET line_since = NULL WHERE id = ?').bind(spec.runId).run()
  await runOf(spec.runId).poke()
  await eventually(async () =>
    expect((await rowOf(teamId, spec.runId))?.lineSince).toEqual(expect.any(Number)),
  )
  await env.DB.prepare("UPDATE runs SET slot = NULL WHERE team_id = ? AND workflow_name = 'Other'")
    .bind(teamId)
    .run()
  await runOf(spec.runId).poke()
  await reaches(spec.runId, 'succeeded')
})

test('a run that does not answer uses no slot', async () => {
  const { teamId, token } = await hooked(busy(), 1)
  const { runId } = (await hook(token)).body
  await shows(teamId, runId, { status: 'running', slot: runId })
  await env.DB.prepare('UPDATE runs SET wake_by = 1 WHERE id = ?').bind(runId).run()
  const silent = {
    idFromName: (name: string) => env.RUNS.idFromName(name),
    get: () => ({ call: () => Promise.reject(new Error('silent')) }),
  } as unknown as typeof env.RUNS
  await withContext((request) => sweepRuns({ ...request, env: { ...request.env, RUNS: silent } }))
  await shows(teamId, runId, { status: 'running', slot: null })
  expect((await hook(token)).status).toBe(202)
  for (const { id } of await rowsOf(teamId)) await cancel(id)
})

test('a larger plan admits queued runs', async () => {
  const { teamId, workflowId } = await hooked(linear(1), 0)
  const specs = Array.from({ length: 3 }, () => newSpec(linear(1), { teamId, workflowId, slot: 'line' }))
  for (const spec of specs) {
    await runOf(spec.runId).start(spec)
    await eventually(async () => expect((await rowOf(teamId, spec.runId))?.lineSince).not.toBeNull())
  }
  await env.DB.prepare("UPDATE teams SET plan = 'premium' WHERE id = ?").bind(teamId).run()
  await withContext(sweepSlots)
  for (const { runId } of specs) await reaches(runId, 'succeeded')
})

test('sub-workflows that are waited for use the slot of their root, so nothing waits for itself', async () => {
  const { person, teamId, workflowId } = await hooked(busy(), 1)
  const middle = await newWorkflow(teamId, starts(workflowId, true))
  const top = await newWorkflow(teamId, {
    nodes: [0, 1, 2].map((i) => ({ id: `c${i}`, type: 'flow.workflow', params: { workflowId: middle } })),
  })
  const id = await startByHand(person, top)
  const leaves = await eventually(async () => {
    const rows = (await rowsOf(teamId)).filter((row) => row.status === 'running' && row.id !== id)
    if (rows.length !== 3) throw new Error(JSON.stringify(rows))
    return rows
  })
  expect(leaves.map(({ slot }) => slot)).toEqual([id, id, id])
  expect((await get('/api/v1/users/subscription', person)).body.usage.concurrentRuns).toBe(FREE)
  for (const leaf of leaves) await cancel(leaf.id)
  await reaches(id, 'failed')
})

test('a fire with jitter takes its slot when its time comes', async () => {
  const { teamId, workflowId } = await hooked(linear(1), 0)
  const trigger = await newTrigger(teamId, workflowId, { type: 'schedule', cron: '* * * * *', key: 'tick' })
  const scheduledFor = Date.now()
  await withContext((request) =>
    startScheduledRun(
      { ...request, now: Date.now },
      { type: 'run.start', teamId, triggerId: trigger.id, scheduledFor, startAt: scheduledFor + 600 },
    ),
  )
  const row = await eventually(async () => {
    const [one] = await rowsOf(teamId)
    expect(one).toMatchObject({ status: 'queued', slot: null, lineSince: expect.any(Number) })
    return one
  })
  await env.DB.prepare("UPDATE runs SET slot = NULL WHERE team_id = ? AND workflow_name = 'Other'")
    .bind(teamId)
    .run()
  await withContext(sweepSlots)
  await reaches(row?.id ?? '', 'succeeded')
})

test("a run queued at its workflow's gate holds no slot, and takes one when it is admitted", async () => {
  const { teamId, token } = await hooked(busy({ concurrency: { limit: 1 } }), 2)
  const first = (await hook(token)).body.runId
  const second = (await hook(token)).body.runId
  await shows(teamId, first, { status: 'running', slot: first })
  await shows(teamId, second, { status: 'queued', slot: null, lineSince: null })
  await cancel(first)
  await shows(teamId, second, { status: 'running', slot: second })
  await cancel(second)
})

test('the sweep reaches all teams with runs in line, however many have some all the time', async () => {
  const { teamId } = await newPerson()
  const id = newId('run', clock.now())
  const row = `(id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, line_since)`
  await env.DB.batch([
    // Teams without slots, with smaller ids.
    env.DB.prepare(
      `INSERT INTO runs ${row} SELECT ?1 || value, 'team_00' || value || ?1, 1, 'In line', 'queued', 'manual', 1, 1, 1 FROM
       (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 150) SELECT value FROM n)`,
    ).bind(id),
    env.DB.prepare(`INSERT INTO runs ${row} VALUES (?, ?, 1, 'In line', 'queued', 'manual', 1, 1, 1)`).bind(
      id,
      teamId,
    ),
  ])
  let hasSlot = false
  for (let n = 0; n < 40 && !hasSlot; n++) {
    await withContext(sweepSlots)
    hasSlot = (await rowOf(teamId, id))?.slot === id
  }
  await env.DB.prepare("DELETE FROM runs WHERE workflow_name = 'In line'").run()
  expect(hasSlot).toBe(true)
})
