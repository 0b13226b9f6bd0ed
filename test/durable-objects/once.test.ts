// `effect: at-most-once`: whatever happens to the run, an effect that may have happened is not repeated
// automatically.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { RunView } from '../../src/objects/workflow-run.ts'
import { time } from '../chaos/support/time.ts'
import { get, post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { ended, ring, viewOf } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())

const RUNS = '/api/v1/workflows/executions'
const seenAt = async (name: string): Promise<unknown[]> =>
  (await (await fetch(`${inject('httpTarget')}/seen/${name}`)).json()) as unknown[]

/** Without changing its clock: work in progress has its time. */
async function atEnd(runId: string): Promise<RunView> {
  const view = await runOf(runId).view({ output: true }, 60_000)
  if (view === null) throw new Error('The run does not exist')
  return view
}

/** A call that is received and never answered. */
const hanging = (name: string, more: Record<string, unknown> = {}) => ({
  id: 'pay',
  type: 'http.request',
  effect: 'at-most-once',
  params: { method: 'POST', url: `${inject('httpTarget')}/hang/${name}` },
  ...more,
})

async function running(definition: Parameters<typeof newSpec>[0], name: string) {
  const person = await newPerson()
  const spec = newSpec(definition, { teamId: person.teamId })
  await runOf(spec.runId).start(spec)
  await eventually(async () => expect(await seenAt(name)).toHaveLength(1))
  return { person, runId: spec.runId }
}

test('a call that was interrupted by a cancel waits for a person in the retry, and is not sent again', async () => {
  const name = crypto.randomUUID()
  const { person, runId } = await running({ nodes: [hanging(name)] }, name)
  await runOf(runId).control('cancel', 'me')
  const retry = await post(`${RUNS}/${runId}/retry`, person, undefined)
  expect(retry.body).toMatchObject({ status: 'waiting', waitingFor: [{ path: 'pay', kind: 'resolve' }] })
  const settled = await post(`${RUNS}/${retry.body.id}/nodes/pay/resolve`, person, {
    outcome: 'succeeded',
    output: { paid: true },
  })
  expect(settled.body).toMatchObject({ status: 'succeeded', output: { paid: true } })
  expect(await seenAt(name)).toHaveLength(1)
})

test("a call that was interrupted by the run's deadline waits for a person in the retry", async () => {
  const name = crypto.randomUUID()
  const definition = { nodes: [hanging(name, { timeoutMs: 600_000 })], settings: { deadlineMs: 60_000 } }
  const { person, runId } = await running(definition, name)
  // Time passes while the call hangs.
  while ((await viewOf(runId))?.status === 'running') await ring(runId)
  expect(await ended(runId)).toMatchObject({ status: 'failed', error: { code: 'run.deadline' } })
  const retry = await post(`${RUNS}/${runId}/retry`, person, undefined)
  expect(retry.body).toMatchObject({ status: 'waiting', waitingFor: [{ path: 'pay', kind: 'resolve' }] })
  expect(await seenAt(name)).toHaveLength(1)
})

