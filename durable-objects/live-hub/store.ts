// The SQLite tables of a live hub: channels, their events, and the hubs that they are sent to. Invariants:
// 1. The numbers of a channel have no gaps, and a number is never used twice. A channel that was forgotten and is created again starts at the
//    current time, which is above every number that it had.
// 2. A channel is kept while it has followers, and for an hour afterwards. Other channels store nothing.
// 3. An event that is published twice with the same key is stored once.
import { DAY_MS, HOUR_MS } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import type { ChannelPage, Entry } from '../../src/objects/live-hub.ts'

export const KEPT_MS = DAY_MS
export const MAX_KEPT = 10_000
export const KEPT_UNFOLLOWED_MS = HOUR_MS
const PAGE_CHARS = 1_000_000
/** In production, a row can have at most 2 MB. */
export const MAX_EVENT_CHARS = 256 * 1024

const SCHEMA = `
CREATE TABLE IF NOT EXISTS channels (name TEXT PRIMARY KEY, head INTEGER NOT NULL, left_at INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (channel TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (channel, seq)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS log_key ON log (channel, key);
CREATE TABLE IF NOT EXISTS feeds (key TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS relays (channel TEXT NOT NULL, hub TEXT NOT NULL, PRIMARY KEY (channel, hub)) WITHOUT ROWID;
`

type LogRow = { seq: number; event: string }

export type HubStore = ReturnType<typeof openHubStore>

export function openHubStore(sql: SqlStorage) {
  sql.exec(SCHEMA)

  const headOf = (channel: string): number | null =>
    sql.exec<{ head: number }>('SELECT head FROM channels WHERE name = ?', channel).toArray()[0]?.head ?? null

  function forget(channel: string): void {
    sql.exec('DELETE FROM log WHERE channel = ?', channel)
    sql.exec('DELETE FROM channels WHERE name = ?', channel)
  }

  function trim(channel: string, head: number, now: number): void {
    sql.exec('DELETE FROM log WHERE channel = ? AND seq <= ?', channel, head - MAX_KEPT)
    // Times never decrease, so old rows are at the beginning.
    for (;;) {
      const [first] = sql
        .exec<{ seq: number; at: number }>(
          'SELECT seq, at FROM log WHERE channel = ? ORDER BY seq LIMIT 1',
          channel,
        )
        .toArray()
      if (first === undefined || first.at >= now - KEPT_MS) return
      sql.exec('DELETE FROM log WHERE channel = ? AND seq = ?', channel, first.seq)
    }
  }

  return {
    headOf,
    forget,

    /** Returns the number of the newest event. Creates the channel if it does not exist. */
    follow(channel: string, now: number): number {
      sql.exec(
        'INSERT INTO channels (name, head) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET left_at = NULL',
        channel,
        now,
      )
      return headOf(channel) ?? now
    },

    leave(channel: string, now: number): void {
      sql.exec('UPDATE channels SET left_at = ? WHERE name = ?', now, channel)
    },

    forgetAll(): void {
      sql.exec('DELETE FROM log')
      sql.exec('DELETE FROM channels')
    },

    /** Null if the channel is not kept, or the event is already stored. */
    append(channel: string, key: string, event: Json, now: number): Entry | null {
      const [row] = sql
        .exec<{ head: number; left_at: number | null }>(
          'SELECT head, left_at FROM channels WHERE name = ?',
          channel,
        )
        .toArray()
      if (row === undefined) return null
      if (row.left_at !== null && row.left_at < now - KEPT_UNFOLLOWED_MS) {
        forget(channel)
        return null
      }
      const seq = row.head + 1
      const { rowsWritten } = sql.exec(
        'INSERT INTO log (channel, seq, at, key, event) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        channel,
        seq,
        now,
        key,
        JSON.stringify(event),
      )
      if (rowsWritten === 0) return null
      sql.exec('UPDATE channels SET head = ? WHERE name = ?', seq, channel)
      trim(channel, seq, now)
      return { seq, event }
    },

    page(channel: string, afterSeq: number, limit: number): ChannelPage {
      const head = headOf(channel)
      if (head === null) return { entries: [], head: 0, isLost: true }
      const entries: Entry[] = []
      let chars = 0
      for (const { seq, event } of sql.exec<LogRow>(
        'SELECT seq, event FROM log WHERE channel = ? AND seq > ? ORDER BY seq LIMIT ?',
        channel,
        afterSeq,
        limit,
      )) {
        chars += event.length
        if (chars > PAGE_CHARS && entries.length > 0) break
        entries.push({ seq, event: JSON.parse(event) as Json })
      }
      const isLost = afterSeq > head || (afterSeq < head && entries[0]?.seq !== afterSeq + 1)
      return { entries: isLost ? [] : entries, head, isLost }
    },

    /** How far this hub has the log of another object. */
    readFeed: (key: string): number | null =>
      sql.exec<{ head: number }>('SELECT head FROM feeds WHERE key = ?', key).toArray()[0]?.head ?? null,
    writeFeed(key: string, head: number): void {
      sql.exec('INSERT OR REPLACE INTO feeds (key, head) VALUES (?, ?)', key, head)
    },
    removeFeed(key: string): void {
      sql.exec('DELETE FROM feeds WHERE key = ?', key)
    },

    readRelays: (): { channel: string; hub: string }[] =>
      sql.exec<{ channel: string; hub: string }>('SELECT channel, hub FROM relays').toArray(),
    writeRelay(channel: string, hub: string): void {
      sql.exec('INSERT OR IGNORE INTO relays (channel, hub) VALUES (?, ?)', channel, hub)
    },
    removeRelay(channel: string, hub: string): void {
      sql.exec('DELETE FROM relays WHERE channel = ? AND hub = ?', channel, hub)
    },
  }
}
