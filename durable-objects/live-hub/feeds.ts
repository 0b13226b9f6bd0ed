// Delivers events from a channel's log to the clients of this hub. The log is here, in another hub, or in a run. Invariants:
// 1. A client is subscribed first and then reads pages. It goes live in the same turn in which it has everything that this hub knows. So at
//    every moment, each event is either in a page or sent live.
// 2. A client gets each event once and in order: events are compared with its position in the channel.
// 3. If the log does not have a position, the client gets `reset`. The number is read before the snapshot, so events in between may be sent
//    again but are never skipped.
import { HOUR_MS } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import { type ChannelReader, logOf, ownerOf, parseChannel } from '../../src/objects/channels.ts'
import type { ChannelPage, Delivered, Entry } from '../../src/objects/live-hub.ts'
import type { Follower, Position } from './follower.ts'
import { eventFrame, type FrameError, type ServerFrame } from './frames.ts'

export const PAGE_EVENTS = 500
export const MAX_CHANNELS = 100
/** How often a feed with new clients is opened again. The owner of the log keeps it for a day after that. */
const REOPEN_MS = HOUR_MS
/** While a client reads a snapshot, so much may happen that it needs another one. This limits how often. */
const MAX_RESETS = 5

/** Where the log of a channel is. */
export interface Source {
  /** Makes the source send new events to this hub. Returns the number of the newest event; null if the channel does not exist. */
  open: () => Promise<number | null>
  page: (afterSeq: number, limit: number) => Promise<ChannelPage | null>
  /** The channel has no more followers here. */
  leave: () => void
}

type Feed = {
  key: string
  channel: string
  source: Source
  head: number | null
  opening: Promise<boolean> | null
  openedAt: number
  /** The teams for which the source has opened the channel. */
  openedFor: Set<string>
  followers: Set<Follower>
}

export type FeedParts = {
  now: () => number
  sourceOf: (channel: string, reader: ChannelReader) => Source
  readHead: (key: string) => number | null
  writeHead: (key: string, head: number) => void
  removeHead: (key: string) => void
  snapshot: (channel: string, reader: ChannelReader) => Promise<Json>
  mayFollow: (follower: Follower, channel: string) => Promise<'ok' | 'denied' | 'not_found'>
}

export const feedKey = (channel: string, reader: ChannelReader): string => {
  const parsed = parseChannel(channel)
  const owner = parsed === null ? null : ownerOf(parsed, reader)
  return owner === null ? channel : `${owner} ${logOf(channel, reader)}`
}

const send = (follower: Follower, frame: ServerFrame): void =>
  follower.send(JSON.stringify(frame), 'seq' in frame ? frame.channel : undefined)

const refuse = (follower: Follower, code: FrameError, channel: string): void =>
  follower.send(JSON.stringify({ type: 'error', code, channel } satisfies ServerFrame))

export class Feeds {
  readonly #parts: FeedParts
  readonly #feeds = new Map<string, Feed>()
  /** Closed connections. A subscription that is still in progress for one of them must not complete. */
  readonly #gone = new WeakSet<Follower>()
  /** Replays in progress. A second one for the same channel of a client replaces the first. */
  readonly #replays = new WeakMap<Position, object>()

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** After hibernation: the client already has its channels. */
  restore(follower: Follower): void {
    for (const [channel, position] of follower.channels) {
      const feed = this.#feedOf(channel, follower)
      feed.head ??= this.#parts.readHead(feed.key)
      if (position.isLive && feed.head !== null) position.seq = Math.max(position.seq, feed.head)
      feed.followers.add(follower)
    }
  }

