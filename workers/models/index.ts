// The Worker that calls language models. The API sends requests with the key to use, and gets responses line by line. Invariants:
// 1. It is bound to the API and has no public address.
// 2. It stores and logs nothing, because keys and prompts pass through it.
import { callModel } from '../../src/providers/models/call.ts'
import { type AiBinding, connect } from '../../src/providers/models/connect.ts'
import { embedTexts } from '../../src/providers/models/embed.ts'
import {
  type Line,
  PATHS,
  type RemoteCall,
  type RemoteEmbed,
  type RemoteInfo,
} from '../../src/providers/models/remote.ts'
import { type Networks, reachOf } from '../../src/providers/outbound/index.ts'

type Env = Networks & { AI?: AiBinding }

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case PATHS.call:
        return streamCall(await request.json(), request.signal, env)
      case PATHS.embed: {
        const { target, rung, texts, key, allowHosts } = await request.json<RemoteEmbed>()
        const hide = hiding(target.apiKey)
        const ways = waysOf(env, allowHosts)
        return Response.json(
          await embedTexts(target, rung, texts, key, ways, { signal: request.signal, now: Date.now, hide }),
        )
      }
      case PATHS.info:
        return Response.json({ workersAi: env.AI !== undefined } satisfies RemoteInfo)
      default:
        return new Response('not found', { status: 404 })
    }
  },
}

function waysOf(env: Env, allowHosts: string[]) {
  return { reach: reachOf(env, { OUTBOUND_ALLOW_HOSTS: allowHosts }), ai: env.AI }
}

const hiding = (apiKey: string | null) => (text: string) =>
  apiKey === null ? text : text.replaceAll(apiKey, '***')

const encoder = new TextEncoder()

/** An occasional line of white space detects whether the caller is still connected. */
const BEAT_MS = 5_000

function streamCall({ target, request, allowHosts }: RemoteCall, signal: AbortSignal, env: Env): Response {
  const gone = new AbortController()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const send = (line: Line | null): void => {
    writer
      .write(encoder.encode(line === null ? '\n' : `${JSON.stringify(line)}\n`))
      .catch(() => gone.abort(new Error('The caller has gone')))
  }
  const beat = setInterval(() => send(null), BEAT_MS)
  const work = async () => {
    try {
      const model = await connect(target, request.rung.model, waysOf(env, allowHosts))
      const answer = await callModel(model, request, {
        signal: AbortSignal.any([signal, gone.signal]),
        now: Date.now,
        hide: hiding(target.apiKey),
        onDelta: (delta) => send({ delta }),
      })
      send({ answer })
      await writer.close()
    } catch (error) {
      await writer.abort(error).catch(() => undefined)
    } finally {
      clearInterval(beat)
    }
  }
  void work()
  return new Response(readable, { headers: { 'content-type': 'application/x-ndjson' } })
}
