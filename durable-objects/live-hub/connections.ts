// The sockets and streams of a hub. Invariants:
// 1. A connection is first added here and then inserted into the index in D1, by a statement that checks its rights. Only then does it get a
//    frame. So code that ends rights either runs before that statement or finds the connection.
// 2. There is no polling. `nextEnd` is when the alarm must close a connection.
import { objectLog } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import { offeredProtocols } from '../../src/core/subprotocols.ts'
import type { Env } from '../../src/env.ts'
import { deleteConnections, findConnectionsOf, insertConnection } from '../../src/modules/realtime/index.ts'
import type { Connect } from '../../src/objects/live-hub.ts'
import type { Feeds } from './feeds.ts'
import { ANSWER_MS, CLOSE_CODES, type Follower, type FollowerInfo, SocketFollower } from './follower.ts'
import { StreamFollower } from './stream-follower.ts'

export const MAX_CONNECTIONS = 1_000

type Parts = {
  env: Env
  hub: string
  feeds: Feeds
  state: Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'waitUntil'>
  now: () => number
  /** `nextEnd` may be earlier now. */
  arm: () => void
}

export class Connections {
  readonly #parts: Parts
  readonly #sockets = new Map<WebSocket, SocketFollower>()
  readonly #streams = new Map<string, StreamFollower>()
  #tidying: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    for (const socket of parts.state.getWebSockets()) {
      const follower = this.#follow(socket)
      parts.feeds.restore(follower)
    }
  }

  get size(): number {
    return this.#sockets.size + this.#streams.size
  }

  all(): Follower[] {
    return [...this.#sockets.values(), ...this.#streams.values()]
  }

  ofSocket(socket: WebSocket): SocketFollower | undefined {
    return this.#sockets.get(socket)
  }

  async open(request: Request): Promise<Response> {
    await this.#tidy()
    if (this.size >= MAX_CONNECTIONS) return new Response(null, { status: 507 })
    const connect = JSON.parse(new URL(request.url).searchParams.get('connect') ?? '{}') as Connect
    return request.headers.get('upgrade') === 'websocket'
      ? this.#openSocket(request, connect)
      : this.#openStream(connect)
  }

  end(follower: Follower, code: number, reason: string): void {
    follower.close(code, reason)
    this.leave(follower)
  }

  fail(follower: Follower, error: unknown): void {
    objectLog(this.#parts.env).error('a connection failed', { error })
    this.end(follower, CLOSE_CODES.failed, 'not available')
  }

  leave(follower: Follower): void {
    const { env, feeds, state } = this.#parts
    if (follower instanceof SocketFollower) this.#sockets.delete(follower.socket)
    else this.#streams.delete(follower.info.id)
    feeds.leave(follower)
    // The tick deletes rows that are not deleted here, when they expire.
    state.waitUntil(deleteConnections(env.DB, [follower.info.id]).catch(() => undefined))
  }

  endDue(): void {
    const now = this.#parts.now()
    for (const follower of this.all()) {
      if (follower.info.endsAt <= now) this.end(follower, CLOSE_CODES.policy, 'connect again')
      else if (pauseEndOf(follower) <= now) this.end(follower, CLOSE_CODES.noAnswer, 'no answer to more')
    }
  }

  nextEnd(): number {
    let next = Number.POSITIVE_INFINITY
    for (const follower of this.all()) next = Math.min(next, follower.info.endsAt, pauseEndOf(follower))
    return next
  }

  async #openSocket(request: Request, connect: Connect): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair()
    const info = this.#infoOf(connect)
    this.#parts.state.acceptWebSocket(server, [info.id])
    const follower = this.#follow(server, info)
    follower.save()
    const refused = await this.#enter(follower, 'socket', connect)
    if (refused !== null) return refused
    const offered = offeredProtocols(request.headers.get('sec-websocket-protocol'))
    const headers: HeadersInit = offered.includes('orrery.v1')
      ? { 'sec-websocket-protocol': 'orrery.v1' }
      : {}
    return new Response(null, { status: 101, webSocket: client, headers })
  }

  async #openStream(connect: Connect): Promise<Response> {
    const info = this.#infoOf(connect)
    const follower: StreamFollower = new StreamFollower(info, {
      room: () =>
        void this.#parts.feeds.resumeAll(follower).catch((error: unknown) => this.fail(follower, error)),
      end: () => this.leave(follower),
    })
    this.#streams.set(info.id, follower)
    const refused = await this.#enter(follower, 'stream', connect)
    if (refused !== null) return refused
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
    return new Response(follower.body, { headers })
  }

  #follow(socket: WebSocket, info?: FollowerInfo): SocketFollower {
    const { now, arm } = this.#parts
    const follower = new SocketFollower(socket, { now, pause: arm }, info)
    this.#sockets.set(socket, follower)
    return follower
  }

  #infoOf({ userId, teamId, keyId, scopes }: Connect): FollowerInfo {
    const id = newId('flw', this.#parts.now())
    return { id, userId, teamId, keyId, scopes, endsAt: Number.POSITIVE_INFINITY }
  }

  /** Returns null if it may stay; its first channels are then being opened. */
  async #enter(follower: Follower, kind: 'socket' | 'stream', connect: Connect): Promise<Response | null> {
    const { env, hub, state, now, arm } = this.#parts
    const { id } = follower.info
    let entered: Awaited<ReturnType<typeof insertConnection>>
    try {
      entered = await insertConnection(env.DB, { ...connect, id, hub, kind }, now())
    } catch (error) {
      this.end(follower, CLOSE_CODES.failed, 'not available')
      throw error
    }
    if (typeof entered === 'string') {
      const isFull = entered === 'too_many'
      this.end(follower, CLOSE_CODES.policy, isFull ? 'too many connections' : 'rights ended')
      return new Response(null, { status: isFull ? 429 : 401 })
    }
    Object.assign(follower.info, entered)
    follower.save()
    arm()
    state.waitUntil(
      this.#subscribeAll(follower, connect).catch((error: unknown) => this.fail(follower, error)),
    )
    return null
  }

  async #subscribeAll(follower: Follower, { channels }: Connect): Promise<void> {
    for (const [channel, afterSeq] of Object.entries(channels))
      await this.#parts.feeds.subscribe(follower, channel, afterSeq)
  }

  /** After an eviction: removes connections that only the index has. */
  #tidy(): Promise<void> {
    const { env, hub } = this.#parts
    const tidy = async (): Promise<void> => {
      const known = await findConnectionsOf(env.DB, hub)
      const here = new Set(this.all().map(({ info }) => info.id))
      const gone = known.filter((id) => !here.has(id))
      if (gone.length > 0) await deleteConnections(env.DB, gone)
    }
    this.#tidying ??= tidy().catch((error: unknown) => {
      this.#tidying = null
      throw error
    })
    return this.#tidying
  }
}

/** When a paused socket must have answered. */
const pauseEndOf = (follower: Follower): number =>
  follower instanceof SocketFollower && follower.pausedAt !== null
    ? follower.pausedAt + ANSWER_MS
    : Number.POSITIVE_INFINITY
