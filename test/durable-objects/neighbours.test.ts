// A computing run beside others in one host. Turns count, not time: between any two of them, the others are served.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { newId } from '../../src/core/ids.ts'
import { hostOf, newRunId } from '../../src/core/run-id.ts'
import { clock } from '../helpers/clock.ts'
import { type Definition, newSpec, runOf } from '../helpers/runs.ts'

const seen = { host: '', turns: 0 }
beforeEach(() =>
  setFaultHook((point, state) => {
    if (point === 'host.commit:before' && state.id.name === seen.host) seen.turns++
  }),
)
afterEach(() => setFaultHook(null))

const LIST = Array.from({ length: 1_000 }, (_, n) => n)
const SUM = LIST.reduce((sum, n) => sum + n, 0)
/** About 300 steps for each item. */
const DEAR = 'input.list.reduce((sum, n) => sum + n, 0)'
const ITEMS = 1_200
const items = `{{ Array.from({ length: ${ITEMS} }, (_, n) => n) }}`

/** Lets the run compute beside one that waits and gets a signal in the meantime. */
async function beside(definition: Definition) {
  const teamId = newId('team', clock.now())
  const spec = (of: Definition, input: unknown = null) =>
    newSpec(of, { teamId, runId: newRunId(teamId, 1, clock.now()), input: input as never })
  const eventWait = { id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }
  const neighbour = spec({ nodes: [eventWait] })
  const computes = spec(definition, { list: LIST })
  seen.host = hostOf(computes.runId)
  await runOf(neighbour.runId).start(neighbour)
  seen.turns = 0
  await runOf(computes.runId).start(computes)
  const before = seen.turns
  const said = await runOf(neighbour.runId).signal({ name: 'go', data: null, by: 'me' })
  const turns = seen.turns - before
  const meanwhile = await runOf(computes.runId).view({})
  const run = await runOf(computes.runId).view({ output: true, nodes: true }, 30_000)
  return { said, turns, meanwhile, run, all: seen.turns }
}

/**
 * The number of its turns at 100,000 steps each: half of the steps are its own, and at most twice as many are those
 * of the last evaluation.
 */
const LEAST_TURNS = (ITEMS * 300) / 100_000

test.each([
  [
    'data.map',
    { value: `{{ ${DEAR} + item }}` },
    LIST.concat(LIST)
      .slice(0, ITEMS)
      .map((_, n) => SUM + n),
  ],
  ['data.sort', { by: `{{ ${DEAR} - item }}` }, Array.from({ length: ITEMS }, (_, n) => ITEMS - 1 - n)],
  ['data.filter', { condition: `{{ ${DEAR} > 0 && item < 2 }}` }, [0, 1]],
])('%s over a list that takes many turns keeps no neighbour waiting', async (type, params, output) => {
  const { said, turns, meanwhile, run, all } = await beside({
    nodes: [{ id: 'work', type, params: { items, ...params } }],
  })
  expect(said).toMatchObject({ ok: true, run: { status: 'succeeded' } })
  expect(meanwhile?.status).toBe('running')
  // Its own turns, and those of the computing run until it got the signal.
  expect(turns).toBeLessThanOrEqual(3)
  expect(run).toMatchObject({ status: 'succeeded', output })
  expect(all).toBeGreaterThan(LEAST_TURNS)
})

test('expensive items of an `each` take many turns, even if one item takes more than one', async () => {
  const { meanwhile, run, turns, all } = await beside({
    nodes: [
      {
        id: 'work',
        type: 'data.map',
        each: { items: '{{ [1, 2, 3] }}' },
        params: { items, value: `{{ ${DEAR} * 0 + index }}` },
      },
      {
        id: 'light',
        type: 'data.set',
        each: { items: `{{ Array.from({ length: 600 }, (_, n) => n) }}` },
        params: { values: { is: `{{ ${DEAR} + item }}` } },
      },
    ],
    edges: [{ from: 'work', to: 'light' }],
    output: {
      first: '{{ nodes.work.length }}',
      of: '{{ nodes.work[2][7] }}',
      last: '{{ nodes.light[599].is }}',
    },
  })
  expect(meanwhile?.status).toBe('running')
  expect(turns).toBeLessThanOrEqual(3)
  expect(run).toMatchObject({ status: 'succeeded', output: { first: 3, of: 7, last: SUM + 599 } })
  expect(all).toBeGreaterThan(3.5 * LEAST_TURNS)
})

test.each([
  ['makes', { text: "{{ 'x'.repeat(1500000) }}" }],
  ['hands on', { text: '{{ input.text }}' }],
])('a run that %s large values again and again writes each in a turn of its own', async (_what, values) => {
  const teamId = newId('team', clock.now())
  const definition = {
    nodes: Array.from({ length: 6 }, (_, n) => ({ id: `n${n}`, type: 'data.set', params: { values } })),
    edges: Array.from({ length: 5 }, (_, n) => ({ from: `n${n}`, to: `n${n + 1}` })),
    output: '{{ nodes.n5.text.length }}',
  }
  const runId = newRunId(teamId, 1, clock.now())
  const spec = newSpec(definition, { teamId, runId, input: { text: 'x'.repeat(1_500_000) } })
  seen.host = hostOf(runId)
  seen.turns = 0
  await runOf(runId).start(spec)
  expect(await runOf(runId).view({ output: true }, 30_000)).toMatchObject({
    ...{ status: 'succeeded', output: 1_500_000 },
  })
  expect(seen.turns).toBeGreaterThanOrEqual(6)
})

test('a run rests after turns that read large values, and not after others', async () => {
  const rests = vi.spyOn(globalThis, 'setTimeout')
  const restsOf = async (text: string): Promise<number[]> => {
    const nodes = [
      { id: 'a', type: 'data.set', params: { values: { text } } },
      ...['b', 'c'].map((id) => ({
        id,
        type: 'data.set',
        params: { values: { n: '{{ nodes.a.text.length }}' } },
      })),
    ]
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
    ]
    const spec = newSpec({ nodes, edges }, { teamId: newId('team', clock.now()) })
    rests.mockClear()
    await runOf(spec.runId).start(spec)
    expect(await runOf(spec.runId).view({}, 30_000)).toMatchObject({ status: 'succeeded' })
    return rests.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms === 35)
  }
  try {
    expect(await restsOf("{{ 'x'.repeat(7_300_000) }}")).toEqual([35])
    expect(await restsOf("{{ 'x'.repeat(100) }}")).toEqual([])
  } finally {
    rests.mockRestore()
  }
})

test('a computing run can be cancelled in the middle of a list', async () => {
  const teamId = newId('team', clock.now())
  const definition = { nodes: [{ id: 'work', type: 'data.map', params: { items, value: `{{ ${DEAR} }}` } }] }
  const spec = newSpec(definition, {
    ...{ teamId, runId: newRunId(teamId, 1, clock.now()), input: { list: LIST } },
  })
  await runOf(spec.runId).start(spec)
  expect(await runOf(spec.runId).control('cancel', 'me')).toMatchObject({
    ok: true,
    run: { status: 'cancelled' },
  })
  expect(await runOf(spec.runId).node('work')).toMatchObject({ status: 'cancelled', output: null })
})