  async subscribe(follower: Follower, channel: string, afterSeq: number | null): Promise<void> {
    const parsed = parseChannel(channel)
    if (parsed === null) return refuse(follower, 'channel.unknown', channel)
    if (!follower.channels.has(channel) && follower.channels.size >= MAX_CHANNELS)
      return refuse(follower, 'channel.limit', channel)
    const verdict = await this.#mayFollow(follower, channel)
    if (this.#gone.has(follower)) return
    if (verdict !== 'ok') return refuse(follower, `channel.${verdict}`, channel)
    if (!follower.channels.has(channel) && follower.channels.size >= MAX_CHANNELS)
      return refuse(follower, 'channel.limit', channel)
    const feed = this.#feedOf(channel, follower)
    // A run starts from its first event. All other channels start from the current state.
    const start = afterSeq ?? (parsed.kind === 'run' ? 0 : -1)
    const position: Position = { seq: start, isLive: false }
    follower.channels.set(channel, position)
    feed.followers.add(follower)
    await this.#replay(follower, channel, position)
  }

  /** Checked again if a key's scopes changed in the meantime. */
  async #mayFollow(follower: Follower, channel: string): ReturnType<FeedParts['mayFollow']> {
    for (;;) {
      const { scopes } = follower.info
      const verdict = await this.#parts.mayFollow(follower, channel)
      if (follower.info.scopes === scopes) return verdict
    }
  }

  async resume(follower: Follower, channel: string, afterSeq: number): Promise<void> {
    const position = follower.channels.get(channel)
    if (position === undefined) return refuse(follower, 'channel.not_subscribed', channel)
    position.seq = afterSeq
    position.isLive = false
    await this.#replay(follower, channel, position)
  }

  /** A stream can accept data again. */
  async resumeAll(follower: Follower): Promise<void> {
    for (const [channel, position] of [...follower.channels])
      if (!position.isLive && !this.#replays.has(position) && !follower.isFull())
        await this.#replay(follower, channel, position)
  }

  unsubscribe(follower: Follower, channel: string): void {
    if (!follower.channels.has(channel)) {
      refuse(follower, 'channel.not_subscribed', channel)
      return
    }
    this.#remove(follower, channel)
    follower.save()
    send(follower, { type: 'unsubscribed', channel })
  }

  /** The client may no longer follow it. */
  deny(follower: Follower, channel: string): void {
    this.#remove(follower, channel)
    follower.save()
    refuse(follower, 'channel.denied', channel)
  }

  leave(follower: Follower): void {
    this.#gone.add(follower)
    for (const channel of [...follower.channels.keys()]) this.#remove(follower, channel)
  }

  isFollowed(key: string): boolean {
    return (this.#feeds.get(key)?.followers.size ?? 0) > 0
  }

  /** From the owner of the log, in order. */
  deliver(key: string, entries: readonly Entry[]): Delivered {
    const feed = this.#feeds.get(key)
    if (feed === undefined || feed.followers.size === 0) {
      this.#parts.removeHead(key)
      return { want: null }
    }
    const first = entries[0]?.seq
    if (first === undefined) return { want: (feed.head ?? 0) + 1 }
    // Before it is opened, no client is live here, and all clients read older events in pages.
    if (feed.head !== null && feed.opening === null && first > feed.head + 1) return { want: feed.head + 1 }
    const fresh = entries.filter(({ seq }) => feed.head === null || seq > feed.head)
    if (fresh.length > 0) this.#fan(feed, fresh)
    return { want: (feed.head ?? 0) + 1 }
  }

  #fan(feed: Feed, entries: readonly Entry[]): void {
    const { channel } = feed
    const frames = entries.map((entry) => [entry.seq, eventFrame(channel, entry)] as const)
    feed.head = entries.at(-1)?.seq ?? feed.head ?? 0
    this.#parts.writeHead(feed.key, feed.head)
    for (const follower of feed.followers) {
      const position = follower.channels.get(channel)
      if (position?.isLive !== true) continue
      for (const [seq, frame] of frames) {
        if (seq <= position.seq) continue
        position.seq = seq
        follower.send(frame, channel)
        if (!follower.isFull()) continue
        follower.pause()
        break
      }
    }
  }

  #feedOf(channel: string, follower: Follower): Feed {
    const key = feedKey(channel, follower.info)
    const known = this.#feeds.get(key)
    if (known !== undefined) return known
    const source = this.#parts.sourceOf(channel, follower.info)
    const feed: Feed = {
      key,
      channel,
      source,
      head: null,
      opening: null,
      openedAt: 0,
      openedFor: new Set(),
      followers: new Set(),
    }
    this.#feeds.set(key, feed)
    return feed
  }

