// Agents called over HTTP, and chats with them as the AI SDK reads them.

import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import { expect, test } from 'vitest'
import { app, call, get } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { reported } from '../../helpers/runs.ts'
import { newModelServer } from '../integrations/integrations.ts'

const AGENTS = '/api/v1/agents'
const COUNTER = { name: 'Counter', tools: ['calculator', 'date'] }

const execute = (as: Person, body: unknown, headers: Record<string, string> = { prefer: 'wait=20' }) =>
  call('POST', `${AGENTS}/execute`, { as, body, headers })

/** The transport of the SDK, on the app itself. */
const transportFor = (person: Person, body: Record<string, unknown>) =>
  new DefaultChatTransport({
    api: `http://orrery.test${AGENTS}/stream`,
    headers: { authorization: `Bearer ${person.token}`, 'x-team-id': person.teamId },
    body,
    fetch: (input, init) =>
      app.fetch(new Request(input as string, init), env, createExecutionContext()) as Promise<Response>,
  })

async function chat(person: Person, body: Record<string, unknown>, messages: UIMessage[]) {
  const stream = await transportFor(person, body).sendMessages({
    trigger: 'submit-message',
    chatId: 'c',
    messageId: undefined,
    messages,
    abortSignal: undefined,
  })
  return readAll(stream, messages.at(-1))
}

async function readAll(stream: ReadableStream<UIMessageChunk>, last?: UIMessage) {
  const errors: unknown[] = []
  let message: UIMessage | undefined
  // The reader modifies the message that it continues.
  const from = last?.role === 'assistant' ? { message: structuredClone(last) } : {}
  for await (const one of readUIMessageStream({ stream, ...from, onError: (error) => errors.push(error) }))
    message = one
  return { message, errors }
}

const user = (text: string): UIMessage => ({ id: 'u1', role: 'user', parts: [{ type: 'text', text }] })
const partsOf = (message: UIMessage | undefined, type: string) =>
  (message?.parts ?? []).filter((part) => part.type === type)
const textOf = (message: UIMessage | undefined) =>
  partsOf(message, 'text')
    .map((part) => (part as { text: string }).text)
    .join('')

test('a call is a run of its own kind, with the answer in the response', async () => {
  const person = await newPerson()
  const answer = await execute(person, {
    agent: COUNTER,
    prompt: 'Use calculator with 12 * 12',
    metadata: { order: 'A-1' },
  })
  expect(answer).toMatchObject({
    status: 200,
    body: { kind: 'agent', status: 'succeeded', steps: 2, finishReason: 'stop', workflowName: 'Counter' },
  })
  expect(answer.body.text).toContain('144')
  expect(answer.body.usage.inputTokens).toBe(answer.body.cost.inputTokens)
  await reported(answer.body.id)
  const { body } = await get('/api/v1/workflows/executions?kind=agent&metadata=order:A-1', person)
  expect(body.items).toMatchObject([{ id: answer.body.id, cost: { usd: 0 } }])
})

test('without waiting the call returns immediately, and one key is one call', async () => {
  const person = await newPerson()
  const headers = { 'idempotency-key': 'once' }
  const first = await execute(person, { agent: {}, prompt: 'Hi' }, headers)
  const second = await execute(person, { agent: {}, prompt: 'Hi' }, headers)
  expect([200, 202]).toContain(first.status)
  expect(second.body.id).toBe(first.body.id)
  expect((await execute(person, { agent: {}, prompt: 'Other' }, headers)).status).toBe(422)
})

test('an invalid agent is refused immediately, with the path', async () => {
  const person = await newPerson()
  const refused = await execute(person, {
    agent: { tools: ['calculator', 'calculator', { name: 'http.request' }, 'nothing'] },
    prompt: 'Hi',
    schema: { type: 'nonsense' },
  })
  expect(refused.status).toBe(422)
  expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
    '/agent/tools/1',
    '/agent/tools/2/config/hosts',
    '/agent/tools/3',
    '/schema/type',
  ])
  expect((await execute(person, { agent: {} })).status).toBe(422)
})

