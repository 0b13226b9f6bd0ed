// The log of a run that is being looked at: its events as they come, folded some at a time. They come over the socket; what
// the socket does not bring, being closed or having lost something, is asked for. The fold takes each event once, so it does
// not matter who brings it.
import { call } from '../../api/client.ts'
import { follow, liveState } from '../../api/live.ts'
import type { RunEvent } from './model/event.ts'
import { fold } from './model/fold.ts'
import { hasEnded, type Live, NOTHING_YET } from './model/live.ts'

export type Log = {
  live: Live
  /** Without the outputs of items, which are asked for when one is looked at. It grows in place. */
  events: readonly RunEvent[]
}
export type RunLog = { read: () => Log; onChange: (listener: () => void) => () => void }

/** Not by frames: a tab in the background has none, and shows the status in its title all the same. */
const BATCH_MS = 16
const FIRST_ASK_MS = 1_000
const ASK_MS = 2_500
/** That the last event was lost cannot be seen: after a silence the log is asked, and after each answer later. */
const FIRST_SILENCE_MS = 5_000
const LONGEST_SILENCE_MS = 60_000
const PAGE = 500

/** Begins with the first who listens, and ends with the last. */
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
    // Behind a hole they are kept until it is filled.
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
        // The socket may have come further meanwhile.
        after = Math.max(last, log.live.lastSeq)
      }
    } catch {
      // The next time comes soon; that the connection is lost is told by the page.
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
    // A socket that is opened soon enough brings all of it.
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
