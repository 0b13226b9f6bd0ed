// Large values are written piece by piece before the turn that takes them, and become part of the run completely or
// not at all.
import { evictDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import { LargeValues } from '../../durable-objects/run-host/life/large-values.ts'
import { asNewProcess, setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { SMALL_OUTPUT_CHARS } from '../../durable-objects/run-host/rows/pieces.ts'
import { hostOf } from '../../src/core/run-id.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newPerson } from '../helpers/people.ts'
import { type Definition, ended, newSpec, objectOf, runOf } from '../helpers/runs.ts'
import { upload } from '../modules/files/support/files.ts'
import { type Death, sqlOf } from './support/poison.ts'

afterEach(() => setFaultHook(null))

/** Starts with one character, so that a piece ends within a pair of surrogates. */
const text = `a${'😀'.repeat(1_000_000)}`
const PIECES = Math.ceil(text.length / SMALL_OUTPUT_CHARS)

const copy: Definition = {
  nodes: [{ id: 'a', type: 'data.set', params: { values: { text: '{{ input.text }}' } } }],
  output: '{{ nodes.a.text.length }}',
}

/** Called at each point of the run. */
function watch(runId: string, at: (point: string, state: DurableObjectState) => void): void {
  setFaultHook((point, state) => {
    if (state.id.name === hostOf(runId)) at(point, state)
  })
}

function die(state: DurableObjectState, how: Death): never {
  if (how === 'process') asNewProcess()
  if (how !== 'throw') state.abort(onPurpose('lost'))
  throw new Error(onPurpose('lost'))
}

/** The paths of the stored outputs, with their pieces. */
const storedOf = (runId: string): Promise<Record<string, number>> =>
  sqlOf(runId, (sql) =>
    Object.fromEntries(
      sql
        .exec<{ path: string; pieces: number }>(
          "SELECT path, count(*) AS pieces FROM outputs WHERE path NOT LIKE '$spec' GROUP BY path",
        )
        .toArray()
        .map(({ path, pieces }) => [path, pieces]),
    ),
  )

async function requireText(runId: string, path: string, field = 'text'): Promise<void> {
  await evictDurableObject(objectOf(runId) as never)
  const output = (await runOf(runId).node(path))?.output as Record<string, string>
  expect(output[field] === text).toBe(true)
}

test('each piece has a commit of its own, and other work of the host comes between two pieces', async () => {
  const spec = newSpec(copy, { input: { text } })
  const steps: string[] = []
  watch(spec.runId, (point) => {
    if (point === 'store.writePiece:after') steps.push('piece')
    if (point === 'host.commit:after') steps.push('commit')
  })
  await runOf(spec.runId).start(spec)
  expect(await ended(spec.runId)).toMatchObject({ output: text.length })
  expect(steps.join(' ')).not.toContain('piece piece')
  expect(steps.filter((step) => step === 'piece')).toHaveLength(PIECES)
  await requireText(spec.runId, 'a')
})

test('values under a megabyte are written with their turn', async () => {
  const spec = newSpec(copy, { input: { text: 'x'.repeat(900_000) } })
  watch(spec.runId, (point) => expect(point).not.toContain('writePiece'))
  await runOf(spec.runId).start(spec)
  expect(await ended(spec.runId)).toMatchObject({ status: 'succeeded', output: 900_000 })
})

test.each<Death>(['throw', 'abort', 'process'])(
  'a %s between two pieces of a computed value changes nothing',
  async (how) => {
    const spec = newSpec(copy, { input: { text } })
    let pieces = 0
    watch(spec.runId, (point, state) => {
      if (point === 'store.writePiece:after' && ++pieces === 3) die(state, how)
    })
    await runOf(spec.runId).start(spec)
    expect(await eventually(() => ended(spec.runId))).toMatchObject({
      status: 'succeeded',
      output: text.length,
    })
    await requireText(spec.runId, 'a')
    expect(await storedOf(spec.runId)).toEqual({ a: 1, 'a@try1': PIECES, $output: 1 })
  },
)

test('a computed value whose pieces lose the process each time ends its node', async () => {
  const spec = newSpec(copy, { input: { text } })
  let losses = 0
  watch(spec.runId, (point, state) => {
    if (point !== 'store.writePiece:before') return
    losses++
    die(state, 'process')
  })
  await runOf(spec.runId).start(spec)
  const done = await eventually(() => ended(spec.runId))
  expect(done).toMatchObject({ status: 'failed', error: { code: 'node.poison' } })
  expect(losses).toBeLessThan(6)
})

test('an effect that is lost between two pieces of its result is tried again, and its pieces are removed', async () => {
  const person = await newPerson()
  const { body } = await upload(person, 'text.json', JSON.stringify({ text }), {
    headers: { 'content-type': 'application/json' },
  })
  const read = { id: 'a', type: 'file.read', params: { file: body.id, as: 'json' } }
  const spec = newSpec({ nodes: [read], output: 1 }, { teamId: person.teamId })
  let pieces = 0
  watch(spec.runId, (point, state) => {
    if (point === 'store.writePiece:after' && ++pieces === 3) die(state, 'process')
  })
  await runOf(spec.runId).start(spec)
  expect(await eventually(() => ended(spec.runId))).toMatchObject({ status: 'succeeded' })
  await requireText(spec.runId, 'a')
  expect(await storedOf(spec.runId)).toEqual({ a: 1, 'a@try2': PIECES, $output: 1 })
})

test('a run that is cancelled between two pieces writes no more of them and keeps none', async () => {
  const spec = newSpec(copy, { input: { text } })
  let pieces = 0
  watch(spec.runId, (point) => {
    if (point === 'store.writePiece:after' && ++pieces === 2)
      void Promise.resolve().then(() => runOf(spec.runId).control('cancel', 'me'))
  })
  await runOf(spec.runId).start(spec)
  expect(await ended(spec.runId)).toMatchObject({ status: 'cancelled' })
  await eventually(async () => expect(await storedOf(spec.runId)).toEqual({}))
  expect(pieces).toBeLessThan(PIECES)
})

test('the items of an each, their outputs and the output of the run can be large', async () => {
  const half = 'x'.repeat(700_000)
  const spec = newSpec(
    {
      nodes: [
        {
          id: 'a',
          type: 'data.set',
          params: { values: { t: '{{ item }}' } },
          each: { items: '{{ [input.half, input.half, input.half] }}' },
        },
      ],
      output: '{{ nodes.a.map((one) => one.t) }}',
    },
    { input: { half } },
  )
  await runOf(spec.runId).start(spec)
  const done = await ended(spec.runId)
  expect(done.status).toBe('succeeded')
  await evictDurableObject(objectOf(spec.runId) as never)
  const output = (await ended(spec.runId)).output as string[]
  expect(output.map((one) => one === half)).toEqual([true, true, true])
  // The outputs of the first item are small, those of the other two are not.
  const large = ['$output', '$output@try0', 'a', 'a@items', 'a@items@try1', 'a@out1', 'a@out1@try1', 'a@try1']
  expect(Object.keys(await storedOf(spec.runId)).sort()).toEqual([...large, 'a@out0'].sort())
})

test('a run computes its next large value when the last one is written', async () => {
  const nodes = ['a', 'b', 'c', 'd'].map((id) => ({
    id,
    type: 'data.set',
    params: { values: { text: '{{ input.text }}' } },
  }))
  const spec = newSpec({ nodes, output: 1 }, { input: { text } })
  const take = vi.spyOn(LargeValues.prototype, 'take')
  try {
    let taken = 0
    let most = 0
    watch(spec.runId, (point) => {
      if (point === 'store.writePiece:after') most = Math.max(most, take.mock.calls.length - taken)
      if (point === 'store.writeReference:after') taken++
    })
    await runOf(spec.runId).start(spec)
    expect(await ended(spec.runId)).toMatchObject({ status: 'succeeded' })
    expect({ taken, most }).toEqual({ taken: 4, most: 1 })
  } finally {
    take.mockRestore()
  }
})
