// Fake providers of language models: answers, streams, tools, usage, and all kinds of failures. The name of the model
// selects the behaviour (`models/script.ts`), or rules that were put to `/rules/<model>` before. `/seen/<model>`
// returns the received requests.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestProject } from 'vitest/node'
import { anthropic } from './models/anthropic.ts'
import { google } from './models/google.ts'
import { chat, responses } from './models/openai.ts'
import { type Asked, type Break, type Scenario, type Script, saying, scenarioOf } from './models/script.ts'
import { sse, type Wire } from './models/wire.ts'
import { bodyOf, type Served, sendJson, serve } from './serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Its origin; providers are below `/openai/v1`, `/anthropic/v1`, `/google/v1beta`, `/deepseek`, `/compatible/v1`, `/ollama`. */
    modelProviders: string
  }
}

/** The first rule whose words are in the request answers it. */
export type Rule = { when: string; text: string }

export type SeenCall = { path: string; headers: Record<string, string>; body: any; aborted?: true }

export function serveProviders(): Promise<Served> {
  const seen = new Map<string, SeenCall[]>()
  const rules = new Map<string, Rule[]>()
  return serve((base) => async (request, response) => {
    const url = new URL(request.url ?? '/', base)
    if (url.pathname.startsWith('/seen/'))
      return sendJson(response, 200, seen.get(decodeURIComponent(url.pathname.slice(6))) ?? [])
    if (url.pathname.startsWith('/rules/')) {
      rules.set(decodeURIComponent(url.pathname.slice(7)), JSON.parse(await bodyOf(request)))
      return sendJson(response, 200, {})
    }
    if (request.method === 'GET') return listModels(request, response, url.pathname)
    const text = await bodyOf(request)
    const body = text === '' ? {} : JSON.parse(text)
    const model = body.model ?? decodeURIComponent(/models\/([^:]+):/.exec(url.pathname)?.[1] ?? '')
    const call: SeenCall = { path: url.pathname, headers: request.headers as Record<string, string>, body }
    seen.set(model, [...(seen.get(model) ?? []), call])
    response.on('close', () => {
      if (!response.writableFinished) call.aborted = true
    })
    if (/embed/i.test(url.pathname)) {
      const scenario = scenarioOf(asked(model, body, keyOf(request)))
      if (scenario.kind === 'failure')
        return sendJson(response, scenario.failure.status, chat.error(scenario.failure))
      return embed(response, url.pathname, body)
    }
    const wire = wireOf(url.pathname)
    if (wire === null) return sendJson(response, 404, { error: { message: `no such path ${url.pathname}` } })
    const ask = asked(model, body, keyOf(request))
    const rule = rules.get(model)?.find(({ when }) => text.includes(JSON.stringify(when).slice(1, -1)))
    await play(
      response,
      wire,
      ask,
      isStream(url.pathname, body),
      rule === undefined ? scenarioOf(ask) : saying(rule.text),
    )
  })
}

function wireOf(path: string): Wire | null {
  if (path.endsWith('/responses')) return responses
  if (path.endsWith('/chat/completions')) return chat
  if (path.endsWith('/messages')) return anthropic
  return /enerateContent$/.test(path) ? google : null
}

const isStream = (path: string, body: { stream?: boolean }): boolean =>
  body.stream === true || path.endsWith(':streamGenerateContent')

const keyOf = ({ headers }: IncomingMessage): string =>
  String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization ?? '').replace(
    'Bearer ',
    '',
  )

