// An API key names files only if it can read them: what a run or a task does with a file can show its content.
import { beforeAll, expect, test } from 'vitest'
import { fileUses } from '../../../src/modules/workflows/check/files.ts'
import { type Answer, type Caller, call, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { echo } from '../hooks/deliver.ts'
import { newTask, TASKS, verb } from '../tasks/tasks.ts'
import { FILES, upload } from './support/files.ts'

const SCOPES = ['runs:read', 'runs:write', 'workflows:write', 'workflows:read', 'tasks:run', 'tasks:read']

type Setting = { ada: Person; blind: Caller; reads: Caller; file: { $file: string }; workflowId: string }
let at: Setting

const keyOf = async (as: Person, scopes: string[]): Promise<Caller> => {
  const made = await post('/api/v1/auth/api-keys', as, { name: 'k', scopes })
  expect(made.status, made.text).toBe(201)
  return { apiKey: made.body.key }
}

beforeAll(async () => {
  const ada = await newPerson()
  const { body } = await upload(ada, 'secret.txt', 'hello')
  const workflowId = await newWorkflow(ada.teamId, { ...echo, output: '{{ input }}' })
  const [blind, reads] = [await keyOf(ada, SCOPES), await keyOf(ada, [...SCOPES, 'files:read'])]
  at = { ada, blind, reads, file: { $file: body.id }, workflowId }
})

const refuses = (answer: Answer<any>, code = 'access.scope_missing') => {
  expect([answer.status, answer.body.code], answer.text).toEqual([403, code])
  expect(answer.body.detail).toContain('files:read')
}

test('in the input of a run', async () => {
  const { ada, blind, reads, file, workflowId } = at
  const path = `/api/v1/workflows/${workflowId}/execute`
  const body = { input: { list: [{ deep: file }] } }
  refuses(await post(path, blind, body))
  // Whether a file exists must not show either.
  refuses(await post(path, blind, { input: { $file: 'file_unknown' } }))
  expect((await post(path, blind, { input: { file: 'secret.txt' } })).status).toBeLessThan(300)
  const ran = await post(path, reads, body, { prefer: 'wait=10' })
  expect(ran.body.output.list[0].deep).toMatchObject({ ...file, name: 'secret.txt' })
  const items = [{ workflowId, input: file }, { workflowId }]
  const batch = await post('/api/v1/workflows/batch/execute', blind, { items })
  expect(batch.body.results.map((one: any) => one.error?.code ?? 'ok')).toEqual([
    'access.scope_missing',
    'ok',
  ])

  const rerun = `/api/v1/runs/${ran.body.id}/rerun`
  refuses(await post(rerun, blind, { input: file }))
  const again = await post(rerun, ada, { input: file }, { prefer: 'wait=10' })
  expect(again.body.output).toMatchObject({ ...file, name: 'secret.txt', sizeBytes: 5 })
  const { body: deleted } = await call('DELETE', `${FILES}/${file.$file}`, { as: ada })
  expect(deleted.uses).toContainEqual({ kind: 'run', id: again.body.id })
  await post(`${FILES}/${file.$file}/restore`, ada, undefined)
})

test('in what is sent to runs', async () => {
  const { blind, reads, file, workflowId } = at
  refuses(await post('/api/v1/events', blind, { name: 'file.came', data: { doc: file } }))
  expect((await post('/api/v1/events', reads, { name: 'file.came', data: { doc: file } })).status).toBe(202)
  const run = await post(`/api/v1/workflows/${workflowId}/execute`, blind, {}, { prefer: 'wait=10' })
  refuses(await post(`/api/v1/runs/${run.body.id}/signal`, blind, { name: 'x', data: file }))
  const path = `/api/v1/runs/${run.body.id}/nodes/a/resolve`
  refuses(await post(path, blind, { outcome: 'succeeded', output: file }))
})

test('in a workflow, its schedules and its own agents', async () => {
  const { blind, reads, file } = at
  const noop = { id: 'a', type: 'flow.noop' }
  const read = { id: 'a', type: 'file.read', params: { file: 'secret.txt' } }
  const group = { id: 'g', type: 'flow.group', params: { body: { nodes: [read], output: 1 } } }
  const agent = { name: 'Own', tools: ['files.read'] }
  const asks = { id: 'a', type: 'ai.agent', params: { agent, prompt: 'Read it.' } }
  const save = (as: Caller, node: unknown, triggers: unknown[] = []) =>
    post('/api/v1/workflows', as, { name: 'W', definition: { nodes: [node] }, triggers })
  for (const node of [read, group, { id: 'a', type: 'data.set', params: { values: file } }, asks])
    refuses(await save(blind, node))
  const schedule = { type: 'schedule', cron: '0 0 * * *', input: { doc: file } }
  refuses(await save(blind, noop, [schedule]))
  // What is only known at run time could name a file.
  const own = (tools: unknown) => ({
    id: 'a',
    type: 'ai.agent',
    params: { agent: { name: 'Own', tools }, prompt: 'Go.' },
  })
  const uses = await keyOf(at.ada, [...SCOPES, 'integrations:use'])
  for (const tools of [
    [{ name: "{{ 'files.read' }}", config: {} }],
    "{{ ['files.read'] }}",
    ["{{ 'files.read' }}"],
  ]) {
    expect((await save(blind, own(tools))).body.code).toBe('access.scope_missing')
    refuses(await save(uses, own(tools)))
  }
  const part = '{{ [{ role: "user", content: [{ type: "file", data: { "$file": "secret.txt" } }] }] }}'
  refuses(await save(uses, { id: 'a', type: 'ai.generate', params: { messages: part } }))
  expect(fileUses({ nodes: [{ id: 'a', type: 'deploy.site' }] })).toEqual({ reads: true, writes: false })
  for (const responseType of ['file', "{{ 'file' }}"]) {
    const fetched = { id: 'a', type: 'http.request', params: { url: 'https://example.com', responseType } }
    expect((await save(reads, fetched)).body.detail).toContain('files:write')
  }
  expect((await save(reads, read)).status).toBe(201)
  expect((await save(reads, noop, [schedule])).status).toBe(201)
  const writes = await save(reads, { id: 'a', type: 'file.delete', params: { file: 'secret.txt' } })
  expect([writes.status, writes.body.detail]).toEqual([403, expect.stringContaining('files:write')])
})

test('in a link to download it', async () => {
  const { ada, reads, file } = at
  const writes = await keyOf(ada, ['files:write'])
  refuses(await post(`${FILES}/${file.$file}/link`, writes, {}))
  expect((await post(`${FILES}/uploads/link`, writes, {})).status).toBe(201)
  expect((await post(`${FILES}/${file.$file}/link`, reads, {})).status).toBe(403)
})

test('in what a worker reports', async () => {
  const { ada, blind, reads, file } = at
  const { id } = await newTask(ada, { input: {}, autoStart: true })
  const { leaseToken } = (await post(`${TASKS}/claim`, blind, {})).body
  refuses(await verb(blind, id, 'complete', { files: [file.$file], leaseToken }))
  refuses(await verb(blind, id, 'complete', { result: file, leaseToken }))
  const done = await verb(reads, id, 'complete', { files: [file.$file], leaseToken })
  expect(done.body).toMatchObject({ status: 'succeeded', files: [file.$file] })
})
