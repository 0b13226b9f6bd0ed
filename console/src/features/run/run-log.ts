// The log of the run on the page: applies its events as they arrive, in batches. They come from the socket. Events that it does not
// deliver, because it is closed or has lost some, are requested. The fold applies each event once, whatever its source.
import { call } from '../../api/client.ts'
import { follow, liveState } from '../../api/live.ts'
import type { RunEvent } from './model/event.ts'
import { fold } from './model/fold.ts'
import { hasEnded, type Live, NOTHING_YET } from './model/live.ts'

export type Log = {
  live: Live
  /** Without the outputs of items, which are loaded on demand. Grows in place. */
  events: readonly RunEvent[]
}
export type RunLog = { read: () => Log; onChange: (listener: () => void) => () => void }

/** Does not use animation frames: background tabs have none, but still show the status in their title. */
const BATCH_MS = 16
const FIRST_ASK_MS = 1_000
const ASK_MS = 2_500
/** A lost last event leaves no visible gap. So after a silence the log is requested, at growing intervals. */
const FIRST_SILENCE_MS = 5_000
const LONGEST_SILENCE_MS = 60_000
const PAGE = 500

/** Starts with the first listener, and stops after the last. */
export function openRunLog(id: string): RunLog {
  const events: RunEvent[] = []
  const listeners = new Set<() => void>()
  let log: Log = { live: NOTHING_YET, events }
  let waiting: RunEvent[] = []
  let hasTimer = false
  let stop: (() => void) | null = null
  let isAsking = false
  let silence = { until: 0, ms: FIRST_SILENCE_MS }

  function flush(): void {
    hasTimer = false
    waiting.sort((a, b) => a.seq - b.seq)
    const before = log.live
    const live = fold(before, waiting)
    for (const event of waiting) {
      if (event.seq > (events.at(-1)?.seq ?? 0) && event.seq <= live.lastSeq) events.push(slim(event))
    }
    // After a gap, events are kept until the gap is filled.
    waiting = waiting.filter((event) => event.seq > live.lastSeq)
    if (live.hasHole) void ask()
    if (live === before) return
    silence = { until: Date.now() + FIRST_SILENCE_MS, ms: FIRST_SILENCE_MS }
    log = { live, events }
    for (const listener of listeners) listener()
  }

  function take(some: readonly RunEvent[]): void {
    waiting.push(...some)
    if (hasTimer) return
    hasTimer = true
    setTimeout(flush, BATCH_MS)
  }

  async function ask(): Promise<void> {
    if (isAsking) return
    isAsking = true
    try {
      for (let after = log.live.lastSeq; ; ) {
        const page = await call('GET /runs/{id}/events', {
          params: { id },
          query: { afterSeq: after, limit: PAGE },
        })
        take(page.items)
        const last = page.items.at(-1)?.seq ?? after
        if (last >= page.headSeq || last === after || stop === null) return
        // The socket may have delivered more in the meantime.
        after = Math.max(last, log.live.lastSeq)
      }
    } catch {
      // It is retried soon. The page shows lost connections.
    } finally {
      isAsking = false
    }
  }

  function begin(): () => void {
    const unfollow = follow(`run:${id}`, { onEvent: (event) => take([event as RunEvent]) }, log.live.lastSeq)
    const timer = setInterval(() => {
      if (hasEnded(log.live.status)) return end()
      if (liveState() !== 'offline' && Date.now() < silence.until) return
      const ms = Math.min(silence.ms * 2, LONGEST_SILENCE_MS)
      silence = { until: Date.now() + ms, ms }
      void ask()
    }, ASK_MS)
    // A socket that opens in time delivers everything.
    const first = setTimeout(() => log.live.lastSeq === 0 && void ask(), FIRST_ASK_MS)
    const end = () => {
      clearInterval(timer)
      clearTimeout(first)
      unfollow()
    }
    return end
  }

  return {
    read: () => log,
    onChange(listener) {
      listeners.add(listener)
      stop ??= begin()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = null
      }
    },
  }
}

const slim = (event: RunEvent): RunEvent =>
  event.output !== undefined && event.path?.includes(':') ? { ...event, output: undefined } : event