  /** False if the channel does not exist for the team. Opened for one team of a user, it is not yet open for another. */
  async #open(feed: Feed, { info }: Follower): Promise<boolean> {
    while (feed.opening !== null) await feed.opening
    const isOpen = feed.head !== null && feed.openedAt > this.#parts.now() - REOPEN_MS
    if (isOpen && feed.openedFor.has(info.teamId)) return true
    feed.opening = this.#parts
      .sourceOf(feed.channel, info)
      .open()
      .then((head) => {
        if (head === null) return false
        feed.openedAt = this.#parts.now()
        feed.openedFor.add(info.teamId)
        // An already open channel has events on their way here, which must still be sent to live clients.
        feed.head ??= head
        this.#parts.writeHead(feed.key, feed.head)
        return true
      })
      .finally(() => {
        feed.opening = null
      })
    return feed.opening
  }

  /** Sends a page. A socket requests the next one itself, so it sets the pace. */
  async #replay(follower: Follower, channel: string, position: Position): Promise<void> {
    const turn = {}
    this.#replays.set(position, turn)
    const isCurrent = () =>
      this.#replays.get(position) === turn && follower.channels.get(channel) === position
    try {
      const feed = this.#feedOf(channel, follower)
      if (!(await this.#open(feed, follower))) {
        this.#remove(follower, channel)
        refuse(follower, 'channel.not_found', channel)
        return
      }
      for (let resets = 0; ; ) {
        if (!isCurrent()) return
        // Stop until the client has read what it has. Many channels that start at once would fill its buffer.
        if (follower.isFull()) {
          follower.save()
          send(follower, { type: 'more', channel, seq: Math.max(0, position.seq) })
          return
        }
        const page = await feed.source.page(Math.max(0, position.seq), PAGE_EVENTS)
        if (!isCurrent()) return
        if (page === null) return this.deny(follower, channel)
        if (page.isLost || position.seq < 0) {
          const snapshot = await this.#parts.snapshot(channel, follower.info)
          if (!isCurrent()) return
          // The next read begins where this page ends. If the log does not have that position, it is broken.
          if (++resets > MAX_RESETS) throw new Error(`The log of ${channel} has no beginning`)
          position.seq = page.head
          send(follower, { type: 'reset', channel, seq: page.head, snapshot })
          continue
        }
        for (const entry of page.entries) {
          position.seq = entry.seq
          follower.send(eventFrame(channel, entry), channel)
        }
        if (position.seq >= (feed.head ?? 0)) {
          position.isLive = true
          follower.save()
          send(follower, { type: 'subscribed', channel, seq: position.seq })
          return
        }
        const isWhole = page.entries.length < PAGE_EVENTS && position.seq >= page.head
        if (isWhole && !follower.isFull()) continue
        follower.save()
        send(follower, { type: 'more', channel, seq: position.seq })
        return
      }
    } finally {
      if (this.#replays.get(position) === turn) this.#replays.delete(position)
    }
  }

  #remove(follower: Follower, channel: string): void {
    const key = feedKey(channel, follower.info)
    follower.channels.delete(channel)
    const feed = this.#feeds.get(key)
    if (feed === undefined || !feed.followers.delete(follower) || feed.followers.size > 0) return
    this.#feeds.delete(key)
    this.#parts.removeHead(key)
    feed.source.leave()
  }
}
