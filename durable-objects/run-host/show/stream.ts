// A run's events as server-sent events: first pages, as fast as the client reads, then live events. Invariants:
// 1. Events are always read from the table by the cursor, so none is missed and none comes twice.
// 2. When idle, a comment is sent now and then, so that no proxy closes the stream. Its timer exists only while the
//    stream waits, so an abandoned stream keeps nothing awake.
import { hasEnded } from '../../../src/engine/model/state.ts'
import type { RunDelta, RunEvent } from '../../../src/objects/run-events.ts'
import type { RunShell } from '../run-shell.ts'
import type { Place } from './partials.ts'

const PAGE = 100

/** Less than the 30 s after which the strictest proxies close a silent response. */
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
  /** Sends nothing more, not even pending events. */
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

  /** Waits until there may be events. False if only a comment is due. */
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
        // All recorded events are sent, so partial output now belongs to calls that the client has seen start.
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
