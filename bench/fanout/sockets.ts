// Many sockets of one process. They count frames and do as little else as possible, because the client shares the
// machine.

// Node's client accepts headers, but its type is the browser's, which does not.
const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket

const OPENED_AT_ONCE = 50

export type Crowd = {
  /** How many frames with this text were received. */
  until: (frames: number) => Promise<void>
  /** Resets the count, and records the time of each frame. */
  reset: () => void
  times: () => readonly number[]
  close: () => void
}

export type Place = { url: string; headers: Record<string, string> }

/**
 * Opens a socket at each path, and waits until `isReady` is true for one of its frames. Without it, until the socket
 * is open.
 */
export async function openCrowd(places: readonly Place[], counted: string, ready?: string): Promise<Crowd> {
  let times: number[] = []
  let wanted = Number.POSITIVE_INFINITY
  let reached = (): void => undefined
  const take = (text: string): void => {
    if (!text.includes(counted)) return
    times.push(performance.now())
    if (times.length >= wanted) reached()
  }
  const sockets: WebSocket[] = []
  for (let from = 0; from < places.length; from += OPENED_AT_ONCE)
    sockets.push(
      ...(await Promise.all(
        places.slice(from, from + OPENED_AT_ONCE).map((place) => openOne(place, take, ready)),
      )),
    )
  return {
    until: (frames) =>
      new Promise((resolve) => {
        wanted = frames
        reached = resolve
        if (times.length >= frames) resolve()
      }),
    reset: () => {
      times = []
      wanted = Number.POSITIVE_INFINITY
    },
    times: () => times,
    close: () => {
      for (const socket of sockets) socket.close()
    },
  }
}

function openOne({ url, headers }: Place, take: (text: string) => void, ready?: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new Socket(url, { headers })
    socket.addEventListener('error', () => reject(new Error(`${url} was refused`)))
    socket.addEventListener('open', () => ready === undefined && resolve(socket))
    socket.addEventListener('message', ({ data }) => {
      const text = String(data)
      if (ready !== undefined && text.includes(ready)) resolve(socket)
      take(text)
    })
  })
}
