// Live events. Invariants:
// 1. Events have a gapless `seq`; a follower names the last one it has and gets every later one, in order, once.
// 2. Pages are read from the table; a follower goes live only when its cursor is at the head, checked in that turn.
// 3. A slow reader never slows the run: sockets are written to without waiting, and one that lags reads pages again.
// 4. Only events of the public union leave the run, never an entry of its log.
import { toIso } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import {
  MAX_INLINE_CHARS,
  type ModelDelta,
  type RunDelta,
  type RunEvent,
  toPublicEvent,
} from '../../../src/objects/run-events.ts'
import type { NumberedEvent } from '../rows/event-log.ts'
import type { RunStore } from '../rows/store.ts'
import type { Run } from '../turn/scope.ts'
import { openPartials, type Place } from './partials.ts'
import { hideSecrets, hideStored, pieceHiderOf } from './redaction.ts'
import { outputOfRun, readable } from './view.ts'

export const PAGE_EVENTS = 500
const PAGE_CHARS = 1_000_000

/** Why a socket is closed that has had everything. */
export const RUN_ENDED = 'run ended'

/**
 * What is kept with a socket. A live one has everything, so its place is not written with each event: that costs more than to
 * send the event. `endsAt` is when the socket is closed; sockets of before that was added have none.
 */
export type Cursor = { afterSeq: number; live: boolean; endsAt?: number }

export const cursorOf = (socket: WebSocket): Cursor =>
  (socket.deserializeAttachment() as Cursor | null) ?? { afterSeq: 0, live: false }

/** Something that reads the table when there is more to read. */
export type Follower = {
  wake: () => void
  /** Says by itself whether it needs the run in memory. */
  isApart?: true
}

/** With the outcome of a call, or with another attempt, what was said of it is over. */
const endsCall = (
  event: NumberedEvent['event'],
): event is Extract<NumberedEvent['event'], { path: string }> =>
  'path' in event && event.type !== 'log' && event.type !== 'node.progress' && event.type !== 'node.started'

export function runLive(context: { store: RunStore; run: () => Run | null; sockets: () => WebSocket[] }) {
  const followers = new Set<Follower>()
  const partials = openPartials(() => {
    const run = context.run()
    return run === null ? null : pieceHiderOf(run.spec)
  })
  /** Where sockets are that have everything. Those that were asleep begin anew. */
  let place: Place = new Map()

  /** Without what is secret by its name; the run's own output is what the workflow has chosen to give. */
  function shown({ number, event, progress }: NumberedEvent): RunEvent {
    const body = toPublicEvent(event)
    if (body === null) throw new Error(`The entry ${event.seq} is no event`)
    const { type, ...rest } = body
    const run = context.run()
    const base = hideSecrets(
      {
        type,
        seq: number,
        at: toIso(event.at),
        ...(progress === null ? {} : { progress }),
        ...rest,
      } as unknown as Record<string, Json>,
      run?.spec,
    )
    return { ...base, ...(run === null ? {} : outputOf(run, body)) } as unknown as RunEvent
  }

  function outputOf(run: Run, event: { type: RunEvent['type']; path?: string }): Record<string, Json> {
    if (event.type === 'run.succeeded') {
      const output = hideStored(readable(() => outputOfRun(run)).value, run)
      const { length } = JSON.stringify(output)
      return length > MAX_INLINE_CHARS ? { outputBytes: length } : { output }
    }
    if (event.type !== 'node.succeeded' || event.path === undefined) return {}
    const { path } = event
    const chars = run.values.chars(path)
    if (chars > MAX_INLINE_CHARS) return { outputBytes: chars }
    return { output: hideSecrets(readable(() => (run.values.read(path) ?? null) as Json).value, run.spec) }
  }

  function page(afterSeq: number, limit: number): RunEvent[] {
    const events: RunEvent[] = []
    let chars = 0
    for (const event of context.store.readEvents(afterSeq)) {
      chars += event.chars
      if (events.length === limit || (chars > PAGE_CHARS && events.length > 0)) break
      events.push(shown(event))
    }
    return events
  }

  const channel = (): string => `run:${context.run()?.spec.runId ?? ''}`
  const isOver = (): boolean => {
    const run = context.run()
    return run !== null && hasEnded(run.state)
  }

  function frame(event: RunEvent): string {
    return JSON.stringify({ type: 'event', channel: channel(), seq: event.seq, event })
  }

  const deltaFrame = (event: RunDelta): string => JSON.stringify({ type: 'event', channel: channel(), event })

  const headSeq = (): number => (context.run() === null ? 0 : context.store.lastEvent())

  /** Sends one page; the client asks for the next by `resume`, so that its speed decides. */
  function resume(socket: WebSocket, afterSeq: number): void {
    const events = page(afterSeq, PAGE_EVENTS)
    for (const event of events) socket.send(frame(event))
    const last = events.at(-1)?.seq ?? afterSeq
    const live = last >= headSeq()
    socket.serializeAttachment({ ...cursorOf(socket), afterSeq: last, live } satisfies Cursor)
    socket.send(JSON.stringify({ type: live ? 'subscribed' : 'more', channel: channel(), seq: last }))
    if (live && isOver()) socket.close(1000, RUN_ENDED)
    // What has been said so far of answers that are under way: others have had it.
    else if (live) for (const delta of partials.after(new Map())) socket.send(deltaFrame(delta))
  }

  function sendDeltas(): void {
    const deltas = partials.after(place)
    if (deltas.length === 0) return
    for (const follower of [...followers]) if (!follower.isApart) follower.wake()
    const frames = deltas.map(deltaFrame)
    for (const socket of context.sockets()) {
      if (!cursorOf(socket).live) continue
      try {
        for (const text of frames) socket.send(text)
      } catch {
        // It is closing: its own close event cleans up.
      }
    }
  }

  return {
    page,
    headSeq,
    resume,
    /** A piece of what a model says. Only the current attempt is heard. */
    delta(path: string, attempt: number, delta: ModelDelta): void {
      const activation = context.run()?.state.activations.get(path)
      if (activation?.status !== 'running' || activation.attempt !== attempt) return
      partials.add(path, attempt, delta)
      sendDeltas()
    },
    deltasAfter: partials.after,
    forget(): void {
      partials.clear()
      place = new Map()
    },
    publish(events: readonly NumberedEvent[]): void {
      if (events.length === 0) return
      if (!partials.isEmpty()) for (const { event } of events) if (endsCall(event)) partials.drop(event.path)
      for (const follower of [...followers]) follower.wake()
      const sockets = context.sockets()
      if (sockets.length === 0) return
      const frames = events.map((event) => frame(shown(event)))
      for (const socket of sockets) {
        if (!cursorOf(socket).live) continue
        try {
          for (const text of frames) socket.send(text)
          if (isOver()) socket.close(1000, RUN_ENDED)
        } catch {
          // It is closing: its own close event cleans up.
        }
      }
    },
    follow(follower: Follower): () => void {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    isEmpty: (): boolean => [...followers].every(({ isApart }) => isApart),
    endFollowers(): void {
      for (const follower of [...followers]) follower.wake()
    },
  }
}
