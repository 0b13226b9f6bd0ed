// Live events. Invariants:
// 1. Events have a gapless `seq`; a follower names the last one it has and gets every later one, in order, once.
// 2. Pages are read from the table; a follower goes live only when its cursor is at the head, checked in that turn.
// 3. A slow reader never slows the run: sockets are written to without waiting, and one that lags reads pages again.
import { toIso } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import type { RunEvent } from '../../src/engine/event.ts'
import { hideSecrets, hideStored } from './redaction.ts'
import type { Run } from './scope.ts'
import type { RunStore } from './store.ts'
import { outputOfRun, readable } from './view.ts'

export const PAGE_EVENTS = 500
const PAGE_CHARS = 1_000_000
/** Larger outputs are named, not sent: the node's own address has them. */
const MOST_INLINE_CHARS = 16_384

/** What is kept with a socket. `endsAt` is when it is closed; sockets of before that was added have none. */
export type Cursor = { afterSeq: number; live: boolean; endsAt?: number }

export const cursorOf = (socket: WebSocket): Cursor =>
  (socket.deserializeAttachment() as Cursor | null) ?? { afterSeq: 0, live: false }

/** Something that reads the table when there is more to read. */
export type Follower = { wake: () => void }

export function runLive(context: { store: RunStore; run: () => Run | null; sockets: () => WebSocket[] }) {
  const followers = new Set<Follower>()

  /** Without what is secret by its name; the run's own output is what the workflow has chosen to give. */
  function shown(event: RunEvent): Json {
    const { auto: _auto, ...rest } = event as RunEvent & { auto?: boolean }
    const run = context.run()
    const path = 'path' in event ? event.path : undefined
    const type = event.type === 'node.settled' ? `node.${event.status}` : event.type
    const base = hideSecrets(
      { ...rest, type, at: toIso(event.at) } as unknown as Record<string, Json>,
      run?.spec,
    )
    if (run !== null && type === 'run.succeeded')
      return withOutput(base, hideStored(readable(() => outputOfRun(run)).value, run))
    if (run === null || path === undefined || type !== 'node.succeeded') return base
    const chars = run.values.chars(path)
    if (chars > MOST_INLINE_CHARS) return { ...base, outputBytes: chars }
    return {
      ...base,
      output: hideSecrets(readable(() => (run.values.read(path) ?? null) as Json).value, run.spec),
    }
  }

  function withOutput(base: Record<string, Json>, output: Json): Json {
    const outputBytes = JSON.stringify(output).length
    return outputBytes > MOST_INLINE_CHARS ? { ...base, outputBytes } : { ...base, output }
  }

  function page(afterSeq: number, limit: number): Json[] {
    const events: Json[] = []
    let chars = 0
    for (const row of context.store.readEvents(afterSeq, limit)) {
      chars += row.event.length
      if (chars > PAGE_CHARS && events.length > 0) break
      events.push(shown(JSON.parse(row.event) as RunEvent))
    }
    return events
  }

  function frame(event: Json): string {
    const runId = context.run()?.spec.runId ?? ''
    return JSON.stringify({
      type: 'event',
      channel: `run:${runId}`,
      seq: (event as { seq: number }).seq,
      event,
    })
  }

  const headSeq = (): number => context.run()?.state.run.seq ?? 0

  /** Sends one page; the client asks for the next by `resume`, so that its speed decides. */
  function resume(socket: WebSocket, afterSeq: number): void {
    const events = page(afterSeq, PAGE_EVENTS)
    for (const event of events) socket.send(frame(event))
    const last = (events.at(-1) as { seq: number } | undefined)?.seq ?? afterSeq
    const live = last >= headSeq()
    socket.serializeAttachment({ ...cursorOf(socket), afterSeq: last, live } satisfies Cursor)
    socket.send(JSON.stringify(live ? { type: 'live', afterSeq: last } : { type: 'more', afterSeq: last }))
  }

  return {
    page,
    headSeq,
    resume,
    publish(events: readonly RunEvent[]): void {
      for (const follower of [...followers]) follower.wake()
      const sockets = context.sockets()
      if (events.length === 0 || sockets.length === 0) return
      const frames = events.map((event) => frame(shown(event)))
      const last = events.at(-1)?.seq ?? 0
      for (const socket of sockets) {
        const cursor = cursorOf(socket)
        if (!cursor.live) continue
        try {
          for (const text of frames) socket.send(text)
          socket.serializeAttachment({ ...cursor, afterSeq: last } satisfies Cursor)
        } catch {
          // It is closing: its own close event cleans up.
        }
      }
    },
    follow(follower: Follower): () => void {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    endFollowers(): void {
      for (const follower of [...followers]) follower.wake()
    },
  }
}
