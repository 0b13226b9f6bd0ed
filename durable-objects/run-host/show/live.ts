// Live events. Invariants:
// 1. Events have a `seq` without gaps. A follower names the last one that it has, and gets every later one, in order,
//    once.
// 2. Pages are read from the table. A follower goes live only when its cursor is at the newest event, checked in the
//    same turn.
// 3. A slow reader never slows the run: writes to sockets do not wait, and a socket that falls behind reads pages
//    again.
// 4. Only public events leave the run, never an entry of its log.
import { toIso } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import type { ModelDelta, RunDelta, RunEvent } from '../../../src/objects/run-events.ts'
import { MAX_INLINE_CHARS, toPublicEvent } from '../../../src/objects/to-public-event.ts'
import type { NumberedEvent } from '../rows/event-log.ts'
import type { RunStore } from '../rows/store.ts'
import type { Run } from '../turn/scope.ts'
import { openPartials, type Place } from './partials.ts'
import { hideSecrets, hideStored, pieceHiderOf } from './redaction.ts'
import { outputOfRun, readable } from './view.ts'

export const PAGE_EVENTS = 500
const PAGE_CHARS = 1_000_000

/** The reason for closing a socket that has received everything. */
export const RUN_ENDED = 'run ended'

/**
 * Stored with a socket. A live socket has everything, so its position is not updated for each event: that costs more
 * than sending the event. `endsAt` is when the socket is closed; older sockets have none.
 */
export type Cursor = { afterSeq: number; live: boolean; endsAt?: number }

export const cursorOf = (socket: WebSocket): Cursor =>
  (socket.deserializeAttachment() as Cursor | null) ?? { afterSeq: 0, live: false }

/** Reads the table when it is woken. */
export type Follower = {
  wake: () => void
  /** Decides itself whether it needs the run in memory. */
  isApart?: true
}

/** Events after which the partial answer of a call is obsolete: its outcome, or another attempt. */
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
  /** The position of live sockets. After hibernation it starts again. */
  let place: Place = new Map()

  /** Hides fields with secret names. The output of the run is what the workflow chose to return. */
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

  /** Sends one page. The client requests the next with `resume`, so it sets the pace. */
  function resume(socket: WebSocket, afterSeq: number): void {
    const events = page(afterSeq, PAGE_EVENTS)
    for (const event of events) socket.send(frame(event))
    const last = events.at(-1)?.seq ?? afterSeq
    const live = last >= headSeq()
    socket.serializeAttachment({ ...cursorOf(socket), afterSeq: last, live } satisfies Cursor)
    socket.send(JSON.stringify({ type: live ? 'subscribed' : 'more', channel: channel(), seq: last }))
    if (live && isOver()) socket.close(1000, RUN_ENDED)
    // Sends what this socket has missed of answers in progress.
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
        // It is closing. Its close event cleans up.
      }
    }
  }

  return {
    page,
    headSeq,
    resume,
    /** A piece of a model's output. Only the current attempt is shown. */
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
          // It is closing. Its close event cleans up.
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
