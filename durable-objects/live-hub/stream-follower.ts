// A client that reads a stream of server-sent events. It gets the same frames as sockets. Each id is one opaque position across all its
// channels. When idle, it gets a comment now and then, so that no proxy closes the stream.
import type { Follower, FollowerInfo, Position } from './follower.ts'

const BUFFERED_BYTES = 1_000_000
/** Less than the 30 s after which the strictest proxies close a silent response. */
const BEAT_MS = 20_000

const encoder = new TextEncoder()
const BEAT = encoder.encode(': beat\n\n')

export class StreamFollower implements Follower {
  info: FollowerInfo
  readonly channels = new Map<string, Position>()
  readonly body: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null
  readonly #beat: ReturnType<typeof setInterval>

  constructor(info: FollowerInfo, on: { room: () => void; end: () => void }) {
    this.info = info
    const end = () => {
      if (this.#controller === null) return
      this.#controller = null
      clearInterval(this.#beat)
      on.end()
    }
    this.body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => on.room(),
        cancel: end,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
    )
    this.#beat = setInterval(() => this.#enqueue(BEAT), BEAT_MS)
  }

  send(frame: string, channel?: string): void {
    const id = channel === undefined ? '' : `id: ${positionOf(this.channels)}\n`
    this.#enqueue(encoder.encode(`${id}data: ${frame}\n\n`))
  }

  isFull(): boolean {
    return (this.#controller?.desiredSize ?? 0) <= 0
  }

  pause(): void {
    for (const position of this.channels.values()) position.isLive = false
  }

  save(): void {}

  close(): void {
    const controller = this.#controller
    this.#controller = null
    clearInterval(this.#beat)
    try {
      controller?.close()
    } catch {
      // The client has disconnected.
    }
  }

  #enqueue(bytes: Uint8Array): void {
    try {
      this.#controller?.enqueue(bytes)
    } catch {
      // The client has disconnected. `cancel` cleans up.
    }
  }
}

const positionOf = (channels: ReadonlyMap<string, Position>): string =>
  btoa(JSON.stringify(Object.fromEntries(Array.from(channels, ([name, { seq }]) => [name, seq]))))
