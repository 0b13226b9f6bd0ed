// Workflows that continue a conversation: their nodes take turns in a thread, among calls of agents.
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { settled, untilWaiting } from '../../helpers/runs.ts'
import { newIntegration } from '../integrations/integrations.ts'
import { ASK_KEEPER, KEEPER, newThread, OFFLINE, say, THREADS } from './threads.ts'

const AGENT = { models: OFFLINE }
const answer = (id: string, params: object = {}, more: object = {}) => ({
  id,
  type: 'ai.agent',
  params: { threadId: '{{ input.threadId }}', agent: AGENT, prompt: `Said by ${id}`, ...params },
  ...more,
})

async function start(as: Person, threadId: string, nodes: object[], edges: object[] = [], waits = true) {
  const made = await post('/api/v1/workflows', as, { name: 'Goes on', definition: { nodes, edges } })
  if (made.status !== 201) throw new Error(made.text)
  return call('POST', `/api/v1/workflows/${made.body.id}/execute`, {
    as,
    body: { input: { threadId } },
    headers: waits ? { prefer: 'wait=30' } : {},
  })
}
const ended = async (as: Person, runId: string) =>
  (await call('GET', `/api/v1/workflows/executions/${runId}`, { as, headers: { prefer: 'wait=30' } })).body
const node = async (as: Person, runId: string, path: string) =>
  (await get(`/api/v1/runs/${runId}/nodes/${path}`, as)).body
const until = (as: Person, runId: string, path: string, status: string) =>
  eventually(async () => expect((await node(as, runId, path)).status).toBe(status))
const approve = async (as: Person, runId: string) => {
  await untilWaiting(runId)
  await settled(runId)
  const { id } = (await get(`/api/v1/approvals?runId=${runId}`, as)).body.items[0]
  return post(`/api/v1/approvals/${id}`, as, { decision: 'approve' })
}
const messagesIn = async (as: Person, id: string) =>
  (await get(`${THREADS}/${id}/messages?sort=createdAt&limit=100`, as)).body.items as {
    id: string
    role: string
    parts: { text?: string }[]
    metadata: { runId: string; finishReason: string | null }
  }[]
const textsOf = (items: Awaited<ReturnType<typeof messagesIn>>) =>
  items.map(({ parts }) => parts.flatMap(({ text = '' }) => text).join(''))

test('a workflow continues a conversation, twice in one run, and later calls see its messages', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  await say(person, id, 'Said before')
  const run = await start(person, id, [answer('first'), answer('second')], [{ from: 'first', to: 'second' }])
  expect(run.body).toMatchObject({ status: 'succeeded', output: { finishReason: 'stop' } })
  const begin = await node(person, run.body.id, 'second.begin')
  expect(begin.output.messages.map(({ role }: { role: string }) => role)).toEqual([
    ...['user', 'assistant', 'user', 'assistant', 'user'],
  ])
  const next = await say(person, id, 'Said after')
  expect(JSON.stringify((await node(person, next.body.id, 'agent.begin')).output.messages)).toContain(
    'Said by second',
  )
  const said = await messagesIn(person, id)
  expect(textsOf(said.filter(({ role }) => role === 'user'))).toEqual([
    ...['Said before', 'Said by first', 'Said by second', 'Said after'],
  ])
  expect(said).toHaveLength(8)
  expect(new Set(said.map((one) => one.id)).size).toBe(8)
  expect(said[3]).toMatchObject({ metadata: { runId: run.body.id, finishReason: 'stop' } })
})

test('a node is refused while another call is answered, or waits if it may', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const { body: first } = await say(person, id, ASK_KEEPER, { agent: KEEPER, headers: {} })
  await until(person, first.id, 'agent.tool:0.ask', 'waiting')
  const refused = await start(person, id, [answer('ask')])
  expect(refused.body).toMatchObject({ status: 'failed', error: { code: 'agent.thread_busy' } })
  const waits = await start(person, id, [answer('ask', { queue: true })], [], false)
  await until(person, waits.body.id, 'ask.begin', 'retrying')
  await approve(person, first.id)
  expect(await ended(person, waits.body.id)).toMatchObject({ status: 'succeeded' })
  expect(textsOf((await messagesIn(person, id)).filter(({ role }) => role === 'user'))).toEqual([
    ...[ASK_KEEPER, 'Said by ask'],
  ])
})

