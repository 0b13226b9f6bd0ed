// The events of a run, from its host, as a UI message stream. If the client disconnects, the stream ends and the run
// continues.
import type { Json } from '../../../core/json.ts'
import type { RunDelta, RunEvent } from '../../../objects/run-events.ts'
import { type Chunk, chunksOf, newFolding, pauseOf } from './chunks.ts'
import { ofNode } from './of-node.ts'

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-vercel-ai-ui-message-stream': 'v1',
  'x-accel-buffering': 'no',
}

export type Source = {
  runId: string
  /** The node that answers, in a run of a workflow. Empty if the run as a whole answers. */
  node: string
  /** Server-sent events of the run. */
  events: ReadableStream<Uint8Array>
  /** The newest event when the stream began. Earlier ones are of the past. */
  headSeq: number
  /** The output of a node, or of the run without a path. Events do not contain large outputs. */
  outputOf: (path: string | null) => Promise<Json>
  onGone?: () => Promise<void>
}

export function uiStream({ runId, node, events, headSeq, outputOf, onGone }: Source): Response {
  const state = newFolding()
  const encoder = new TextEncoder()
  const reader = framesOf(events)
  const send = (controller: ReadableStreamDefaultController<Uint8Array>, chunk: Chunk) =>
    controller.enqueue(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const messageId = node === '' ? runId : `${runId}.${node}`
      send(controller, { type: 'start', messageId, messageMetadata: { runId } })
    },
    async pull(controller) {
      try {
        for (;;) {
          const { value, done } = await reader.next()
          if (done) break
          if (value === null) {
            controller.enqueue(encoder.encode(': beat\n\n'))
            return
          }
          const event = node === '' ? value : ofNode(node, value)
          const chunks = event === null ? [] : chunksOf(state, event, await largeOutput(event))
          if ('seq' in value && value.seq >= headSeq) chunks.push(...pauseOf(state))
          for (const chunk of chunks) send(controller, chunk)
          if (state.isOver) break
          if (chunks.length > 0) return
        }
      } catch {
        // The run continues, and the client can reconnect with its id.
        send(controller, {
          type: 'error',
          errorText: 'agent.stream_broken: The stream was interrupted. Resume it with the id of the run.',
        })
      }
      controller.enqueue(encoder.encode('data: [DONE]\n\n'))
      controller.close()
      await reader.return(undefined)
    },
    async cancel() {
      await reader.return(undefined)
      await onGone?.()
    },
  })
  return new Response(body, { headers: HEADERS })

  async function largeOutput(event: RunEvent | RunDelta): Promise<Json | undefined> {
    if (event.type !== 'node.succeeded' && event.type !== 'run.succeeded') return undefined
    if (event.outputBytes === undefined) return undefined
    return outputOf(event.type === 'run.succeeded' ? null : event.path)
  }
}

/** The events of our own streams, one by one. Null for a comment that only keeps the connection open. */
async function* framesOf(
  events: ReadableStream<Uint8Array>,
): AsyncGenerator<RunEvent | RunDelta | null, void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of events) {
    text += decoder.decode(piece, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const frame = text.slice(0, end)
      text = text.slice(end + 2)
      const data = frame.split('\n').find((line) => line.startsWith('data: '))
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length)) as RunEvent | RunDelta
      else yield null
    }
  }
}
