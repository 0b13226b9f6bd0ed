// How long an event takes to reach a socket. An event's `at` is the time of its turn, before the commit, and client
// and server share a clock. So these times include the commit.
import type { Engine } from './servers.ts'

const SIGNALS = 20

const definition = {
  nodes: Array.from({ length: SIGNALS }, (_, n) => ({
    id: `w${n}`,
    type: 'flow.waitForEvent',
    params: { name: 'go' },
  })),
  edges: Array.from({ length: SIGNALS - 1 }, (_, n) => ({ from: `w${n}`, to: `w${n + 1}` })),
}

type Frame = { type: string; event?: { type: string; at: string } }

/** In milliseconds, for each `node.succeeded` of a run of waits. */
export async function eventDelays(engine: Engine): Promise<number[]> {
  const workflowId = await engine.newWorkflow(definition)
  const { id } = await engine.call<{ id: string }>('POST', `/api/v1/workflows/${workflowId}/execute`, {})
  const run = `/api/v1/workflows/executions/${id}`
  // Node's client accepts headers, but its type is the browser's, which does not.
  const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket
  const socket = new Socket(`ws://127.0.0.1:${engine.port}${run}/ws`, { headers: engine.headers })
  const delays: number[] = []
  let received = (): void => undefined
  socket.addEventListener('message', ({ data }) => {
    const now = Date.now()
    const { type, event } = JSON.parse(String(data)) as Frame
    if (type === 'event' && event?.type === 'node.succeeded') delays.push(now - Date.parse(event.at))
    if (type === 'subscribed' || event?.type === 'node.succeeded') received()
  })
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      received = resolve
    })
  await next()
  for (let n = 0; n < SIGNALS; n++) {
    const seen = next()
    await engine.call('POST', `${run}/signal`, { name: 'go', data: n })
    await seen
  }
  socket.close()
  return delays
}
