// Hubs that the run's events are sent to, for clients that follow the run there among other channels. Each hub gets
// one delivery at a time, so a thousand clients of one team cost the run as much as one.
import type { Env } from '../../../src/env.ts'
import { type Entry, liveHub } from '../../../src/objects/live-hub.ts'
import { openRelays } from '../../../src/objects/relays.ts'
import type { RunStore } from '../rows/store.ts'
import type { Run } from '../turn/scope.ts'
import type { runLive } from './live.ts'

const PAGE_EVENTS = 200

export type Relayed = ReturnType<typeof runRelayed>

export function runRelayed(context: {
  env: Env
  store: RunStore
  live: ReturnType<typeof runLive>
  run: () => Run | null
  /** Calls `retry` after this delay. */
  retryAt: (delayMs: number) => void
}) {
  const { env, store, live } = context
  let relays: ReturnType<typeof openRelays> | null = null
  const name = (): string => `run:${context.run()?.spec.runId ?? ''}`

  function open(): ReturnType<typeof openRelays> {
    if (relays !== null) return relays
    const opened = openRelays(
      {
        head: () => live.headSeq(),
        page: (_channel, after) =>
          live
            .page(after, PAGE_EVENTS)
            .map((event): Entry => ({ seq: event.seq, event: event as Entry['event'] })),
        deliver: (hub, channel, entries) => liveHub(env.LIVE_HUBS, hub).deliver(channel, entries),
        save: (_channel, hub) => store.writeRelay(hub),
        remove: (_channel, hub) => store.removeRelay(hub),
        retryAfter: context.retryAt,
      },
      store.readRelays().map((hub) => ({ channel: name(), hub })),
    )
    live.follow({ wake: () => opened.wake(name()), isApart: true })
    relays = opened
    return opened
  }

  return {
    /** After a loss of memory. Most runs have no relays. */
    restore(): void {
      if (store.readRelays().length > 0) open().wakeAll()
    },
    /** Returns the number of the newest event. */
    add(hub: string): number {
      open().add(name(), hub)
      return live.headSeq()
    },
    isEmpty: (): boolean => relays === null || relays.size === 0,
    retry: (): void => open().wakeAll(),
  }
}
