// The stream of a run's events while nothing happens.
import { expect, test } from 'vitest'
import { eventStream } from '../../durable-objects/run-host/show/stream.ts'
import { newRun } from '../../src/engine/model/state.ts'

type Machine = Parameters<typeof eventStream>[0]

/** A run without events until the test creates one. */
function quiet() {
  const followers = new Set<{ wake: () => void }>()
  const events: unknown[] = []
  const machine = {
    run: { state: newRun() },
    live: {
      page: (after: number) => events.slice(after),
      deltasAfter: () => [],
      follow(follower: { wake: () => void }) {
        followers.add(follower)
        return () => followers.delete(follower)
      },
    },
  } as unknown as Machine
  const happen = () => {
    events.push({ seq: events.length + 1, type: 'log' })
    for (const one of [...followers]) one.wake()
  }
  return { machine, followers, happen }
}

const textOf = (chunk: ReadableStreamReadResult<Uint8Array>) => new TextDecoder().decode(chunk.value)

test('an idle stream sends comments, and continues with the next event', async () => {
  const { machine, happen } = quiet()
  const reader = eventStream(machine, 0, () => {}, 1).body.getReader()
  expect(textOf(await reader.read())).toBe(': beat\n\n')
  happen()
  let text = ''
  while (!text.includes('data')) text = textOf(await reader.read())
  expect(text).toBe('id: 1\nevent: log\ndata: {"seq":1,"type":"log"}\n\n')
  await reader.cancel()
})

test('an abandoned stream waits for nothing', async () => {
  const { machine, followers } = quiet()
  const reader = eventStream(machine, 0, () => {}).body.getReader()
  const read = reader.read()
  expect(followers.size).toBe(1)
  await reader.cancel()
  expect((await read).done).toBe(true)
  expect(followers.size).toBe(0)
})