test('two concurrent retries are one run, and the second gets its id', async () => {
  const person = await newPerson()
  const spec = newSpec(
    { nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  const answers = await Promise.all(
    [1, 2, 3].map(() => post(`${RUNS}/${spec.runId}/retry`, person, undefined)),
  )
  const [retry, ...others] = answers.sort((a, b) => a.status - b.status)
  expect(retry?.status).toBe(200)
  for (const { status, body } of others)
    expect({ status, ...body }).toMatchObject({ status: 409, code: 'run.retried', runId: retry?.body.id })
  expect((await get(`${RUNS}/${spec.runId}`, person)).body).toMatchObject({ retriedBy: retry?.body.id })
})

test('a repeated retry with an idempotency key returns its run, and another body is refused', async () => {
  const person = await newPerson()
  const spec = newSpec(
    { nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  const path = `${RUNS}/${spec.runId}/retry`
  const once = { 'idempotency-key': 'once' }
  const first = await post(path, person, {}, once)
  expect((await post(path, person, {}, once)).body.id).toBe(first.body.id)
  const other = await post(path, person, { version: 'original' }, once)
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.mismatch'])
  expect((await post(path, person, {}, { 'idempotency-key': 'twice' })).body.code).toBe('run.retried')
})

test('a run whose retry was deleted may be retried again', async () => {
  const person = await newPerson()
  const spec = newSpec(
    { nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  const first = await post(`${RUNS}/${spec.runId}/retry`, person, undefined)
  await post(`${RUNS}/bulk/delete`, person, { ids: [first.body.id] })
  const second = await post(`${RUNS}/${spec.runId}/retry`, person, undefined)
  expect(second.status).toBe(200)
  expect(second.body.id).not.toBe(first.body.id)
})

const childOf = (runId: string): Promise<string> =>
  eventually(async () => {
    const wait = (await runOf(runId).view({}))?.waitingFor.find(({ kind }) => kind === 'child')
    if (!wait?.name) throw new Error('The run waits for no child')
    return wait.name
  })

/** A parent with a child that pays once and then fails as long as it is configured to. */
async function familyThatFails(name: string) {
  const person = await newPerson()
  const target = inject('httpTarget')
  const child = await newWorkflow(person.teamId, {
    nodes: [
      {
        id: 'pay',
        type: 'http.request',
        effect: 'at-most-once',
        params: { method: 'POST', url: `${target}/flaky/${name}` },
      },
      {
        id: 'ship',
        type: 'http.request',
        params: { url: `${target}/flaky/${name}-ship?failures=1&how=400` },
      },
    ],
    edges: [{ from: 'pay', to: 'ship' }],
    output: '{{ nodes.ship.status }}',
  })
  return { person, child }
}

test('a retried sub-workflow continues with its last run, which keeps its outcomes', async () => {
  const name = crypto.randomUUID()
  const { person, child } = await familyThatFails(name)
  const spec = newSpec(
    { nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  expect(await atEnd(spec.runId)).toMatchObject({ status: 'failed', error: { code: 'http.status' } })
  const retry = await post(`${RUNS}/${spec.runId}/retry`, person, undefined)
  expect(await atEnd(retry.body.id)).toMatchObject({ status: 'succeeded', output: 200 })
  expect([(await seenAt(name)).length, (await seenAt(`${name}-ship`)).length]).toEqual([1, 2])
})

test('so does the next attempt within a run', async () => {
  const name = crypto.randomUUID()
  const { person, child } = await familyThatFails(name)
  const retry = { attempts: 2, delayMs: 1 }
  const spec = newSpec(
    { nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child }, retry }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  await eventually(async () =>
    expect((await runOf(spec.runId).view({}))?.waitingFor).toMatchObject([{ kind: 'retry', path: 'sub' }]),
  )
  await ring(spec.runId)
  expect(await atEnd(spec.runId)).toMatchObject({ status: 'succeeded' })
  expect([(await seenAt(name)).length, (await seenAt(`${name}-ship`)).length]).toEqual([1, 2])
})

test('a sub-workflow that was retried by a person continues from there', async () => {
  const name = crypto.randomUUID()
  const { person, child } = await familyThatFails(name)
  const spec = newSpec(
    { nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  const failed = await atEnd(spec.runId)
  const { runId } = (failed.error as { details: { runId: string } }).details
  const byHand = await post(`${RUNS}/${runId}/retry`, person, undefined)
  await atEnd(byHand.body.id)
  const retry = await post(`${RUNS}/${spec.runId}/retry`, person, undefined)
  expect(await atEnd(retry.body.id)).toMatchObject({ status: 'succeeded', output: 200 })
  expect([(await seenAt(name)).length, (await seenAt(`${name}-ship`)).length]).toEqual([1, 2])
})

test('a sub-workflow that was interrupted with its parent is not sent again, but waits for a person', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, { nodes: [hanging(name)] })
  const spec = newSpec(
    { nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  await eventually(async () => expect(await seenAt(name)).toHaveLength(1))
  await childOf(spec.runId)
  await runOf(spec.runId).control('cancel', 'me')
  const retry = await post(`${RUNS}/${spec.runId}/retry`, person, undefined)
  const waiting = await childOf(retry.body.id)
  expect((await runOf(waiting).view({}))?.waitingFor).toMatchObject([{ kind: 'resolve', path: 'pay' }])
  expect(await seenAt(name)).toHaveLength(1)
})
