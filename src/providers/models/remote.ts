// How the API calls the model Worker (`workers/models`): JSON in the request, lines of JSON in the response.
import type { Unpriced } from './call.ts'
import { failure } from './classify.ts'
import type { ModelTarget } from './connect.ts'
import type { UnpricedEmbedding } from './embed.ts'
import type { ModelChoice, ModelDelta, ModelRequest, OnDelta } from './types.ts'

export const PATHS = { call: '/call', embed: '/embed', info: '/info' } as const

/** What the Worker has in addition to the networks. */
export type RemoteInfo = { workersAi: boolean }

/** The operator's lists are sent along, so that the Worker needs no settings. */
export type RemoteCall = { target: ModelTarget; request: ModelRequest; allowHosts: string[] }
export type RemoteEmbed = {
  target: ModelTarget
  rung: ModelChoice
  texts: string[]
  key: string
  allowHosts: string[]
}
export type Line = { delta: ModelDelta } | { answer: Unpriced }

/** Throws if the Worker cannot be reached at all. Once it has responded, errors are failures of the connection. */
export async function callRemote(
  worker: Fetcher,
  call: RemoteCall,
  { signal, now, onDelta }: { signal: AbortSignal; now: () => number; onDelta: OnDelta },
): Promise<Unpriced> {
  const started = now()
  let hadContent = false
  const failed = (reason: 'cancelled' | 'connection', message: string): Unpriced => ({
    ok: false,
    provider: call.request.rung.provider,
    model: call.request.rung.model,
    ...failure(reason, message),
    usage: null,
    firstTokenMs: null,
    durationMs: now() - started,
    hadContent,
  })
  if (signal.aborted) return failed('cancelled', 'The call was cancelled.')
  let response: Response
  try {
    response = await post(worker, PATHS.call, call, signal)
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'The call was cancelled.')
    throw error
  }
  try {
    for await (const line of linesOf(response)) {
      if ('answer' in line) return line.answer
      hadContent = true
      onDelta(line.delta)
    }
  } catch {
    if (signal.aborted) return failed('cancelled', 'The call was cancelled.')
  }
  return failed('connection', 'The call was interrupted on our side.')
}

export async function embedRemote(
  worker: Fetcher,
  call: RemoteEmbed,
  signal: AbortSignal,
): Promise<UnpricedEmbedding> {
  return (await post(worker, PATHS.embed, call, signal)).json<UnpricedEmbedding>()
}

export async function infoOfRemote(worker: Fetcher): Promise<RemoteInfo> {
  const response = await worker.fetch(`http://models${PATHS.info}`)
  return response.json<RemoteInfo>()
}

async function post(worker: Fetcher, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const response = await worker.fetch(`http://models${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw new Error(`The models Worker answered ${response.status}`)
}

async function* linesOf(response: Response): AsyncGenerator<Line, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Line
  }
  return undefined
}
