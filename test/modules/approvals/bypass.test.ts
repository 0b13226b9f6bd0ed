// Ways to bypass an approval without the right to change its workflow.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { type Definition, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { asked } from './asked.ts'
import { coded, type Key, keyOf, NO_SCOPE, send } from './keys.ts'

/** `start`, then an approval, then `pay`. `log` is beside it, and nothing follows both. */
const PAYING: Definition = {
  nodes: [
    { id: 'start', type: 'flow.noop' },
    { id: 'ask', type: 'flow.approval', params: { title: 'Pay {{ input.amount }}?' } },
    { id: 'pay', type: 'data.set', params: { values: { paid: '{{ input.amount }}' } } },
    { id: 'log', type: 'flow.noop' },
  ],
  edges: [
    { from: 'start', to: 'ask' },
    { from: 'ask', to: 'pay', port: 'approved' },
    { from: 'start', to: 'log' },
  ],
}

const PLAIN: Definition = { nodes: [{ id: 'pay', type: 'data.set', params: { values: { paid: true } } }] }

async function clerk(): Promise<{ owner: Person; key: Key; editor: Key }> {
  const { owner } = await newTeam()
  return {
    owner,
    key: await keyOf(owner, 'runs:read', 'runs:write'),
    editor: await keyOf(owner, 'runs:read', 'runs:write', 'workflows:write'),
  }
}

const execute = (as: Key | Person, workflowId: string, body: unknown = {}) =>
  send(as, `/workflows/${workflowId}/execute`, body)

test('a key decides with the scope approvals:write, which runs:write does not include', async () => {
  const { owner, join } = await newTeam()
  const ann = await join('member')
  const approval = await asked(owner)
  const decision = { decision: 'approve' }
  const runs = await keyOf(ann, 'runs:read', 'runs:write', 'workflows:write')
  expect(coded(await send(runs, `/approvals/${approval.id}`, decision))).toEqual(NO_SCOPE)
  const approving = await keyOf(ann, 'approvals:write')
  expect((await send(approving, `/approvals/${approval.id}`, decision)).body.status).toBe('approved')
})

test('mocks need workflows:write', async () => {
  const { owner, key, editor } = await clerk()
  const workflowId = await newWorkflow(owner.teamId, PAYING)
  const mocks = { ask: { output: { decision: 'approved' } } }
  expect(coded(await execute(key, workflowId, { mocks }))).toEqual(NO_SCOPE)
  const mocked = await execute(editor, workflowId, { mocks, input: { amount: 5 } })
  expect(mocked.body).toMatchObject({ status: 'succeeded', mocked: true })
  for (const verb of ['rerun', 'retry'])
    expect((await send(key, `/workflows/executions/${mocked.body.id}/${verb}`)).status).toBeGreaterThan(400)
  expect(coded(await send(key, `/workflows/executions/${mocked.body.id}/rerun`))).toEqual(NO_SCOPE)
})

test('an entry after an approval needs workflows:write, one before or beside it does not', async () => {
  const { owner, key, editor } = await clerk()
  const workflowId = await newWorkflow(owner.teamId, PAYING)
  expect(coded(await execute(key, workflowId, { entry: 'pay' }))).toEqual(NO_SCOPE)
  for (const entry of ['start', 'ask', 'log'])
    expect([entry, (await execute(key, workflowId, { entry })).status]).toEqual([entry, expect.any(Number)])
  expect((await execute(key, workflowId, { entry: 'ask' })).body.waitingFor).toMatchObject([
    { kind: 'approval' },
  ])
  const behind = await execute(editor, workflowId, { entry: 'pay' })
  expect(behind.body.status).toBe('succeeded')
  expect(coded(await send(key, `/workflows/executions/${behind.body.id}/rerun`))).toEqual(NO_SCOPE)
})

test('an approval in a group, in a sub-workflow or before a loop counts like any other', async () => {
  const { owner, key } = await clerk()
  const ask = { id: 'ask', type: 'flow.approval', params: { title: 'Sure?' } }
  const group = { id: 'g', type: 'flow.group', params: { body: { nodes: [ask] } } }
  const sub = { id: 'g', type: 'flow.workflow', params: { workflowId: 'wf_01k0000000000000000000000' } }
  const pay = { id: 'pay', type: 'flow.noop' }
  const again = { id: 'again', type: 'flow.noop' }
  const ahead = { from: 'g', to: 'pay' }
  for (const first of [group, sub]) {
    const workflowId = await newWorkflow(owner.teamId, { nodes: [first, pay], edges: [ahead] })
    expect(coded(await execute(key, workflowId, { entry: 'pay' }))).toEqual(NO_SCOPE)
  }
  const loop = await newWorkflow(owner.teamId, {
    nodes: [group, pay, again],
    edges: [ahead, { from: 'pay', to: 'again' }, { from: 'again', to: 'g', back: true }],
  })
  expect(coded(await execute(key, loop, { entry: 'again' }))).toEqual(NO_SCOPE)
  const unwaited = { ...sub, params: { ...sub.params, wait: false } }
  const free = await newWorkflow(owner.teamId, { nodes: [unwaited, pay], edges: [ahead] })
  expect((await execute(key, free, { entry: 'pay' })).status).toBe(200)
})

