// The object of a team or a user. It holds its sockets and streams, and keeps the logs of its channels. Invariants:
// 1. Publishers check in D1 whether this hub has followers. D1 says so before a client gets its first snapshot, and for an hour after the last
//    client has left. If that time passes unnoticed, all channels start again with `reset`.
// 2. No timer runs while clients only wait. The alarm is set for the next end of a connection, the next deadline for answering `more`, and the
//    next delivery to repeat.
import { DurableObject } from 'cloudflare:workers'
import { objectLog } from '../../src/context.ts'
import { markFollowed } from '../../src/db/follows.ts'
import type { Env } from '../../src/env.ts'
import { notificationsSnapshot } from '../../src/modules/notifications/index.ts'
import { mayFollow, snapshotOf } from '../../src/modules/realtime/index.ts'
import {
  type ChannelPage,
  type ConnectionStatus,
  type Delivered,
  type Entry,
  type LiveHubRpc,
  liveHub,
  type Publication,
} from '../../src/objects/live-hub.ts'
import { openRelays, type Relays } from '../../src/objects/relays.ts'
import { channelsOf } from '../../src/objects/team-events.ts'
import { Connections } from './connections.ts'
import { Feeds, type Source } from './feeds.ts'
import { CLOSE_CODES, type SocketFollower } from './follower.ts'
import { MAX_FRAME_CHARS, readFrame } from './frames.ts'
import { sourceOf } from './sources.ts'
import { KEPT_UNFOLLOWED_MS, MAX_EVENT_CHARS, openHubStore } from './store.ts'

const PAGE_EVENTS = 200
/** A connection lasts at most a day. One more hour covers reconnecting. */
const FOLLOWED_AHEAD_MS = 25 * 3_600_000
const FOLLOWED_UNTIL = 'followedUntil'

