// Sends the log of a channel to the hubs that follow it. Invariants:
// 1. Each hub gets one delivery at a time. New events in the meantime are part of the next one, so a slow hub delays only itself.
// 2. A hub says which number it expects next, so anything lost on either side is sent again, in order and once.
// 3. A failed delivery is repeated with growing delays while the hub is in the list. A hub without followers of the channel removes
//    itself from the list with its response.
import type { Delivered, Entry } from './live-hub.ts'

const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 30_000

type Relay = { channel: string; hub: string; want: number | null; isBusy: boolean; failures: number }

export type RelayParts = {
  head: (channel: string) => number
  page: (channel: string, afterSeq: number) => Entry[]
  deliver: (hub: string, channel: string, entries: Entry[]) => Promise<Delivered>
  /** Stores the list, so that it survives evictions. */
  save: (channel: string, hub: string) => void
  remove: (channel: string, hub: string) => void
  /** Calls `wake` for all channels after this time, even after an eviction. */
  retryAfter: (delayMs: number) => void
}

export type Relays = ReturnType<typeof openRelays>

export function openRelays(parts: RelayParts, stored: readonly { channel: string; hub: string }[]) {
  const relays = new Map<string, Relay[]>()
  for (const { channel, hub } of stored) list(channel, hub)

  function list(channel: string, hub: string): Relay {
    const ofChannel = relays.get(channel) ?? []
    const known = ofChannel.find((one) => one.hub === hub)
    if (known !== undefined) return known
    const relay: Relay = { channel, hub, want: null, isBusy: false, failures: 0 }
    relays.set(channel, [...ofChannel, relay])
    return relay
  }

  function drop({ channel, hub }: Relay): void {
    const left = (relays.get(channel) ?? []).filter((one) => one.hub !== hub)
    if (left.length === 0) relays.delete(channel)
    else relays.set(channel, left)
    parts.remove(channel, hub)
  }

  const isListed = (relay: Relay): boolean => relays.get(relay.channel)?.includes(relay) === true

  async function send(relay: Relay): Promise<void> {
    if (relay.isBusy) return
    relay.isBusy = true
    const { channel, hub } = relay
    try {
      while (isListed(relay) && (relay.want === null || relay.want <= parts.head(channel))) {
        // Until the hub has said what it expects, it only gets a request for that.
        const entries = relay.want === null ? [] : parts.page(channel, relay.want - 1)
        const { want } = await parts.deliver(hub, channel, entries)
        relay.failures = 0
        if (want === null) drop(relay)
        else if (entries.length > 0 && want <= (relay.want ?? 0)) throw new Error('The hub accepts no events')
        else relay.want = want
      }
    } catch {
      relay.want = null
      const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(relay.failures++, 10))
      parts.retryAfter(delayMs)
    } finally {
      relay.isBusy = false
    }
  }

  return {
    /** The hub has all events. */
    add(channel: string, hub: string): void {
      list(channel, hub).want ??= parts.head(channel) + 1
      parts.save(channel, hub)
    },
    has: (channel: string): boolean => relays.has(channel),
    get size(): number {
      return relays.size
    },
    wake(channel: string): void {
      for (const relay of relays.get(channel) ?? []) void send(relay)
    },
    wakeAll(): void {
      for (const channel of [...relays.keys()]) this.wake(channel)
    },
  }
}
