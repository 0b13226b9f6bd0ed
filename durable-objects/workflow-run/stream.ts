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

export function eventStream(machine: RunShell, afterSeq: number): ReadableStream<Uint8Array> {
  let cursor = afterSeq
  let stop = () => {}

  const nextEvents = (): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        stop()
        resolve()
      }
      stop = machine.live.follow({ wake })
    })

  return new ReadableStream<Uint8Array>({
    // Whatever woke it, events are read from the table by the cursor: none is missed, none comes twice.
    async pull(controller) {
      for (;;) {
        const events = machine.run === null ? [] : machine.live.page(cursor, PAGE)
        for (const event of events) controller.enqueue(frame(event))
        cursor = (events.at(-1) as { seq: number } | undefined)?.seq ?? cursor
        if (events.length > 0) return
        if (machine.run === null || hasEnded(machine.run.state)) {
          controller.close()
          return
        }
        await nextEvents()
      }
    },
    cancel: () => stop(),
  })
}
