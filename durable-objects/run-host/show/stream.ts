// A run's events as server-sent events: pages up to the head, as fast as the client takes them, then as they come. Invariants:
// 1. Whatever woke it, events are read from the table by the cursor: none is missed, none comes twice.
// 2. While nothing comes a comment is sent now and then, so that no proxy takes the stream for dead. Its timer is there
//    only while the stream waits, and goes with it: a stream that is left keeps nothing awake.
import { hasEnded } from '../../../src/engine/model/state.ts'
import type { RunDelta, RunEvent } from '../../../src/objects/run-events.ts'
import type { RunShell } from '../run-shell.ts'
import type { Place } from './partials.ts'

const PAGE = 100

/** Below the 30 s after which the hastiest proxies cut a silent answer. */
const BEAT_MS = 20_000

const encoder = new TextEncoder()
const BEAT = encoder.encode(': beat\n\n')

function frame(event: RunEvent): Uint8Array {
  return encoder.encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}

const deltaFrame = (delta: RunDelta): Uint8Array =>
  encoder.encode(`event: delta\ndata: ${JSON.stringify(delta)}\n\n`)

export type EventStream = {
  body: ReadableStream<Uint8Array>
  /** Nothing more is sent, not even what is there. */
  end: () => void
}

export function eventStream(
  machine: Pick<RunShell, 'run' | 'live'>,
  afterSeq: number,
  onEnd: () => void,
  beatMs = BEAT_MS,
): EventStream {
  let cursor = afterSeq
  const place: Place = new Map()
  let ended = false
  let stop = () => {}
  let wakeUp = () => {}

  /** Until there may be events; false when only the time for a beat has come. */
  const nextEvents = (): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (hasCome: boolean) => {
        stop()
        resolve(hasCome)
      }
      const timer = setTimeout(() => done(false), beatMs)
      wakeUp = () => done(true)
      const leave = machine.live.follow({ wake: wakeUp })
      stop = () => {
        clearTimeout(timer)
        leave()
      }
    })

  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const events = machine.run === null || ended ? [] : machine.live.page(cursor, PAGE)
        for (const event of events) controller.enqueue(frame(event))
        cursor = events.at(-1)?.seq ?? cursor
        if (events.length > 0) return
        // All that is recorded has been sent, so what is said now belongs to what the client has seen begin.
        const deltas = machine.run === null || ended ? [] : machine.live.deltasAfter(place)
        for (const delta of deltas) controller.enqueue(deltaFrame(delta))
        if (deltas.length > 0) return
        if (machine.run === null || ended || hasEnded(machine.run.state)) {
          controller.close()
          onEnd()
          return
        }
        if (await nextEvents()) continue
        controller.enqueue(BEAT)
        return
      }
    },
    cancel: () => {
      stop()
      onEnd()
    },
  })
  return {
    body,
    end: () => {
      ended = true
      wakeUp()
    },
  }
}
