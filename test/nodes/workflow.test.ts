import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { checkWorkflow } from '../../src/modules/workflows/check/index.ts'
import { eventually } from '../helpers/changes.ts'
import { newTeam } from '../helpers/people.ts'
import { ended, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { one } from './one.ts'

const CHILD = {
  nodes: [
    {
      id: 'a',
      type: 'data.set',
      params: { values: { got: '{{ input }}', depth: '{{ run.trigger.type }}' } },
    },
  ],
}
const WAITING = { nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }] }

const teamId = async () => (await newTeam()).teamId

const childOf = (runId: string): Promise<string> =>
  eventually(async () => {
    const view = await runOf(runId).view({})
    const wait = view?.waitingFor.find(({ kind }) => kind === 'child')
    if (!wait?.name) throw new Error('The run waits for no child')
    return wait.name
  })

test('flow.workflow returns the output of the run that it has started', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, CHILD)
  const run = await one(
    'flow.workflow',
    { workflowId, input: { n: '{{ input }}' } },
    { teamId: team, input: 5 },
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { got: { n: 5 }, depth: 'workflow' } })
})

test('it waits for a child that waits, and gets its result', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId }, { teamId: team, waitMs: 0 })
  const child = await childOf(run.id)
  expect(await runOf(child).view({})).toMatchObject({ teamId: team, parentRunId: run.id, workflowId })
  await runOf(child).signal({ name: 'go', data: { done: true }, by: 'usr_x' })
  expect(await ended(run.id)).toMatchObject({ status: 'succeeded', output: { done: true } })
})

test('without waiting it returns the id and continues', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId, wait: false }, { teamId: team })
  const { runId } = run.output as { runId: string }
  expect(run.status).toBe('succeeded')
  expect(await runOf(runId).view({})).toMatchObject({ status: 'waiting', parentRunId: run.id })
})

test('a child that fails fails its node with the same error, and so does a cancelled one', async () => {
  const team = await teamId()
  const failing = await newWorkflow(team, {
    nodes: [
      { id: 'w', type: 'flow.wait', params: { durationMs: '{{ input }}' } },
      { id: 'f', type: 'flow.fail', params: { message: 'no pens', code: 'order.none' } },
    ],
    edges: [{ from: 'w', to: 'f' }],
  })
  for (const input of [0, 100]) {
    const run = await one('flow.workflow', { workflowId: failing, input }, { teamId: team })
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'order.none', message: 'no pens', details: { runId: expect.stringMatching(/^run_/) } },
    })
  }
  const waiting = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId: waiting }, { teamId: team, waitMs: 0 })
  await runOf(await childOf(run.id)).control('cancel', 'usr_x')
  expect(await ended(run.id)).toMatchObject({ status: 'failed', error: { code: 'workflow.child_cancelled' } })
})

test('a failed attempt is followed by another child', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, {
    nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }],
  })
  const run = await one(
    'flow.workflow',
    { workflowId },
    { teamId: team, node: { retry: { attempts: 3, delayMs: 1 } } },
  )
  expect(run.status).toBe('failed')
  const page = await runOf(run.id).events(0, 100)
  const children = (page?.events ?? [])
    .filter((event) => event.type === 'node.failed' || event.type === 'node.retrying')
    .map(({ error }) => (error?.details as { runId: string } | undefined)?.runId)
  expect(new Set(children).size).toBe(3)
})

test('a cancel reaches the child', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId }, { teamId: team, waitMs: 0 })
  const child = await childOf(run.id)
  await runOf(run.id).control('cancel', 'usr_x')
  await eventually(async () => expect((await runOf(child).view({}))?.status).toBe('cancelled'))
})

test('a workflow of another team, a missing one and a missing version are not found', async () => {
  const team = await teamId()
  const foreign = await newWorkflow(await teamId(), CHILD)
  for (const params of [{ workflowId: foreign }, { workflowId: 'wf_none' }]) {
    expect(await one('flow.workflow', params, { teamId: team })).toMatchObject({
      status: 'failed',
      error: { code: 'workflow.not_found' },
    })
  }
  const own = await newWorkflow(team, CHILD)
  const run = await one('flow.workflow', { workflowId: own, version: 2 }, { teamId: team })
  expect(run.error).toMatchObject({
    code: 'workflow.not_found',
    message: expect.stringContaining('version 2'),
  })
})

test('the input is checked against the schema of the workflow', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, {
    ...CHILD,
    inputs: {
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'number' }, m: { type: 'number', default: 9 } },
    },
  })
  expect(await one('flow.workflow', { workflowId, input: { n: 'x' } }, { teamId: team })).toMatchObject({
    status: 'failed',
    error: { code: 'run.invalid_input', details: [{ path: expect.stringContaining('n') }] },
  })
  const run = await one('flow.workflow', { workflowId, input: { n: 1 } }, { teamId: team })
  expect(run.output).toMatchObject({ got: { n: 1, m: 9 } })
})

