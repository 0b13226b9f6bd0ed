// The consequences of a run's end outside the run.
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { derivedId } from '../../../src/core/ids.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { sendCallbacks } from '../webhooks/receiver.ts'

const failing = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'as configured' } }] }

test('a failed run starts the error workflow once, with the error', async () => {
  const person = await newPerson()
  const handler = await newWorkflow(person.teamId, { ...linear(1), output: '{{ input.error.message }}' })
  const workflowId = await newWorkflow(person.teamId, failing)
  await env.DB.prepare('UPDATE workflows SET error_workflow_id = ? WHERE id = ?')
    .bind(handler, workflowId)
    .run()
  const failed = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  expect(failed.body.status).toBe('failed')
  await eventually(async () => {
    await runJobs()
    const { results } = await env.DB.prepare(
      'SELECT id, status, trigger_type FROM runs WHERE workflow_id = ?',
    )
      .bind(handler)
      .all()
    expect(results).toMatchObject([{ status: 'succeeded', trigger_type: 'error' }])
  })
})

test('a mocked failure, or one of a draft, starts no error workflow, and the list marks them', async () => {
  const person = await newPerson()
  const handler = await newWorkflow(person.teamId, linear(1))
  const workflowId = await newWorkflow(person.teamId, linear(1))
  await env.DB.prepare('UPDATE workflows SET error_workflow_id = ? WHERE id = ?')
    .bind(handler, workflowId)
    .run()
  const path = `/api/v1/workflows/${workflowId}`
  const mocked = await post(`${path}/execute`, person, { mocks: { n0: { error: { code: 'x' } } } })
  expect(mocked.body).toMatchObject({
    status: 'failed',
    error: { code: 'x', message: 'The mock fails the node' },
    trigger: { mocked: ['n0'] },
  })
  expect((await call('PUT', `${path}/draft`, { as: person, body: { definition: failing } })).status).toBe(200)
  const draft = await post(`${path}/execute`, person, { draft: true })
  expect(draft.body).toMatchObject({
    status: 'failed',
    workflowVersion: 0,
    error: { message: 'as configured' },
    trigger: { type: 'manual', draft: true },
  })
  const again = await post(`/api/v1/workflows/executions/${draft.body.id}/rerun`, person, {})
  expect(again.body).toMatchObject({ workflowVersion: 0, trigger: { type: 'rerun', draft: true } })
  await eventually(async () => {
    const list = await get(`${path}/executions`, person)
    const marks = list.body.items.map((run: any) => [run.id, run.mocked, run.workflowVersion])
    expect(marks.sort()).toEqual(
      [
        [mocked.body.id, true, 1],
        [draft.body.id, false, 0],
        [again.body.id, false, 0],
      ].sort(),
    )
  })
  await runJobs()
  expect((await get(`/api/v1/workflows/${handler}/executions`, person)).body.items).toEqual([])
})

test('a draft only runs if it exists and is valid, with the right to write workflows', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const path = `/api/v1/workflows/${workflowId}`
  const execute = (body: unknown, as: Parameters<typeof post>[1] = person) =>
    post(`${path}/execute`, as, body)
  expect((await execute({ draft: true })).status).toBe(404)
  const nodes = [{ id: 'a', type: 'no.such' }]
  await call('PUT', `${path}/draft`, { as: person, body: { definition: { nodes } } })
  const unsound = await execute({ draft: true })
  expect([unsound.status, unsound.body.errors[0].code]).toEqual([422, 'node.unknown_type'])
  const both = await execute({ draft: true, version: 1 })
  expect([both.status, both.body.errors[0].path]).toEqual([422, '/version'])
  const key = await post('/api/v1/auth/api-keys', person, { name: 'k', scopes: ['runs:write'] })
  const headers = { 'x-api-key': key.body.key }
  const refused = await call<any>('POST', `${path}/execute`, { headers, body: { draft: true } })
  expect([refused.status, refused.body.code]).toEqual([403, 'access.scope_missing'])
})

test('a callback is posted with the run when it has ended', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(2))
  const { href } = new URL('https://callback.example/here')
  const bodies: unknown[] = []
  const outside = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    if (String(url) === href) bodies.push(JSON.parse(String(init?.body)))
    return new Response(null, { status: 204 })
  })
  const run = await post(`/api/v1/workflows/${workflowId}/execute`, person, { callbackUrl: href })
  await eventually(async () => {
    await sendCallbacks(run.body.id)
    expect(bodies).toMatchObject([{ id: run.body.id, status: 'succeeded' }])
  })
  outside.mockRestore()
})

test('a callback to an internal URL is refused at the start', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const answer = await post(`/api/v1/workflows/${workflowId}/execute`, person, {
    callbackUrl: 'http://169.254.169.254/',
  })
  expect([answer.status, answer.body.code]).toEqual([422, 'outbound.blocked'])
})

test('an approval can be given immediately, before it is in the index', async () => {
  const person = await newPerson()
  const definition = { nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'Now?' } }] }
  const workflowId = await newWorkflow(person.teamId, definition)
  const run = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  const approvalId = run.body.waitingFor[0].name
  const stranger = await newPerson()
  expect((await get(`/api/v1/approvals/${approvalId}`, stranger)).status).toBe(404)
  const answer = await post(`/api/v1/approvals/${approvalId}`, person, { decision: 'approve' })
  expect([answer.status, answer.body.status]).toEqual([200, 'approved'])
  expect((await get(`/api/v1/workflows/executions/${run.body.id}`, person)).body.status).toBe('succeeded')
})

test("two workflows that are each other's error workflow do not run forever", async () => {
  const person = await newPerson()
  const [a, b] = [await newWorkflow(person.teamId, failing), await newWorkflow(person.teamId, failing)]
  const name = (id: string, handler: string) =>
    env.DB.prepare('UPDATE workflows SET error_workflow_id = ? WHERE id = ?').bind(handler, id).run()
  await name(a, b)
  await name(b, a)
  await post(`/api/v1/workflows/${a}/execute`, person, {})
  const runsOf = async (id: string): Promise<string[]> => {
    const find = "SELECT id FROM runs WHERE workflow_id = ? AND status = 'failed'"
    return (await env.DB.prepare(find).bind(id).all<{ id: string }>()).results.map((run) => run.id)
  }
  const wasSent = async (kind: string, runId = ''): Promise<boolean> => {
    const id = await derivedId('msg', `${kind} ${runId}`)
    return (await env.DB.prepare('SELECT id FROM outbox WHERE id = ?').bind(id).first()) !== null
  }
  const [first, second] = await eventually(async () => {
    await runJobs()
    const runs = [...(await runsOf(a)), ...(await runsOf(b))]
    expect(runs).toHaveLength(2)
    // The last message of a run about its failure.
    expect(await wasSent('notify_failed', runs[1])).toBe(true)
    return runs
  })
  expect([await wasSent('failed', first), await wasSent('failed', second)]).toEqual([true, false])
  await runJobs()
  expect([await runsOf(a), await runsOf(b)]).toEqual([[first], [second]])
})