function asked(model: string, body: any, key: string): Asked {
  const tools = (body.tools ?? []).flatMap((tool: any) =>
    tool.functionDeclarations
      ? tool.functionDeclarations.map(({ name }: any) => name)
      : [tool.name ?? tool.function?.name],
  )
  const list = [body.messages, body.input, body.contents].find(Array.isArray) ?? []
  const json = JSON.stringify(list)
  const user = list.findLast((one: any) => one.role === 'user')
  const content = user?.content ?? user?.parts ?? ''
  const last = list.findLast((one: any) => one.role === 'tool')
  return {
    model,
    tools,
    lastContent: typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content ?? ''),
    turns: list.filter((one: any) => one.role === 'assistant').length,
    hasResults: /"role":"tool"|function_call_output|tool_result|functionResponse/.test(json),
    firstContent: typeof content === 'string' ? content : (content[0]?.text ?? ''),
    key,
  }
}

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function play(
  response: ServerResponse,
  wire: Wire,
  ask: Asked,
  streams: boolean,
  scenario: Scenario,
): Promise<void> {
  if (scenario.kind === 'hang') return
  if (scenario.kind === 'html')
    return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>gateway</html>')
  if (scenario.kind === 'failure') {
    const { status, headers = {} } = scenario.failure
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    return void response.end(JSON.stringify(wire.error(scenario.failure)))
  }
  const { script, breaks, firstMs = 0, tokenMs = 0 } = scenario
  if (!streams) return sendJson(response, 200, wire.whole(script, ask.model))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  await after(firstMs)
  await stream(response, wire, script, ask.model, breaks, tokenMs)
}

const LATE = { status: 529, type: 'overloaded_error', code: 'overloaded', message: 'Overloaded' }

async function stream(
  response: ServerResponse,
  wire: Wire,
  script: Script,
  model: string,
  breaks: Break | undefined,
  tokenMs: number,
): Promise<void> {
  // Data that was written before the connection is reset is sent first.
  const cut = async () => {
    await after(20)
    response.destroy()
  }
  if (breaks === 'start') return cut()
  if (breaks === 'error-first') return void response.end(wire.errorEvent(LATE))
  let texts = 0
  let tools = 0
  for (const { of, data } of wire.events(script, model)) {
    if (response.destroyed) return
    if (of === 'end' && breaks === 'before-end') return cut()
    if (of === 'tool') tools++
    if (of === 'tool' && breaks === 'inside-tool' && (tools === 2 || wire === google)) {
      response.write(data.slice(0, Math.floor(data.length / 2)))
      return cut()
    }
    if (of === 'text') texts++
    if (breaks === 'inside-character' && of === 'text') {
      const bytes = Buffer.from(data)
      response.write(bytes.subarray(0, bytes.indexOf(Buffer.from('ü')) + 1))
      return cut()
    }
    response.write(data)
    if (of === 'text' && tokenMs > 0) await after(tokenMs)
    if (of === 'text' && texts === 1 && breaks === 'malformed') response.write(sse('{"oops":'))
    if (of === 'text' && texts === 1 && breaks === 'error-late')
      return void response.end(wire.errorEvent(LATE))
  }
  response.end()
}

/** The tests of keys list models. A key that begins with `bad` is refused. */
function listModels(request: IncomingMessage, response: ServerResponse, path: string): void {
  const isBad = keyOf(request).startsWith('bad')
  const list = path.endsWith('/api/tags')
    ? { models: [{ name: 'llama3' }] }
    : { object: 'list', data: [{ id: 'ok' }], models: [{ name: 'models/ok' }] }
  sendJson(response, isBad ? 401 : 200, isBad ? { error: { message: 'no such key' } } : list)
}

function embed(response: ServerResponse, path: string, body: any): void {
  const vector = (text: string, index: number) => [text.length, index, 0.5]
  if (path.includes('mbedContent')) {
    const texts = (body.requests ?? [body]).map((one: any) => one.content.parts[0].text)
    const embeddings = texts.map((text: string, i: number) => ({ values: vector(text, i) }))
    sendJson(response, 200, body.requests ? { embeddings } : { embedding: embeddings[0] })
    return
  }
  const input: string[] = Array.isArray(body.input) ? body.input : [body.input]
  sendJson(response, 200, {
    object: 'list',
    model: body.model,
    data: input.map((text, index) => ({ object: 'embedding', index, embedding: vector(text, index) })),
    usage: { prompt_tokens: 5, total_tokens: 5 },
  })
}

let served: Served | undefined

export async function setup(project: TestProject): Promise<void> {
  served = await serveProviders()
  project.provide('modelProviders', served.url)
}

export async function teardown(): Promise<void> {
  await served?.close()
}