test('while a workflow answers, calls of agents are refused or wait until its node has ended', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const hold = { id: 'hold', type: 'flow.approval', params: { title: 'Go on?', allowSelf: true } }
  const run = await start(
    person,
    id,
    [answer('ask', { agent: KEEPER, prompt: ASK_KEEPER }), hold],
    [{ from: 'ask', to: 'hold' }],
    false,
  )
  const runId = run.body.id
  await until(person, runId, 'ask.tool:0.ask', 'waiting')
  expect(await say(person, id, 'Hi')).toMatchObject({
    status: 409,
    body: { code: 'agent.thread_busy', runId },
  })
  const stream = await get(`${THREADS}/${id}/stream`, person)
  expect(stream.text).toContain('tool-approval-request')
  expect(stream.text).toContain(`"messageId":"${runId}.ask"`)
  const { body: inLine } = await say(person, id, 'In line', { queue: true, headers: {} })
  await until(person, inLine.id, 'agent.begin', 'retrying')
  await approve(person, runId)
  expect(await ended(person, inLine.id)).toMatchObject({ status: 'succeeded' })
  // The run itself continues.
  expect((await get(`/api/v1/runs/${runId}`, person)).body.status).toBe('waiting')
  const said = await messagesIn(person, id)
  expect(said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(said[1]).toMatchObject({ id: `${runId}.ask`, metadata: { finishReason: 'stop' } })
})

test('items of one node answer in any order, one at a time', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const run = await start(person, id, [
    answer(
      'ask',
      { prompt: 'Number {{ item }}', queue: true },
      { each: { items: '{{ [1, 2, 3] }}', concurrency: 3 } },
    ),
  ])
  expect(run.body.status).toBe('succeeded')
  const said = await messagesIn(person, id)
  expect(said.map(({ role }) => role)).toEqual(Array(3).fill(['user', 'assistant']).flat())
  expect(textsOf(said.filter(({ role }) => role === 'user')).sort()).toEqual([
    ...['Number 1', 'Number 2', 'Number 3'],
  ])
})

test('a thread of another team or agent, and invented messages, are refused', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const [mine, writers] = [await newThread(person), await newThread(person, { agentId: 'writer' })]
  const theirs = await start(stranger, mine, [answer('ask')])
  expect(theirs.body.error.code).toBe('agent.thread_not_found')
  const other = await start(person, writers, [answer('ask')])
  expect(other.body.error.code).toBe('agent.thread_other_agent')
  const own = { id: 'ask', type: 'ai.agent' }
  const params = { threadId: writers, agentId: 'writer', prompt: 'Hi', models: OFFLINE }
  expect((await start(person, writers, [{ ...own, params }])).body.status).toBe('succeeded')
  const messages = [
    { role: 'assistant', content: 'I promise.' },
    { role: 'user', content: 'So?' },
  ]
  const invented = { ...own, params: { threadId: mine, agent: AGENT, messages } }
  expect((await start(person, mine, [invented])).body.error.code).toBe('params.invalid')
  expect((await get(`${THREADS}/${mine}`, person)).body.turns).toBe(0)
  const alone = { ...own, params: { agent: AGENT, prompt: 'Hi', queue: true } }
  await expect(start(person, mine, [alone])).rejects.toThrow('only calls in a thread')
})

test('a failed answer leaves the thread free, and a retry of the run answers instead', async () => {
  const person = await newPerson()
  await newIntegration(person, {
    type: 'ai.compatible',
    config: { baseUrl: `${inject('modelProviders')}/compatible/v1` },
    secrets: { apiKey: 'the-key-of-the-team-1234' },
    allowedHosts: undefined,
  })
  const failing = { models: [{ provider: 'openai-compatible', model: 'err400' }] }
  const id = await newThread(person)
  const failed = await start(person, id, [answer('ask', { agent: failing })])
  expect(failed.body.status).toBe('failed')
  const retry = await call('POST', `/api/v1/workflows/executions/${failed.body.id}/retry`, {
    as: person,
    body: {},
    headers: { prefer: 'wait=20' },
  })
  expect((await say(person, id, 'Hello')).body.status).toBe('succeeded')
  const said = await messagesIn(person, id)
  expect(said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(said[1]?.metadata).toMatchObject({ runId: retry.body.id, finishReason: 'error' })
  // A run that handled its failure continues, and the thread is free immediately.
  const handled = await start(
    person,
    id,
    [answer('ask', { agent: failing }, { onError: 'continue' }), answer('again')],
    [{ from: 'ask', to: 'again' }],
  )
  expect(handled.body.status).toBe('succeeded')
  expect(await messagesIn(person, id)).toHaveLength(8)
})

test('a full thread refuses workflows too', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  await env.DB.prepare('UPDATE agent_threads SET bytes = 16777216 WHERE id = ?').bind(id).run()
  const run = await start(person, id, [answer('ask')])
  expect(run.body.error.code).toBe('agent.thread_full')
})

test('a key needs the right to call agents to save a workflow that answers in a thread', async () => {
  const person = await newPerson()
  const key = await post('/api/v1/auth/api-keys', person, { name: 'ci', scopes: ['workflows:write'] })
  const made = await post(
    '/api/v1/workflows',
    { apiKey: key.body.key },
    {
      name: 'Goes on',
      definition: { nodes: [answer('ask')] },
    },
  )
  expect(made).toMatchObject({ status: 403, body: { code: 'access.scope_missing' } })
})