test('a version without the approval of the current one needs workflows:write', async () => {
  const { owner, key, editor } = await clerk()
  const made = await send(owner, '/workflows', { name: 'Pay', definition: PLAIN })
  const workflowId: string = made.body.id
  const old = await execute(key, workflowId)
  expect((await execute(key, workflowId, { version: 1 })).status).toBe(200)
  const second = await send(owner, `/workflows/${workflowId}`, { definition: PAYING }, 'PUT')
  expect(second.body.version).toBe(2)
  expect(coded(await execute(key, workflowId, { version: 1 }))).toEqual(NO_SCOPE)
  expect((await execute(key, workflowId, { version: 2 })).status).toBe(202)
  expect((await execute(editor, workflowId, { version: 1 })).status).toBe(200)
  const batch = await send(key, '/workflows/batch/execute', { items: [{ workflowId, version: 1 }] })
  expect(batch.body.results).toMatchObject([{ ok: false, error: { code: 'access.scope_missing' } }])
  const rerun = `/workflows/executions/${old.body.id}/rerun`
  expect(coded(await send(key, rerun, { version: 1 }))).toEqual(NO_SCOPE)
  const bulk = await send(key, '/workflows/executions/bulk/rerun', { ids: [old.body.id] })
  for (const result of bulk.body.results)
    if (result.ok) expect((await runOf(result.id).view({}))?.workflowVersion).toBe(2)
    else expect(result.error.code).toBe('access.scope_missing')
})

/** A run whose approval was given. */
async function approved(definition = PAYING) {
  const { owner, join } = await newTeam()
  const ann = await join('member')
  const workflowId = await newWorkflow(owner.teamId, definition)
  const run = await execute(owner, workflowId, { input: { amount: 10 } })
  const runId: string = run.body.id
  await answerOf(ann, runId)
  expect((await runOf(runId).view({}, 60_000))?.status).toBe('succeeded')
  const rerun = (as: Key | Person, body: unknown) => send(as, `/workflows/executions/${runId}/rerun`, body)
  return { owner, ann, workflowId, runId, rerun }
}

async function answerOf(as: Person, runId: string): Promise<void> {
  const [wait] = (await runOf(runId).view({}))?.waitingFor ?? []
  const answer = await send(as, `/approvals/${wait?.name}`, { decision: 'approve' })
  expect(answer.status).toBe(200)
}

test('a rerun from after an approval with other input needs workflows:write, and asks again', async () => {
  const { owner, ann, rerun } = await approved()
  const key = await keyOf(owner, 'runs:read', 'runs:write')
  const input = { amount: 1_000 }
  expect(coded(await rerun(key, { from: 'pay', input }))).toEqual(NO_SCOPE)
  const again = await rerun(owner, { from: 'pay', input })
  expect(again.body.waitingFor).toMatchObject([{ kind: 'approval', detail: { title: 'Pay 1000?' } }])
  await answerOf(ann, again.body.id)
  expect((await runOf(again.body.id).view({ output: true }, 60_000))?.output).toMatchObject({
    pay: { paid: 1_000 },
  })
})

test('a rerun with the same input keeps the decision, for a key with runs:write too', async () => {
  const { owner, rerun } = await approved()
  const key = await keyOf(owner, 'runs:read', 'runs:write')
  expect((await rerun(key, { from: 'pay' })).body).toMatchObject({ status: 'succeeded' })
  expect((await rerun(key, { from: 'pay', input: { amount: 10 } })).body.status).toBe('succeeded')
})

test('with other input an approval is asked again, even if it does not use the input', async () => {
  const definition = structuredClone(PAYING)
  ;(definition.nodes[1] as any).params.title = 'Go on?'
  const { owner, rerun } = await approved(definition)
  expect((await rerun(owner, { from: 'pay', input: { amount: 11 } })).body.status).toBe('waiting')
})

