// One client of a hub: a socket or a stream, with its channels and its position in each. Invariants:
// 1. A live client gets each event immediately. Any other client reads pages until it reaches the newest event.
// 2. What must survive hibernation is in the socket's attachment. The position of a live channel is not written there for each event: it is
//    the newest number that the hub has stored.
// 3. After 1 MB without a message from it, a socket is paused: it gets `more`, and nothing else until it resumes. The backpressure of a stream
//    pauses the stream.
import type { ServerFrame } from './frames.ts'

export const MAX_UNANSWERED_CHARS = 1_000_000
/** How long a socket may leave `more` unanswered. */
export const ANSWER_MS = 60_000

export const CLOSE_CODES = {
  normal: 1000,
  tooLarge: 1009,
  policy: 1008,
  failed: 1011,
  noAnswer: 4408,
} as const

/** How many messages a client may send at once, and how many more per second. */
const FRAMES_AT_ONCE = 300
const FRAMES_PER_SECOND = 10

export type FollowerInfo = {
  id: string
  userId: string
  teamId: string
  keyId: string | null
  scopes: string[] | null
  endsAt: number
}

export type Position = { seq: number; isLive: boolean }

export interface Follower {
  readonly info: FollowerInfo
  readonly channels: Map<string, Position>
  /** `seq` belongs to `channel`. A stream builds its position from them. */
  send(frame: string, channel?: string): void
  /** It cannot accept more at the moment. */
  isFull(): boolean
  pause(): void
  save(): void
  close(code: number, reason: string): void
}

type Attachment = {
  info: FollowerInfo
  channels: [name: string, seq: number, isLive: 0 | 1][]
  pausedAt?: number
}

export class SocketFollower implements Follower {
  readonly socket: WebSocket
  info: FollowerInfo
  readonly channels: Map<string, Position>
  pausedAt: number | null
  readonly #now: () => number
  readonly #onPause: () => void
  #unanswered = 0
  #frames = { left: FRAMES_AT_ONCE, at: 0 }

  constructor(socket: WebSocket, on: { now: () => number; pause: () => void }, info?: FollowerInfo) {
    this.socket = socket
    this.#now = on.now
    this.#onPause = on.pause
    const stored = (socket.deserializeAttachment() ?? null) as Attachment | null
    if (stored === null && info === undefined) throw new Error('A socket without an attachment')
    this.info = stored?.info ?? (info as FollowerInfo)
    this.channels = new Map(
      stored?.channels.map(([name, seq, isLive]) => [name, { seq, isLive: isLive === 1 }]),
    )
    this.pausedAt = stored?.pausedAt ?? null
  }

  send(frame: string): void {
    this.#unanswered += frame.length
    try {
      this.socket.send(frame)
    } catch {
      // The socket is closing. Its close event cleans up.
    }
  }

  isFull(): boolean {
    return this.#unanswered >= MAX_UNANSWERED_CHARS
  }

  pause(): void {
    this.pausedAt ??= this.#now()
    for (const [channel, position] of this.channels) {
      position.isLive = false
      this.send(JSON.stringify({ type: 'more', channel, seq: position.seq } satisfies ServerFrame))
    }
    this.save()
    this.#onPause()
  }

  /** Whether the client respects its rate limit. */
  countFrame(): boolean {
    this.#unanswered = 0
    const now = this.#now()
    const more = ((now - this.#frames.at) / 1_000) * FRAMES_PER_SECOND
    this.#frames = { left: Math.min(FRAMES_AT_ONCE, this.#frames.left + more) - 1, at: now }
    return this.#frames.left >= 0
  }

  save(): void {
    const channels = Array.from(
      this.channels,
      ([name, { seq, isLive }]) => [name, seq, isLive ? 1 : 0] as [string, number, 0 | 1],
    )
    const paused = this.pausedAt === null ? {} : { pausedAt: this.pausedAt }
    try {
      this.socket.serializeAttachment({ info: this.info, channels, ...paused } satisfies Attachment)
    } catch {
      // It is closing.
    }
  }

  close(code: number, reason: string): void {
    try {
      this.socket.close(code, reason)
    } catch {
      // It is closed.
    }
  }
}