export class LiveHub extends DurableObject<Env> implements LiveHubRpc {
  readonly #name: string
  readonly #store: ReturnType<typeof openHubStore>
  readonly #feeds: Feeds
  readonly #relays: Relays
  readonly #connections: Connections
  #followedUntil: number
  #retryAt = Number.POSITIVE_INFINITY
  #alarmAt: number | null = null

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    const name = state.id.name ?? ''
    const store = openHubStore(state.storage.sql)
    const now = this.#now
    this.#name = name
    this.#store = store
    this.#followedUntil = state.storage.kv.get<number>(FOLLOWED_UNTIL) ?? 0
    this.#relays = openRelays(
      {
        head: (channel) => store.headOf(channel) ?? 0,
        page: (channel, after) => store.page(channel, after, PAGE_EVENTS).entries,
        deliver: (hub, channel, entries) =>
          liveHub(env.LIVE_HUBS, hub).deliver(`${name} ${channel}`, entries),
        save: store.writeRelay,
        remove: (channel, hub) => {
          store.removeRelay(channel, hub)
          this.#left(channel)
        },
        retryAfter: (delayMs) => {
          this.#retryAt = Math.min(this.#retryAt, now() + delayMs)
          this.#arm()
        },
      },
      store.readRelays(),
    )
    const here = { name, own: (channel: string) => this.#ownSource(channel) }
    const feeds = new Feeds({
      now,
      sourceOf: (channel, reader) => sourceOf(env, here, channel, reader),
      readHead: store.readFeed,
      writeHead: store.writeFeed,
      removeHead: store.removeFeed,
      snapshot: (channel, reader) =>
        channel === 'notifications'
          ? notificationsSnapshot(env.DB, reader)
          : snapshotOf(env.DB, channel, reader, now()),
      mayFollow: (follower, channel) => mayFollow(env.DB, follower.info, channel),
    })
    this.#feeds = feeds
    this.#connections = new Connections({ env, hub: name, feeds, state, now, arm: () => this.#arm() })
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#relays.wakeAll()
  }

  readonly #now = (): number => Date.now()

  async publish(publications: Publication[]): Promise<void> {
    const now = this.#now()
    const added = new Map<string, Entry[]>()
    for (const { key, event, log } of publications) {
      if (JSON.stringify(event).length > MAX_EVENT_CHARS) {
        objectLog(this.env).error('an event is too large to be published', {
          hub: this.#name,
          type: event.type,
        })
        continue
      }
      for (const channel of log === undefined ? channelsOf(event) : [log]) {
        const entry = this.#store.append(channel, key, event as Entry['event'], now)
        if (entry === null) continue
        const entries = added.get(channel) ?? []
        entries.push(entry)
        added.set(channel, entries)
      }
    }
    for (const [channel, entries] of added) {
      this.#feeds.deliver(`${this.#name} ${channel}`, entries)
      this.#relays.wake(channel)
    }
  }

  async link(channel: string, hub: string): Promise<number> {
    const head = await this.#follow(channel)
    this.#relays.add(channel, hub)
    return head
  }

  async page(channel: string, afterSeq: number, limit: number): Promise<ChannelPage> {
    return this.#store.page(channel, afterSeq, limit)
  }

  async deliver(key: string, entries: Entry[]): Promise<Delivered> {
    return this.#feeds.deliver(key, entries)
  }

  async close(ids: string[], reason: 'rights ended' | 'closed by an administrator'): Promise<void> {
    for (const follower of this.#connections.all())
      if (ids.includes(follower.info.id)) this.#connections.end(follower, CLOSE_CODES.policy, reason)
  }

  async setScopes(keyId: string, scopes: string[]): Promise<void> {
    for (const follower of this.#connections.all()) {
      if (follower.info.keyId !== keyId) continue
      follower.info.scopes = scopes
      follower.save()
      for (const channel of [...follower.channels.keys()]) {
        if ((await mayFollow(this.env.DB, follower.info, channel)) === 'denied')
          this.#feeds.deny(follower, channel)
      }
    }
  }

  async status(ids: string[]): Promise<ConnectionStatus[]> {
    return this.#connections
      .all()
      .filter(({ info }) => ids.includes(info.id))
      .map(({ info, channels }) => ({
        id: info.id,
        channels: Array.from(channels, ([channel, { seq, isLive }]) => ({
          channel,
          seq: Math.max(0, seq),
          isLive,
        })),
      }))
  }

  /** A WebSocket, or a stream of server-sent events. The route has authenticated the caller. */
  override async fetch(request: Request): Promise<Response> {
    return this.#connections.open(request)
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const follower = this.#connections.ofSocket(socket)
    if (follower === undefined || socket.readyState !== WebSocket.OPEN) return
    if (typeof message !== 'string' || message.length > MAX_FRAME_CHARS)
      this.#connections.end(follower, CLOSE_CODES.tooLarge, 'too large')
    else if (!follower.countFrame()) this.#connections.end(follower, CLOSE_CODES.policy, 'too many frames')
    else this.#receive(follower, readFrame(message))
  }

  #receive(follower: SocketFollower, frame: ReturnType<typeof readFrame>): void {
    if (frame.type === 'error') {
      follower.send(JSON.stringify(frame))
      return
    }
    if (frame.type === 'unsubscribe') {
      this.#feeds.unsubscribe(follower, frame.channel)
      return
    }
    const { type, channel, afterSeq } = frame
    if (type === 'resume') follower.pausedAt = null
    const work =
      type === 'resume'
        ? this.#feeds.resume(follower, channel, afterSeq)
        : this.#feeds.subscribe(follower, channel, afterSeq)
    this.ctx.waitUntil(
      work.catch((error: unknown) => {
        objectLog(this.env).error('a channel could not be followed', { channel, error })
        follower.send(JSON.stringify({ type: 'error', code: 'service.unavailable', channel }))
      }),
    )
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    const follower = this.#connections.ofSocket(socket)
    if (follower === undefined) return
    this.#connections.leave(follower)
    follower.close(code === 1005 || code === 1006 ? CLOSE_CODES.normal : code, '')
  }

  override webSocketError(socket: WebSocket): void {
    const follower = this.#connections.ofSocket(socket)
    if (follower !== undefined) this.#connections.leave(follower)
  }

  #ownSource(channel: string): Source {
    return {
      open: () => this.#follow(channel),
      page: async (after, limit) => this.#store.page(channel, after, limit),
      leave: () => this.#left(channel),
    }
  }

  /** A follower of a channel of this hub. Returns the number of its newest event. */
  async #follow(channel: string): Promise<number> {
    const now = this.#now()
    // In the meantime nothing was sent here, so the missed events are unknown.
    if (this.#followedUntil < now) this.#store.forgetAll()
    const until = now + FOLLOWED_AHEAD_MS
    if (this.#followedUntil < until - KEPT_UNFOLLOWED_MS) {
      await markFollowed(this.env.DB, this.#name, until)
      this.#setFollowedUntil(until)
    }
    return this.#store.follow(channel, this.#now())
  }

  #left(channel: string): void {
    if (this.#relays.has(channel) || this.#feeds.isFollowed(`${this.#name} ${channel}`)) return
    const now = this.#now()
    this.#store.leave(channel, now)
    if (this.#connections.size + this.#relays.size > 0) return
    const until = now + KEPT_UNFOLLOWED_MS
    this.#setFollowedUntil(until)
    this.ctx.waitUntil(markFollowed(this.env.DB, this.#name, until).catch(() => undefined))
  }

  #setFollowedUntil(until: number): void {
    this.#followedUntil = until
    this.ctx.storage.kv.put(FOLLOWED_UNTIL, until)
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null
    if (this.#retryAt <= this.#now()) {
      this.#retryAt = Number.POSITIVE_INFINITY
      this.#relays.wakeAll()
    }
    this.#connections.endDue()
    this.#arm()
  }

  #arm(): void {
    const next = Math.min(this.#retryAt, this.#connections.nextEnd())
    if (!Number.isFinite(next) || next === this.#alarmAt) return
    this.#alarmAt = next
    void this.ctx.storage.setAlarm(Math.max(next, this.#now() + 1))
  }
}