test('a failed run contains the result so far', async () => {
  const person = await newPerson()
  await newModelServer(person)
  const failed = await execute(person, {
    agent: { models: [{ provider: 'openai-compatible', model: `err500~${person.teamId}` }] },
    prompt: 'Hi',
  })
  expect(failed.body).toMatchObject({
    status: 'failed',
    finishReason: 'error',
    steps: 0,
    error: { code: 'model.server' },
  })
})

test('the reader of the AI SDK sees text, tools with their results, and how it ended', async () => {
  const person = await newPerson()
  const { message, errors } = await chat(person, { agent: COUNTER }, [
    user('Use calculator with 6 * 7, then answer'),
  ])
  expect(errors).toEqual([])
  expect(partsOf(message, 'dynamic-tool')).toMatchObject([
    { toolName: 'calculator', state: 'output-available', output: { result: '42' } },
  ])
  expect(textOf(message)).toContain('42')
  expect(partsOf(message, 'step-start')).toHaveLength(2)
  expect(message?.metadata).toMatchObject({ finishReason: 'stop', model: { provider: 'offline' } })
  expect((message?.parts ?? []).filter((part) => 'state' in part && part.state === 'streaming')).toEqual([])
})

test('a failing provider ends the message with an error, not the connection', async () => {
  const person = await newPerson()
  await newModelServer(person)
  const models = [{ provider: 'openai-compatible', model: `err500~${person.teamId}` }]
  const { errors } = await chat(person, { agent: { models } }, [user('Hi')])
  expect(String(errors[0])).toContain('model.server')
})

test('a call that needs consent asks in the chat, and continues with the answer of the chat', async () => {
  const person = await newPerson()
  const agent = { name: 'Keeper', tools: [{ name: 'store.set', policy: 'ask', allowSelf: true }] }
  const asked = await chat(person, { agent }, [user('Use store.set with key "a" and value "b"')])
  expect(asked.errors).toEqual([])
  const [part] = partsOf(asked.message, 'dynamic-tool') as { state: string; approval: { id: string } }[]
  expect(part).toMatchObject({ state: 'approval-requested' })
  const answered = structuredClone(asked.message) as UIMessage
  const mine = answered.parts.find((one) => one.type === 'dynamic-tool') as unknown as Record<string, unknown>
  mine.state = 'approval-responded'
  mine.approval = { id: part?.approval.id, approved: true }
  const stranger = await newPerson()
  await expect(chat(stranger, { agent }, [user('x'), answered])).rejects.toThrow(/not_found|not exist/)
  const ended = await chat(person, { agent }, [user('x'), answered])
  expect(ended.errors).toEqual([])
  expect(partsOf(ended.message, 'dynamic-tool')).toMatchObject([{ state: 'output-available' }])
  expect(ended.message?.metadata).toMatchObject({ finishReason: 'stop' })
  // Repeating it is too late.
  await expect(chat(person, { agent }, [user('x'), answered])).rejects.toThrow(/conflict|settled/)
})

test('the person who started the run may not consent unless the agent allows it, also in a chat', async () => {
  const owner = await newPerson()
  const agent = { tools: [{ name: 'store.set', policy: 'ask' }] }
  const asked = await chat(owner, { agent }, [user('Use store.set with key "a" and value "b"')])
  expect(partsOf(asked.message, 'dynamic-tool')).toMatchObject([{ state: 'approval-requested' }])
})

test('a lost stream can be read again from its run, completely, and not after the run has ended', async () => {
  const person = await newPerson()
  const agent = { tools: [{ name: 'store.set', policy: 'ask', allowSelf: true }] }
  const asked = await chat(person, { agent }, [user('Use store.set with key "a" and value "b"')])
  const { runId } = (asked.message?.metadata ?? {}) as { runId?: string }
  const again = await call('GET', `${AGENTS}/runs/${runId}/stream`, { as: person })
  expect(again.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
  expect(again.text).toContain('tool-approval-request')
  await call('POST', `/api/v1/workflows/executions/${runId}/cancel`, { as: person })
  expect((await call('GET', `${AGENTS}/runs/${runId}/stream`, { as: person })).status).toBe(204)
  expect((await call('GET', `${AGENTS}/runs/${runId}/stream`, { as: await newPerson() })).status).toBe(404)
})
