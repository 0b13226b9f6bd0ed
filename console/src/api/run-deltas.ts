// The output of models while they generate it. It arrives only over the run's own socket, has no numbers and is not stored. A client
// that reconnects first gets everything so far.
import { call } from './client.ts'
import type { Schemas } from './contract.gen.ts'

export type RunDelta = Schemas['RunDelta']

type Handlers = { onDelta: (delta: RunDelta) => void; onBegin: () => void }
type Frame = { type: string; channel?: string; seq?: number; event?: { type: string } }

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 15_000

/** Follows until the returned function is called or the run has ended. Ignores the run's events, which come from its log. */
export function followDeltas(runId: string, afterSeq: number, { onDelta, onBegin }: Handlers): () => void {
  let isOver = false
  let socket: WebSocket | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let last = afterSeq

  async function open(): Promise<void> {
    try {
      const { ticket } = await call('POST /realtime/tickets', { body: {} })
      if (isOver) return
      const url = new URL(`/api/v1/runs/${runId}/ws?afterSeq=${last}`, location.href)
      url.protocol = url.protocol.replace('http', 'ws')
      const own = new WebSocket(url, ['orrery.v1', `ticket.${ticket}`])
      socket = own
      onBegin()
      own.onmessage = ({ data }) => take(own, JSON.parse(data as string) as Frame)
      own.onclose = ({ code }) => {
        if (code !== 1000) again()
      }
    } catch {
      again()
    }
  }

  function take(own: WebSocket, { type, channel, seq, event }: Frame): void {
    failures = 0
    last = seq ?? last
    if (type === 'more') own.send(JSON.stringify({ type: 'resume', channel, afterSeq: last }))
    else if (type === 'event' && event?.type === 'delta') onDelta(event as RunDelta)
  }

  function again(): void {
    if (isOver) return
    const most = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures++, 10))
    retry = setTimeout(() => void open(), most * (0.5 + Math.random() / 2))
  }

  void open()
  return () => {
    isOver = true
    clearTimeout(retry)
    socket?.close(1000)
  }
}
