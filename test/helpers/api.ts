// The client of the tests: it calls the whole app with the real bindings, and parses every documented answer with its
// schema, so an answer cannot differ from its contract.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app.ts'
import { Problem } from '../../src/http/problem.ts'
import { describeRoutes, metaOf, type RouteInfo } from '../../src/http/route-meta.ts'
import { clock } from './clock.ts'

export const app = createApp(clock.now)

export const routeTable = (): RouteInfo[] => describeRoutes(app.routes)

export type Caller = { token?: string; apiKey?: string; teamId?: string }

export type CallOptions = {
  as?: Caller
  /** Sent as JSON. */
  body?: unknown
  raw?: BodyInit
  headers?: Record<string, string>
}

export type Answer<T = unknown> = { status: number; headers: Headers; body: T; text: string }

export async function call<T = any>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const headers = new Headers(options.headers)
  if (options.as?.token) headers.set('authorization', `Bearer ${options.as.token}`)
  if (options.as?.apiKey) headers.set('x-api-key', options.as.apiKey)
  if (options.as?.teamId && !headers.has('x-team-id')) headers.set('x-team-id', options.as.teamId)
  if (options.body !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/json')
  const init: RequestInit = { method, headers, redirect: 'manual' }
  if (options.body !== undefined) init.body = JSON.stringify(options.body)
  else if (options.raw !== undefined) init.body = options.raw
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request(`http://orrery.test${path}`, init), env, ctx)
  const text = method === 'HEAD' ? '' : await textOf(path, response)
  await waitOnExecutionContext(ctx)
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  const body = isJson && text !== '' ? JSON.parse(text) : text
  requireDocumented(method, path, response, body)
  return { status: response.status, headers: response.headers, body: body as T, text }
}

/** Only the beginning of a stream that never ends by itself. */
async function textOf(path: string, response: Response): Promise<string> {
  // Not `text`, which warns about bodies that are no text.
  if (response.status !== 200 || !path.startsWith('/api/v1/realtime/events'))
    return new TextDecoder().decode(await response.arrayBuffer())
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value)
}

function requireDocumented(method: string, path: string, response: Response, body: unknown): void {
  const doc = app.router
    .match(method, path.split('?')[0] ?? path)[0]
    .map(([[handler]]) => metaOf(handler)?.doc)
    .find((one) => one !== undefined)
  const { status } = response
  const others = Object.keys(doc?.otherAnswers ?? {})
  const isOther = others.includes(String(status)) || others.includes(`${String(status)[0]}XX`)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  if (status >= 400) {
    // A route for people may return a page, also for errors.
    if (!(isOther && type === 'text/html')) Problem.strict().parse(body)
    return
  }
  if (!doc) return
  if (status !== doc.status && status !== doc.alsoStatus) {
    if (isOther) return
    throw new Error(`${method} ${path} is not documented to answer ${status}`)
  }
  const hasEtag = response.headers.has('etag')
  if (hasEtag !== (doc.versioned !== undefined && doc.schema !== null))
    throw new Error(`${method} ${path} is documented to answer ${hasEtag ? 'without' : 'with'} an ETag`)
  if (doc.schema === null) {
    if (body !== '') throw new Error(`${method} ${path} is documented to answer without a body`)
    return
  }
  if (doc.otherMediaTypes.includes(type)) return
  if (doc.mediaType === '*/*') return
  if (type !== doc.mediaType) throw new Error(`${method} ${path} is not documented to answer with ${type}`)
  if (doc.mediaType === 'application/json') doc.schema.parse(body)
}

export const get = <T = any>(path: string, as?: Caller): Promise<Answer<T>> =>
  call<T>('GET', path, as ? { as } : {})

export const post = <T = any>(
  path: string,
  as: Caller | undefined,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> => call<T>('POST', path, { ...(as ? { as } : {}), body, headers })
