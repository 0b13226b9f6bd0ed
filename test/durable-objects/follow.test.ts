// A socket that follows a run: pages up to the newest event, then live events, without gaps or repetitions.
import { expect, test } from 'vitest'
import { changed, eventually } from '../helpers/changes.ts'
import { linear, newSpec, runOf } from '../helpers/runs.ts'

type Frame = { type: string; seq?: number }

async function follow(runId: string, afterSeq: number, pages: 'all' | 'one' = 'all') {
  const response = await runOf(runId).fetch(`https://run/?afterSeq=${afterSeq}`, {
    headers: { upgrade: 'websocket' },
  })
  const socket = response.webSocket as WebSocket
  const frames: Frame[] = []
  socket.accept()
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame
    frames.push(frame)
    changed()
    if (frame.type === 'more' && pages === 'all')
      socket.send(JSON.stringify({ type: 'resume', afterSeq: frame.seq }))
  })
  const resume = (from: number) => socket.send(JSON.stringify({ type: 'resume', afterSeq: from }))
  return { frames, resume, close: () => socket.close() }
}

/** More events than one page, and then a wait. */
function longWait() {
  const { nodes, edges } = linear(600)
  return newSpec({
    nodes: [...nodes, { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
    edges: [...(edges ?? []), { from: 'n599', to: 'wait' }],
  })
}

test('a follower gets page after page and then the live events, each once and in order', async () => {
  const spec = longWait()
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await eventually(async () => expect((await stub.view({}))?.status).toBe('waiting'))
  const { frames, close } = await follow(spec.runId, 0)
  await eventually(() => expect(frames.at(-1)?.type).toBe('subscribed'))
  expect(frames.filter(({ type }) => type === 'more').length).toBeGreaterThan(0)
  await stub.signal({ name: 'go', data: null, by: 'me' })
  const head = (await stub.events(0, 1))?.headSeq ?? 0
  await eventually(() => expect(frames.at(-1)?.seq).toBe(head))
  const seqs = frames.filter(({ type }) => type === 'event').map(({ seq }) => seq)
  expect(seqs).toEqual(Array.from({ length: head }, (_, at) => at + 1))
  close()
})

test('a follower that names the last event it has gets the next one first', async () => {
  const spec = newSpec(linear(5))
  await runOf(spec.runId).start(spec)
  const { frames, close } = await follow(spec.runId, 4)
  await eventually(() => expect(frames.at(-1)?.type).toBe('subscribed'))
  expect(frames[0]).toMatchObject({ type: 'event', seq: 5 })
  close()
})

test('a follower that is behind gets new events through its pages, not before them', async () => {
  const spec = longWait()
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await eventually(async () => expect((await stub.view({}))?.status).toBe('waiting'))
  const { frames, resume, close } = await follow(spec.runId, 0, 'one')
  await eventually(() => expect(frames.at(-1)?.type).toBe('more'))
  const { seq: afterSeq = 0 } = frames.at(-1) as Frame
  await stub.signal({ name: 'go', data: null, by: 'me' })
  resume(afterSeq)
  await eventually(() =>
    expect(frames.filter(({ type }) => type === 'event').length).toBeGreaterThan(afterSeq),
  )
  const seqs = frames.filter(({ type }) => type === 'event').map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, at) => at + 1))
  close()
})
