// Follows channels over a socket that is opened again whenever it closes. Each event arrives once and in order. If events are no longer
// available, `onReset` gets the current state. No dependencies; it runs in browsers and in every runtime with WebSocket.
//
//   const live = follow({
//     url: 'wss://orrery.example.com/api/v1/realtime/ws/workflows/me',
//     ticket: () => api.post('/realtime/tickets', {}).then(({ ticket }) => ticket),
//     channels: ['runs', 'changes'],
//     onEvent: (channel, event, seq) => …,
//     onReset: (channel, snapshot, seq) => …,
//   })
//   live.subscribe('run:run_…')
//   live.close()

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
/** Proxies close connections that are silent for longer. The server answers `pong` without waking up. */
const PING_MS = 25_000

export function follow({
  url,
  ticket,
  channels = [],
  positions = {},
  onEvent = () => {},
  onReset = () => {},
  onError = () => {},
  onState = () => {},
  connect = (address, protocols) => new WebSocket(address, protocols),
  wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}) {
  /** The last event of each channel. Keep it to go on after a reload. */
  const seen = new Map(Object.entries(positions))
  const wanted = new Set(channels)
  let socket = null
  let isClosed = false
  let failures = 0

  const send = (frame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame))
  const ask = (channel) =>
    send({ type: 'subscribe', channel, ...(seen.has(channel) ? { afterSeq: seen.get(channel) } : {}) })

  function take({ type, channel, seq, event, snapshot, code }) {
    if (channel !== undefined && !wanted.has(channel)) return
    if (type === 'event' && !(seq <= seen.get(channel))) {
      seen.set(channel, seq)
      onEvent(channel, event, seq)
    } else if (type === 'reset') {
      seen.set(channel, seq)
      onReset(channel, snapshot, seq)
    } else if (type === 'more') send({ type: 'resume', channel, afterSeq: seen.get(channel) ?? seq })
    else if (type === 'subscribed') {
      failures = 0
      if (!seen.has(channel)) seen.set(channel, seq)
    } else if (type === 'error') {
      // Trouble of the server passes; all else is refused for good.
      if (code === 'service.unavailable') socket?.close(4000, 'again')
      else if (channel !== undefined) wanted.delete(channel)
      onError(code, channel)
    }
  }

  /** Until the socket has closed. A browser says of a refused one only that it closed, so each try takes a new ticket. */
  async function open() {
    const own = await connect(`${url}?channels=`, ['orrery.v1', `ticket.${await ticket()}`])
    if (isClosed) return own.close()
    socket = own
    const ping = setInterval(() => own.readyState === 1 && own.send('ping'), PING_MS)
    await new Promise((resolve) => {
      const start = () => {
        onState('open')
        for (const channel of wanted) ask(channel)
      }
      own.addEventListener(
        'message',
        ({ data }) => data !== 'pong' && own === socket && take(JSON.parse(data)),
      )
      own.addEventListener('close', resolve)
      own.addEventListener('error', resolve)
      if (own.readyState === 1) start()
      else own.addEventListener('open', start)
    })
    clearInterval(ping)
  }

  async function run() {
    while (!isClosed) {
      await open().catch(() => {})
      socket = null
      if (isClosed) return
      onState('closed')
      await wait(Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures++, 10)))
    }
  }
  void run()

  return {
    subscribe(channel) {
      wanted.add(channel)
      ask(channel)
    },
    unsubscribe(channel) {
      if (wanted.delete(channel)) send({ type: 'unsubscribe', channel })
      seen.delete(channel)
    },
    positions: () => Object.fromEntries(seen),
    close() {
      isClosed = true
      socket?.close(1000)
    },
  }
}
