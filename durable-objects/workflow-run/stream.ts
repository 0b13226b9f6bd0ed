// A run's events as server-sent events: pages up to the head, as fast as the client takes them, then as they come.
import type { Json } from '../../src/core/json.ts'
import { hasEnded } from '../../src/engine/state.ts'
import type { RunShell } from './run-shell.ts'

const PAGE = 100

const encoder = new TextEncoder()

function frame(event: Json): Uint8Array {
  const { seq, type } = event as { seq: number; type: string }
  return encoder.encode(`id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`)
}

export type EventStream = {
  body: ReadableStream<Uint8Array>
  /** Nothing more is sent, not even what is there. */
  end: () => void
}

export function eventStream(machine: RunShell, afterSeq: number, onEnd: () => void): EventStream {
  let cursor = afterSeq
  let ended = false
  let stop = () => {}
  let wakeUp = () => {}

  const nextEvents = (): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        stop()
        resolve()
      }
      wakeUp = wake
      stop = machine.live.follow({ wake })
    })

  const body = new ReadableStream<Uint8Array>({
    // Whatever woke it, events are read from the table by the cursor: none is missed, none comes twice.
    async pull(controller) {
      for (;;) {
        const events = machine.run === null || ended ? [] : machine.live.page(cursor, PAGE)
        for (const event of events) controller.enqueue(frame(event))
        cursor = (events.at(-1) as { seq: number } | undefined)?.seq ?? cursor
        if (events.length > 0) return
        if (machine.run === null || ended || hasEnded(machine.run.state)) {
          controller.close()
          onEnd()
          return
        }
        await nextEvents()
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
