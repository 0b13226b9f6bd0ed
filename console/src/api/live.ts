// One socket per tab, which reconnects when it closes. Each event of a channel arrives once and in order. If events are permanently
// lost, a reset arrives instead (docs/realtime.md).

import { call } from './client.ts'
import type { Schemas } from './contract.gen.ts'
import { currentUser, onSessionChange } from './session.ts'
import { onTeamChange } from './team.ts'

export type LiveState = 'live' | 'catching-up' | 'offline'
export type RunEvent = Schemas['RunEvent']
export type TeamEvent = Schemas['TeamEvent']

type Handlers = {
  onEvent: (event: RunEvent | TeamEvent, seq: number) => void
  onReset?: (snapshot: unknown, seq: number) => void
}
type Channel = { handlers: Set<Handlers>; seq: number | null; isCurrent: boolean; askedAt: number }
type Frame = {
  type: string
  channel?: string
  seq?: number
  event?: RunEvent | TeamEvent
  snapshot?: unknown
  code?: string
}

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 15_000
/** Proxies close connections that are silent for longer. */
const PING_MS = 15_000
const DEAD_AFTER_MS = 45_000
const ASK_AGAIN_MS = 1_000
const LET_GO_AFTER_MS = 5 * 60_000

const channels = new Map<string, Channel>()
const watchers = new Set<() => void>()
let socket: WebSocket | null = null
let isOpening = false
let failures = 0
let offlineSince: number | null = null
let retry: ReturnType<typeof setTimeout> | undefined
let hidden: ReturnType<typeof setTimeout> | undefined

/** Follows a channel until the returned function is called. `afterSeq` is the last known event. */
export function follow(name: string, handlers: Handlers, afterSeq: number | null = null): () => void {
  const known = channels.get(name)
  const channel = known ?? { handlers: new Set<Handlers>(), seq: afterSeq, isCurrent: false, askedAt: 0 }
  channel.handlers.add(handlers)
  if (!known) {
    channels.set(name, channel)
    subscribe(name, channel)
  }
  void open()
  return () => {
    channel.handlers.delete(handlers)
    if (channel.handlers.size > 0 || channels.get(name) !== channel) return
    channels.delete(name)
    send({ type: 'unsubscribe', channel: name })
    notify()
  }
}

export function liveState(): LiveState {
  if (socket?.readyState !== WebSocket.OPEN) return offlineSince === null ? 'catching-up' : 'offline'
  return [...channels.values()].every((one) => one.isCurrent) ? 'live' : 'catching-up'
}

export const sinceWhenOffline = (): number | null => offlineSince

export function onLiveChange(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

function notify(): void {
  for (const watcher of watchers) watcher()
}

const send = (frame: object): void => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
}

const subscribe = (name: string, { seq }: Channel): void =>
  send({ type: 'subscribe', channel: name, ...(seq === null ? {} : { afterSeq: seq }) })

function take(frame: Frame): void {
  const { type, channel: name, seq = 0, code } = frame
  const channel = name === undefined ? undefined : channels.get(name)
  if (type === 'error' && code === 'service.unavailable') socket?.close(4000, 'again')
  if (name === undefined || channel === undefined) return
  if (type === 'event' && frame.event) {
    if (channel.seq !== null && seq <= channel.seq) return
    if (channel.seq !== null && seq > channel.seq + 1) askFrom(name, channel)
    else {
      channel.seq = seq
      for (const one of channel.handlers) one.onEvent(frame.event, seq)
    }
  } else if (type === 'reset') {
    channel.seq = seq
    for (const one of channel.handlers) one.onReset?.(frame.snapshot, seq)
  } else if (type === 'more') {
    send({ type: 'resume', channel: name, afterSeq: channel.seq ?? seq })
  } else if (type === 'subscribed') {
    failures = 0
    channel.seq ??= seq
    channel.isCurrent = true
    notify()
  } else if (type === 'error' && code !== 'service.unavailable') {
    channels.delete(name)
    notify()
  }
}

/** Numbers have no gaps. Missing events were lost and are requested again. */
function askFrom(name: string, channel: Channel): void {
  const now = performance.now()
  if (now - channel.askedAt < ASK_AGAIN_MS) return
  channel.askedAt = now
  channel.isCurrent = false
  send({ type: 'resume', channel: name, afterSeq: channel.seq ?? 0 })
  notify()
}

/** For a rejected socket, a browser only reports that it closed, so each attempt uses a new ticket. */
async function open(): Promise<void> {
  if (socket !== null || isOpening || channels.size === 0 || currentUser() === null) return
  isOpening = true
  clearTimeout(retry)
  try {
    const { ticket } = await call('POST /realtime/tickets', { body: {} })
    const url = new URL('/api/v1/realtime/ws/workflows/me?channels=', location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    attach(new WebSocket(url, ['orrery.v1', `ticket.${ticket}`]))
  } catch {
    again()
  } finally {
    isOpening = false
  }
}

function attach(own: WebSocket): void {
  socket = own
  let receivedAt = performance.now()
  const ping = setInterval(() => {
    if (performance.now() - receivedAt > DEAD_AFTER_MS) own.close(4001, 'no pong')
    else if (own.readyState === WebSocket.OPEN) own.send('ping')
  }, PING_MS)
  own.onopen = () => {
    offlineSince = null
    for (const [name, channel] of channels) subscribe(name, channel)
    notify()
  }
  own.onmessage = ({ data }) => {
    receivedAt = performance.now()
    if (data !== 'pong' && own === socket) take(JSON.parse(data as string) as Frame)
  }
  own.onclose = () => {
    clearInterval(ping)
    if (own !== socket) return
    socket = null
    for (const channel of channels.values()) channel.isCurrent = false
    again()
  }
}

function again(): void {
  offlineSince ??= Date.now()
  notify()
  clearTimeout(retry)
  if (channels.size === 0 || document.hidden) return
  const most = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures++, 10))
  retry = setTimeout(() => void open(), most * (0.5 + Math.random() / 2))
}

function restart(): void {
  const old = socket
  socket = null
  old?.close(1000)
  for (const channel of channels.values()) Object.assign(channel, { seq: null, isCurrent: false })
  void open()
}

let owner: string | null = null

onTeamChange(restart)
onSessionChange(() => {
  const user = currentUser()?.user.id ?? null
  if (user === null) {
    const old = socket
    socket = null
    old?.close(1000)
  } else if (owner !== null && owner !== user) restart()
  else void open()
  owner = user ?? owner
})
addEventListener('online', () => void open())
// The browser detects this before the socket does.
addEventListener('offline', () => {
  const old = socket
  socket = null
  old?.close(1000)
  for (const channel of channels.values()) channel.isCurrent = false
  again()
})
document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden)
  if (document.hidden) hidden = setTimeout(() => socket?.close(1000, 'hidden'), LET_GO_AFTER_MS)
  else void open()
})