test('an approval is asked again if another version changes it', async () => {
  const { owner, workflowId, rerun } = await approved()
  const change = (title: string, values: unknown) => {
    const definition = structuredClone(PAYING) as any
    definition.nodes[1].params.title = title
    definition.nodes[2].params.values = values
    return send(owner, `/workflows/${workflowId}`, { definition }, 'PUT')
  }
  const fixed = await change('Pay {{ input.amount }}?', { paid: 'fixed' })
  expect((await rerun(owner, { from: 'pay', version: fixed.body.version })).body.status).toBe('succeeded')
  const other = await change('Pay {{ input.amount }} now?', { paid: 'fixed' })
  expect((await rerun(owner, { from: 'pay', version: other.body.version })).body.waitingFor).toMatchObject([
    { detail: { title: 'Pay 10 now?' } },
  ])
})

test('a sub-workflow with an approval is run again with other input, one without is kept', async () => {
  const { owner, join } = await newTeam()
  const ann = await join('member')
  const child = (nodes: Definition['nodes'], edges: Definition['edges'] = []) =>
    newWorkflow(owner.teamId, { nodes, edges })
  const quiet = await child([{ id: 'count', type: 'store.increment', params: { key: 'quiet', by: 1 } }])
  const asking = await child([
    { id: 'ask', type: 'flow.approval', params: { title: 'For {{ input.amount }}?' } },
  ])
  const parent = (workflowId: string): Definition => ({
    nodes: [
      { id: 'sub', type: 'flow.workflow', params: { workflowId, input: { amount: '{{ input.amount }}' } } },
      { id: 'pay', type: 'flow.noop' },
    ],
    edges: [{ from: 'sub', to: 'pay' }],
  })
  const first = await execute(owner, await newWorkflow(owner.teamId, parent(quiet)), { input: { amount: 1 } })
  expect((await runOf(first.body.id).view({}, 60_000))?.status).toBe('succeeded')
  const body = { from: 'pay', input: { amount: 2 } }
  const kept = await send(owner, `/workflows/executions/${first.body.id}/rerun`, body)
  expect((await runOf(kept.body.id).view({}, 60_000))?.status).toBe('succeeded')
  const count = await env.DB.prepare("SELECT value FROM store_entries WHERE team_id = ? AND key = 'quiet'")
    .bind(owner.teamId)
    .first<number>('value')
  expect(Number(count)).toBe(1)

  const second = await execute(owner, await newWorkflow(owner.teamId, parent(asking)), {
    input: { amount: 1 },
  })
  const childOf = (runId: string) =>
    eventually(async () => {
      const { body: page } = await send(ann, `/approvals?status=pending`, undefined, 'GET')
      for (const one of page.items)
        if ((await runOf(one.runId).view({}))?.parentRunId === runId) return one.id as string
      throw new Error('nothing is asked yet')
    })
  await send(ann, `/approvals/${await childOf(second.body.id)}`, { decision: 'approve' })
  expect((await runOf(second.body.id).view({}, 60_000))?.status).toBe('succeeded')
  const again = await send(owner, `/workflows/executions/${second.body.id}/rerun`, body)
  expect(again.body.status).not.toBe('succeeded')
  await childOf(again.body.id)
})

test('no signal replaces a decision', async () => {
  const { owner, key } = await clerk()
  const approval = await asked(owner)
  const names = [approval.id, 'ask', 'approval', 'approved']
  for (const name of names)
    await send(key, `/workflows/executions/${approval.runId}/signal`, {
      name,
      data: { decision: 'approved' },
    })
  expect((await runOf(approval.runId).view({}))?.waitingFor).toMatchObject([{ name: approval.id }])
  const resolved = await send(key, `/workflows/executions/${approval.runId}/nodes/ask/resolve`, {
    outcome: 'succeeded',
    output: { decision: 'approved' },
  })
  expect(resolved.status).toBe(409)
})

test('a sub-workflow with an unknown outcome is resolved by people who may change workflows', async () => {
  const person = await newPerson()
  const key = await keyOf(person, 'runs:read', 'runs:write')
  const workflowId = await newWorkflow(person.teamId, {
    nodes: [
      { id: 'sub', type: 'flow.workflow', params: { workflowId: await newWorkflow(person.teamId, PAYING) } },
    ],
  })
  const run = await execute(person, workflowId)
  const path = `/workflows/executions/${run.body.id}/nodes/sub/resolve`
  expect(coded(await send(key, path, { outcome: 'succeeded' }))).toEqual(NO_SCOPE)
  expect((await send(key, path, { outcome: 'retry' })).status).toBe(409)
})
