// Chats with agents through the chat class of the AI SDK, so the tests see what a user would see. None of our code
// reads a stream.
import assert from 'node:assert/strict'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { Chat } from '@ai-sdk/react'
import {
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses as isDecided,
  type UIMessage,
} from 'ai'
import { call, signIn } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, readState, start } from '../e2e/installation.ts'

const stateDir = newStateDir()
let installation: Installation
let token: string
let provider: Server
let origin: string
/** Called with the answer of the provider after its first words. */
let held: (rest: () => void) => void = () => undefined

/** A chat server that sends a word, and the rest when it is released. */
function answer(response: ServerResponse): void {
  const piece = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    )
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  piece({ role: 'assistant', content: 'The first words, ' })
  held(() => {
    piece({ content: 'and the last.' }, 'stop')
    response.end('data: [DONE]\n\n')
  })
}

const api = <T>(method: string, path: string, json?: unknown) =>
  call<T>(installation.url, method, `/api/v1${path}`, { token, ...(json === undefined ? {} : { json }) })

before(async () => {
  provider = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (request.method !== 'POST') response.end('{"data":[]}')
    else if (text.includes('"model":"bad"')) response.writeHead(400).end('{"error":{"message":"No."}}')
    else answer(response)
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => provider.once('listening', ready))
  const { port } = provider.address() as AddressInfo
  origin = `http://127.0.0.1:${port}/v1`
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${port}` })
  const { adminPassword } = readState<{ adminPassword: string }>(stateDir, 'secrets.json')!
  token = await signIn(installation.url, 'admin@example.com', adminPassword)
  await api('POST', '/admin/settings/ai-providers', {
    provider: 'openai-compatible',
    baseUrl: origin,
    apiKey: 'any-key',
    models: ['m', 'bad'],
  })
})

after(async () => {
  provider.closeAllConnections()
  provider.close()
  await end(installation)
  forget(stateDir)
})

const OFFLINE = [{ provider: 'offline', model: 'rules-1' }]

async function newAgent(more: object): Promise<string> {
  const { body } = await api<{ id: string }>('POST', '/agents', { name: 'Chatty', models: OFFLINE, ...more })
  return body.id
}

async function newThread(agentId: string): Promise<string> {
  return (await api<{ id: string }>('POST', '/agents/threads', { agentId })).body.id
}

type Options = { messages?: UIMessage[]; fetch?: typeof fetch; onFinish?: () => void }

function chatIn(
  agentId: string,
  threadId: string,
  { messages = [], fetch: own = fetch, onFinish }: Options = {},
): Chat<UIMessage> {
  const agents = `${installation.url}/api/v1/agents`
  return new Chat({
    id: threadId,
    messages,
    sendAutomaticallyWhen: isDecided,
    ...(onFinish === undefined ? {} : { onFinish }),
    transport: new DefaultChatTransport({
      api: `${agents}/${agentId}/stream`,
      headers: { authorization: `Bearer ${token}` },
      body: { threadId },
      prepareReconnectToStreamRequest: ({ id }) => ({ api: `${agents}/threads/${id}/stream` }),
      fetch: own,
    }),
  })
}

const textOf = (message: UIMessage | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
const toolsOf = (message: UIMessage | undefined) =>
  (message?.parts ?? []).filter((part) => part.type === 'dynamic-tool')

async function keptIn(threadId: string): Promise<UIMessage[]> {
  const path = `/agents/threads/${threadId}/messages?sort=createdAt&limit=100`
  return (await api<{ items: UIMessage[] }>('GET', path)).body.items
}

test('a chat shows text and tools, and a new chat begins with the stored thread', async () => {
  const agentId = await newAgent({ tools: [{ name: 'calculator' }] })
  const threadId = await newThread(agentId)
  const chat = chatIn(agentId, threadId)
  await chat.sendMessage({ text: 'Use calculator with 6 * 7' })
  assert.equal(chat.error, undefined)
  assert.equal(chat.status, 'ready')
  const [tool] = toolsOf(chat.lastMessage)
  assert.equal(tool?.state, 'output-available')
  assert.match(textOf(chat.lastMessage), /42/)
  const messages = await keptIn(threadId)
  assert.deepEqual(messages.map(textOf), chat.messages.map(textOf))
  assert.equal(messages.at(-1)?.id, chat.lastMessage?.id)
  const later = chatIn(agentId, threadId, { messages })
  await later.sendMessage({ text: 'And in words?' })
  assert.equal(later.messages.length, 4)
  assert.equal((await keptIn(threadId)).length, 4)
  await later.regenerate()
  assert.equal(later.status, 'ready')
  assert.equal((await keptIn(threadId)).length, 4)
  await later.resumeStream()
  assert.equal(later.status, 'ready')
  assert.equal(later.messages.length, 4)
})

test('approvals of tools are requested and answered in the chat, for and against', async () => {
  const agentId = await newAgent({ tools: [{ name: 'store.set', policy: 'ask', allowSelf: true }] })
  for (const approved of [true, false]) {
    const threadId = await newThread(agentId)
    const chat = chatIn(agentId, threadId)
    await chat.sendMessage({ text: 'Use store.set with key "a" and value "b"' })
    const [asking] = toolsOf(chat.lastMessage)
    assert.equal(asking?.state, 'approval-requested')
    // A reload in between shows the same question.
    let finished: () => void = () => undefined
    const reloaded = chatIn(agentId, threadId, {
      messages: await keptIn(threadId),
      onFinish: () => finished(),
    })
    await reloaded.resumeStream()
    assert.equal(toolsOf(reloaded.lastMessage)[0]?.state, 'approval-requested')
    const { approval } = asking as unknown as { approval: { id: string } }
    const decided = new Promise<void>((done) => {
      finished = done
    })
    await reloaded.addToolApprovalResponse({ id: approval.id, approved })
    await decided
    assert.equal(reloaded.error, undefined)
    const [tool] = toolsOf(reloaded.lastMessage)
    assert.equal(tool?.state, approved ? 'output-available' : 'output-denied')
    assert.equal((await keptIn(threadId)).length, 2)
  }
})

test('a chat with a broken connection resumes the answer without repeating a word', async () => {
  const agentId = await newAgent({ models: [{ provider: 'openai-compatible', model: 'm' }] })
  const threadId = await newThread(agentId)
  const goOn = new Promise<() => void>((take) => {
    held = take
  })
  const broken = new AbortController()
  // The connection breaks after the first words.
  const breaking: typeof fetch = async (input, init) => {
    const response = await fetch(input, { ...init, signal: broken.signal })
    if (init?.method !== 'POST' || response.body === null) return response
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk)
          if (new TextDecoder().decode(chunk).includes('The first words'))
            controller.error(new TypeError('network error'))
        },
      }),
    )
    return new Response(body, response)
  }
  let followed = (): void => undefined
  const chat = chatIn(agentId, threadId, {
    fetch: async (input, init) => {
      if (init?.method === 'POST') return breaking(input, init)
      const response = await fetch(input, init)
      followed()
      return response
    },
  })
  await chat.sendMessage({ text: 'Hello' })
  assert.equal(chat.status, 'error')
  const rest = await goOn
  const another = await api<{ code: string; runId: string }>('POST', `/agents/${agentId}/execute`, {
    threadId,
    prompt: 'Me too',
  })
  assert.deepEqual([another.status, another.body.code], [409, 'agent.thread_busy'])
  const second = chatIn(agentId, threadId, { messages: chat.messages })
  await second.sendMessage({ text: 'Me too' })
  assert.match(String(second.error), /thread_busy/)
  // The rest comes when the answer is followed again. An answer that has ended by then cannot be resumed.
  followed = rest
  await chat.resumeStream()
  assert.equal(chat.status, 'ready')
  assert.equal(textOf(chat.lastMessage), 'The first words, and the last.')
  assert.equal(chat.messages.length, 2)
  assert.deepEqual((await keptIn(threadId)).map(textOf), ['Hello', 'The first words, and the last.'])
})

test('a failing provider is an error in the chat, and the chat can continue', async () => {
  const agentId = await newAgent({ models: [{ provider: 'openai-compatible', model: 'bad' }] })
  const threadId = await newThread(agentId)
  const chat = chatIn(agentId, threadId)
  await chat.sendMessage({ text: 'Hello' })
  assert.equal(chat.status, 'error')
  assert.match(String(chat.error), /model\.bad_request/)
  await api('PATCH', `/agents/${agentId}`, { models: OFFLINE })
  await chat.sendMessage({ text: 'And now?' })
  assert.equal(chat.status, 'ready')
  assert.match(textOf(chat.lastMessage), /And now/)
  const kept = await keptIn(threadId)
  assert.deepEqual(
    kept.map(({ role }) => role),
    ['user', 'assistant', 'user', 'assistant'],
  )
})
