// The only access to the API. It authenticates requests, sets the team, turns error responses into a Problem, and renews an expired
// token. Paths, queries, bodies and responses have the types of the API description.
import type { Api, Schemas } from './contract.gen.ts'
import { Problem } from './problem.ts'
import { accessToken, currentUser, dropToken } from './session.ts'
import { currentTeam } from './team.ts'

export type Endpoint = keyof Api
export type Answer<E extends Endpoint> = Api[E]['answer']
export type Query<E extends Endpoint> = Api[E]['query']
export type { Schemas }

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never
type Params<E extends Endpoint> = [ParamNames<E>] extends [never]
  ? { params?: never }
  : { params: Record<ParamNames<E>, string | number> }
type Body<E extends Endpoint> = Api[E]['body'] extends undefined
  ? { body?: never }
  : { body?: Api[E]['body'] }
type Content = { type: string; data: string | Blob }
export type Options<E extends Endpoint> = Params<E> &
  Body<E> & {
    query?: Query<E>
    signal?: AbortSignal | undefined
    /** Makes a request that is sent twice count once. */
    idempotencyKey?: string
    ifMatch?: string
    /** Bytes of a download, such as `bytes=0-1023`. */
    range?: string
    /** Instead of `body`: what is not JSON. */
    content?: Content
    /** Another team than that of the page: for work that goes on after somebody has switched teams. */
    team?: string | null
  }
type Rest<E extends Endpoint> = [ParamNames<E>] extends [never]
  ? [options?: Options<E>]
  : [options: Options<E>]

export async function call<E extends Endpoint>(endpoint: E, ...rest: Rest<E>): Promise<Answer<E>> {
  return (await callWithHeaders(endpoint, ...rest)).answer
}

export async function callWithHeaders<E extends Endpoint>(
  endpoint: E,
  ...[options = {} as Options<E>]: Rest<E>
): Promise<{ answer: Answer<E>; headers: Headers }> {
  const { method, path } = addressOf(endpoint, options)
  // For operations that can also stream: the type of the complete response.
  const response = await send(method, path, { ...options, accept: 'application/json' })
  const text = await response.text()
  const answer = text === '' ? null : parse(text)
  if (!response.ok) throw new Problem(response.status, (answer ?? {}) as object, response.headers)
  return { answer: answer as Answer<E>, headers: response.headers }
}

/** Raw bytes, such as a file or a large output. */
export async function download<E extends Endpoint>(endpoint: E, options: Options<E>): Promise<Blob> {
  return (await downloadWithStatus(endpoint, options)).bytes
}

/** For downloads that the server may prepare instead, which it says with 202. */
export async function downloadWithStatus<E extends Endpoint>(
  endpoint: E,
  options: Options<E>,
): Promise<{ status: number; bytes: Blob }> {
  const { method, path } = addressOf(endpoint, options)
  const response = await send(method, path, options)
  if (!response.ok)
    throw new Problem(response.status, parse(await response.text()) as object, response.headers)
  return { status: response.status, bytes: await response.blob() }
}

/** A response that arrives piece by piece. Null if there is nothing to follow. */
export async function stream<E extends Endpoint>(
  endpoint: E,
  options: Options<E>,
): Promise<ReadableStream<Uint8Array> | null> {
  const { method, path } = addressOf(endpoint, options)
  const response = await send(method, path, { ...options, accept: 'text/event-stream' })
  if (!response.ok)
    throw new Problem(response.status, parse(await response.text()) as object, response.headers)
  return response.body
}

export function addressOf<E extends Endpoint>(
  endpoint: E,
  { params, query }: { params?: Record<string, string | number>; query?: Record<string, unknown> },
): { method: string; path: string } {
  const [method = '', template = ''] = endpoint.split(' ')
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params?.[name] ?? '')),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  return { method, path: `/api/v1${path}${search.size > 0 ? `?${search}` : ''}` }
}

type Sent = {
  body?: unknown
  content?: Content
  signal?: AbortSignal | undefined
  idempotencyKey?: string
  ifMatch?: string
  accept?: string
  range?: string
  team?: string | null
}

async function send(
  method: string,
  path: string,
  options: Sent,
  asker = currentUser()?.user.id,
  isSecond = false,
): Promise<Response> {
  const token = await accessToken()
  const user = currentUser()?.user.id
  if (asker !== undefined && user !== undefined && user !== asker) throw handedOver()
  const { body, content, signal, idempotencyKey, ifMatch, accept, range, team = currentTeam() } = options
  const response = await fetch(path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(team === null ? {} : { 'x-team-id': team }),
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(content === undefined ? {} : { 'content-type': content.type }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(range === undefined ? {} : { range }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(content === undefined ? {} : { body: content.data }),
    ...(signal === undefined ? {} : { signal }),
  })
  // The session may have ended or been renewed since the token was read, so ask for a new one and try once more.
  if (response.status !== 401 || token === null || isSecond || !(await isAboutToken(response)))
    return response
  dropToken(token)
  return (await accessToken()) === null ? response : send(method, path, options, asker, true)
}

/** Whoever asked is not signed in any more, and somebody else is. */
const handedOver = (): Problem =>
  new Problem(401, {
    code: 'session.changed',
    detail: 'Somebody else has signed in in this browser. Nothing was sent.',
  })

/** A 401 can also be about a password or code in the request. */
async function isAboutToken(response: Response): Promise<boolean> {
  const { code } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string }
  return code === 'auth.invalid_token' || code === 'auth.required'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { detail: 'The response of the server cannot be read.' }
  }
}

/** The key of one intent, such as an open dialog: pressing its button repeatedly has one effect. */
export const newIdempotencyKey = (): string => crypto.randomUUID()