test('workflows that start themselves end at a depth of 16', async () => {
  const team = await teamId()
  const run = await one(
    'flow.workflow',
    { workflowId: await newWorkflow(team, CHILD) },
    { teamId: team, depth: 16 },
  )
  expect(run).toMatchObject({ status: 'failed', error: { code: 'workflow.too_deep' } })
  const ok = await one(
    'flow.workflow',
    { workflowId: await newWorkflow(team, CHILD) },
    { teamId: team, depth: 15 },
  )
  expect(ok.status).toBe('succeeded')
})

test('effects of a child keep their keys when the parent is retried', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, {
    nodes: [
      { id: 'count', type: 'store.increment', params: { key: 'n' } },
      { id: 'fail', type: 'flow.fail', params: { message: 'no' } },
    ],
    edges: [{ from: 'count', to: 'fail' }],
  })
  await one('flow.workflow', { workflowId }, { teamId: team, node: { retry: { attempts: 3, delayMs: 1 } } })
  expect((await one('store.get', { key: 'n' }, { teamId: team })).output).toBe(1)
})

test('a workflow is found by its key, in its own team only', async () => {
  const [team, other] = [await teamId(), await teamId()]
  const call = (workflowKey: string, more = {}) =>
    one('flow.workflow', { workflowKey, input: { n: 1 }, ...more }, { teamId: team })
  const id = await newWorkflow(team, CHILD, 'child')
  await newWorkflow(other, CHILD, 'theirs')
  expect(await call('child')).toMatchObject({ status: 'succeeded', output: { got: { n: 1 } } })
  for (const [key, more] of [
    ['theirs', {}],
    ['child', { version: 9 }],
  ] as const)
    expect(await call(key, more)).toMatchObject({
      status: 'failed',
      error: { code: 'workflow.not_found', message: expect.stringContaining(key) },
    })
  await env.DB.prepare('DELETE FROM workflows WHERE id = ?').bind(id).run()
  expect(await call('child')).toMatchObject({ status: 'failed', error: { code: 'workflow.not_found' } })
})

test.each([{}, { workflowId: 'wf_1', workflowKey: 'a' }])(
  'exactly one of id and key is required: %j is refused',
  (params) => {
    const { problems } = checkWorkflow({ nodes: [{ id: 'a', type: 'flow.workflow', params }] })
    expect(problems).toMatchObject([
      { code: 'node.bad_params', message: 'provide either workflowId or workflowKey' },
    ])
  },
)

const paused = (runId: string): Promise<void> =>
  eventually(async () => expect(await runOf(runId).view({})).toMatchObject({ status: 'paused' }))

test('a pause reaches the runs that are waited for, at any depth, and resuming continues them all', async () => {
  const team = await teamId()
  const inner = await newWorkflow(team, WAITING)
  const middle = await newWorkflow(team, {
    nodes: [{ id: 'm', type: 'flow.workflow', params: { workflowId: inner } }],
  })
  const run = await one('flow.workflow', { workflowId: middle }, { teamId: team, waitMs: 0 })
  const child = await childOf(run.id)
  const grandchild = await childOf(child)
  await runOf(run.id).control('pause', 'usr_x')
  await paused(child)
  await paused(grandchild)
  await runOf(grandchild).signal({ name: 'go', data: { done: true }, by: 'usr_x' })
  expect(await runOf(run.id).view({})).toMatchObject({ status: 'paused' })
  await runOf(run.id).control('resume', 'usr_x')
  expect(await ended(run.id)).toMatchObject({ status: 'succeeded', output: { done: true } })
})

test('a run that a person has paused stays paused when its parent is paused and resumed', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId }, { teamId: team, waitMs: 0 })
  const child = await childOf(run.id)
  await runOf(child).control('pause', 'usr_x')
  await runOf(run.id).control('pause', 'usr_x')
  await runOf(run.id).control('resume', 'usr_x')
  await runOf(child).control('resume', 'parent')
  await paused(child)
  await runOf(child).control('resume', 'usr_x')
  await runOf(child).signal({ name: 'go', data: 1, by: 'usr_x' })
  expect(await ended(run.id)).toMatchObject({ status: 'succeeded', output: 1 })
})

test('cancelling a paused run cancels its paused children', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, WAITING)
  const run = await one('flow.workflow', { workflowId }, { teamId: team, waitMs: 0 })
  const child = await childOf(run.id)
  await runOf(run.id).control('pause', 'usr_x')
  await paused(child)
  await runOf(run.id).control('cancel', 'usr_x')
  expect(await ended(run.id)).toMatchObject({ status: 'cancelled' })
  expect(await ended(child)).toMatchObject({ status: 'cancelled' })
})
