// WebSockets and streams of server-sent events that follow one run. The route has authenticated the caller.
import { offeredProtocols } from '../../../src/core/subprotocols.ts'
import type { FollowerRights } from '../../../src/modules/runs/index.ts'
import type { RunMachine } from '../machine.ts'
import { eventStream } from './stream.ts'

const MAX_FRAME_CHARS = 65_536

export async function connect(machine: RunMachine, request: Request): Promise<Response> {
  const { run, followers, live } = machine
  if (run === null) return new Response(null, { status: 404 })
  if (followers.isFull()) return new Response(null, { status: 429 })
  const { runId } = run.spec
  const { afterSeq, rights } = readFollow(request.url)
  if (request.headers.get('upgrade') !== 'websocket') return openStream(machine, runId, afterSeq, rights)
  const { 0: client, 1: server } = new WebSocketPair()
  if (!(await followers.addSocket(server, runId, rights))) return new Response(null, { status: 401 })
  // The run was removed in the meantime, and the socket was closed with it.
  if (machine.run === null) return new Response(null, { status: 404 })
  live.resume(server, afterSeq)
  return new Response(null, { status: 101, webSocket: client, headers: protocolOf(request) })
}

async function openStream(
  machine: RunMachine,
  runId: string,
  afterSeq: number,
  rights: FollowerRights | null,
): Promise<Response> {
  let isOver = false
  let leave: (() => void) | null = null
  const stream = eventStream(machine, afterSeq, () => {
    isOver = true
    leave?.()
  })
  leave = await machine.followers.addStream(runId, rights, stream.end)
  if (leave === null) return new Response(null, { status: 401 })
  if (isOver) leave()
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  return new Response(stream.body, { headers })
}

export function takeFrame(machine: RunMachine, socket: WebSocket, message: string | ArrayBuffer): void {
  if (socket.readyState !== WebSocket.OPEN) return
  if (typeof message !== 'string' || message.length > MAX_FRAME_CHARS) {
    socket.close(1009, 'too large')
    return
  }
  if (!machine.followers.mayReceive(socket)) {
    socket.close(1008, 'too many frames')
    return
  }
  try {
    const frame = JSON.parse(message) as { type?: unknown; afterSeq?: unknown }
    if (frame.type === 'resume' && Number.isInteger(frame.afterSeq)) {
      machine.live.resume(socket, Math.max(0, Number(frame.afterSeq)))
    } else socket.send(JSON.stringify({ type: 'error', code: 'frame.unknown' }))
  } catch {
    socket.send(JSON.stringify({ type: 'error', code: 'frame.malformed' }))
  }
}

/** The route writes these, never the client: it replaces the client's query. */
function readFollow(address: string): { afterSeq: number; rights: FollowerRights | null } {
  const query = new URL(address).searchParams
  const rights = query.get('rights')
  return {
    afterSeq: Number(query.get('afterSeq') ?? '0'),
    rights: rights === null ? null : (JSON.parse(rights) as FollowerRights),
  }
}

/** A browser only accepts the upgrade if the response names its protocol. */
function protocolOf(request: Request): Record<string, string> {
  const offered = offeredProtocols(request.headers.get('sec-websocket-protocol'))
  return offered.includes('orrery.v1') ? { 'sec-websocket-protocol': 'orrery.v1' } : {}
}
