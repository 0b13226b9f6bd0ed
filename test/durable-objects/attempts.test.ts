// One key, one content: each attempt of a node evaluates its parameters to the same values.
import { evictDurableObject } from 'cloudflare:test'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { time } from '../chaos/support/time.ts'
import { newSpec, objectOf, runOf } from '../helpers/runs.ts'
import { ended, ring, until } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())

const isRetrying = (runId: string) =>
  until(runId, (view) => view.waitingFor.some(({ path, kind }) => path === 'call' && kind === 'retry'))

const bodiesSent = async (runId: string): Promise<[key: string, body: unknown][]> => {
  const seen = await fetch(`${inject('httpTarget')}/seen/${runId}`)
  return ((await seen.json()) as { key: string; body: string }[]).map(({ key, body }) => [
    key,
    JSON.parse(body),
  ])
}

test('a retried call sends the same body, although time has passed and the loop before it has continued', async () => {
  const url = `${inject('httpTarget')}/flaky/{{ run.id }}?failures=2`
  const body = { at: '{{ now }}', round: '{{ nodes.round.n }}', received: '{{ nodes.wait ?? null }}' }
  const spec = newSpec({
    nodes: [
      { id: 'round', type: 'data.set', params: { values: { n: '{{ (nodes.round?.n ?? 0) + 1 }}' } } },
      { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } },
      {
        id: 'call',
        type: 'http.request',
        params: { method: 'POST', url, body },
        retry: { attempts: 3, delayMs: 60_000 },
      },
    ],
    edges: [
      { from: 'round', to: 'wait' },
      { from: 'round', to: 'call' },
      { from: 'wait', to: 'round', back: true, maxIterations: 3 },
    ],
    output: '{{ nodes.call.status }}',
  })
  const { runId } = spec
  await runOf(runId).start(spec)
  await isRetrying(runId)
  await runOf(runId).signal({ name: 'go', data: 1, by: 'me' })
  await ring(runId)
  await isRetrying(runId)
  await evictDurableObject(objectOf(runId) as never)
  await runOf(runId).signal({ name: 'go', data: 2, by: 'me' })
  await ring(runId)
  await until(runId, (view) =>
    view.nodes?.some(({ path, status }) => path === 'call' && status === 'succeeded'),
  )
  await runOf(runId).signal({ name: 'go', data: 3, by: 'me' })
  await ended(runId)
  const [first, ...others] = await bodiesSent(runId)
  expect(first).toEqual([`${runId}:call`, { at: expect.any(Number), round: 1, received: null }])
  expect(others).toEqual([first, first])
})

test('the shown input of a node is the one that was sent', async () => {
  const url = `${inject('httpTarget')}/flaky/{{ run.id }}?failures=1`
  const retry = { attempts: 2, delayMs: 60_000 }
  const params = { method: 'POST', url, body: { at: '{{ now }}' } }
  const spec = newSpec({ nodes: [{ id: 'call', type: 'http.request', params, retry }] })
  await runOf(spec.runId).start(spec)
  await isRetrying(spec.runId)
  await ring(spec.runId)
  await ended(spec.runId)
  const shown = await runOf(spec.runId).node('call')
  const sent = await bodiesSent(spec.runId)
  expect(sent).toHaveLength(2)
  for (const [, body] of sent) expect(shown).toMatchObject({ input: { body } })
})
