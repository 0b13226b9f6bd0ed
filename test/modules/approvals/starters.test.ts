// Who counts as the starter of a run, and so may not decide its approval alone.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { type Definition, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { deliver } from '../hooks/deliver.ts'
import { office } from './asked.ts'
import { coded, send } from './keys.ts'

const ASKING: Definition = { nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'Pay?' } }] }
const DENIED = [403, 'access.denied']

/** The approval of a run, once it exists. */
const questionOf = (runId: string): Promise<string> =>
  eventually(async () => {
    await runJobs()
    const wait = (await runOf(runId).view({}))?.waitingFor.find(({ kind }) => kind === 'approval')
    return wait?.name ?? Promise.reject(new Error(`${runId} asks nothing yet`))
  })

const approve = async (as: Person, runId: string) =>
  coded(await send(as, `/approvals/${await questionOf(runId)}`, { decision: 'approve' }))

const approvedBy = async (as: Person, runId: string): Promise<void> =>
  expect((await approve(as, runId))[0]).toBe(200)

const triggered = (by: Person, trigger: Record<string, unknown>, definition = ASKING) =>
  send(by, '/workflows', { name: 'Asking', definition, triggers: [trigger] })

test('the sender of an event counts as the starter of its runs', async () => {
  const { owner, ann, bob } = await office()
  await triggered(owner, { type: 'event', name: 'invoice.due' })
  const { body } = await send(ann, '/events', { name: 'invoice.due' })
  const [{ runId }] = body.runs
  await questionOf(runId)
  expect((await runOf(runId).view({}))?.startedBy).toBe(ann.userId)
  expect(await approve(ann, runId)).toEqual(DENIED)
  await approvedBy(bob, runId)
})

test('an event that another person sends again keeps its first sender', async () => {
  const { owner, ann, bob } = await office()
  await triggered(owner, { type: 'event', name: 'invoice.due' })
  const event = { name: 'invoice.due', id: crypto.randomUUID() }
  const { body } = await send(ann, '/events', event)
  await send(bob, '/events', event)
  expect(await approve(ann, body.runs[0].runId)).toEqual(DENIED)
})

test('the creator of a webhook counts as the starter of its runs, whoever changes the workflow later', async () => {
  const { owner, ann, bob } = await office()
  const made = await triggered(ann, { type: 'webhook', key: 'in' })
  const changed = await send(bob, `/workflows/${made.body.id}`, { definition: ASKING, note: 'x' }, 'PUT')
  const [{ url }] = changed.body.triggers
  const token = url.split('/').at(-1)
  const { runId } = (await deliver({ trigger: { id: '', key: 'in', token } })).body
  await questionOf(runId)
  expect((await runOf(runId).view({}))?.startedBy).toBe(ann.userId)
  expect(await approve(ann, runId)).toEqual(DENIED)
  await approvedBy(owner, runId)
})

test('a webhook that is removed and added again belongs to the person who added it last', async () => {
  const { ann, bob } = await office()
  const made = await triggered(ann, { type: 'webhook', key: 'in' })
  const put = (as: Person, triggers: unknown[]) =>
    send(as, `/workflows/${made.body.id}`, { definition: ASKING, triggers }, 'PUT')
  await put(bob, [])
  await put(bob, [{ type: 'webhook', key: 'in' }])
  const row = await env.DB.prepare('SELECT created_by AS by FROM workflow_triggers WHERE workflow_id = ?')
    .bind(made.body.id)
    .first()
  expect(row).toEqual({ by: bob.userId })
})

test('the starter of a failed run counts as the starter of its error workflow', async () => {
  const { owner, ann, bob } = await office()
  const handler = await newWorkflow(owner.teamId, ASKING)
  const definition = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'no' } }] }
  const made = await send(owner, '/workflows', { name: 'Fails', definition, errorWorkflowId: handler })
  await send(ann, `/workflows/${made.body.id}/execute`, {})
  const runId = await eventually(async () => {
    await runJobs()
    const row = await env.DB.prepare('SELECT id FROM runs WHERE workflow_id = ?')
      .bind(handler)
      .first<{ id: string }>()
    return row?.id ?? Promise.reject(new Error('the error workflow has not started'))
  })
  expect(await approve(ann, runId)).toEqual(DENIED)
  await approvedBy(bob, runId)
})

test('the starter of the parent counts as the starter of the sub-workflow', async () => {
  const { owner, ann, bob } = await office()
  const workflowId = await newWorkflow(owner.teamId, ASKING)
  const parent = await newWorkflow(owner.teamId, {
    nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId } }],
  })
  const run = await send(ann, `/workflows/${parent}/execute`, {})
  const child = await eventually(async () => {
    const [wait] = (await runOf(run.body.id).view({}))?.waitingFor ?? []
    return wait?.kind === 'child' ? (wait.name ?? '') : Promise.reject(new Error('no child yet'))
  })
  expect(await approve(ann, child)).toEqual(DENIED)
  await approvedBy(bob, child)
})

test('after a retry by another person, the first starter still may not approve', async () => {
  const { owner, ann, bob } = await office()
  const workflowId = await newWorkflow(owner.teamId, ASKING)
  const first = await send(ann, `/workflows/${workflowId}/execute`, {})
  await send(ann, `/workflows/executions/${first.body.id}/cancel`)
  const second = await send(bob, `/workflows/executions/${first.body.id}/retry`)
  expect(await approve(ann, second.body.id)).toEqual(DENIED)
  expect(await approve(bob, second.body.id)).toEqual(DENIED)
  expect((await send(ann, '/approvals?mine=true&status=pending', undefined, 'GET')).body.items).toEqual([])
  await approvedBy(owner, second.body.id)
})

test('a rerun with other input only has the person who reruns it as starter', async () => {
  const { owner, ann, bob } = await office()
  const workflowId = await newWorkflow(owner.teamId, ASKING)
  const first = await send(ann, `/workflows/${workflowId}/execute`, { input: { amount: 1 } })
  await send(ann, `/workflows/executions/${first.body.id}/cancel`)
  const again = await send(bob, `/workflows/executions/${first.body.id}/rerun`, { input: { amount: 2 } })
  await approvedBy(ann, again.body.id)
})

test('if everybody has started the run, one of them may decide, which is recorded', async () => {
  const { owner, join } = await newTeam()
  const ann = await join('member')
  const workflowId = await newWorkflow(owner.teamId, ASKING)
  const first = await send(ann, `/workflows/${workflowId}/execute`, {})
  await send(ann, `/workflows/executions/${first.body.id}/cancel`)
  const second = await send(owner, `/workflows/executions/${first.body.id}/retry`)
  const answer = await send(ann, `/approvals/${await questionOf(second.body.id)}`, { decision: 'approve' })
  expect(answer.body.decisions).toMatchObject([{ by: ann.userId, self: true }])
})
