// The sentence for the current state, the positions in the graph, and the differences between two runs.
import { expect, test } from 'vitest'
import {
  HALF,
  ownPlaces,
  portsInOrder,
  toColumns,
  wirePath,
} from '../../../../console/src/features/run/model/columns.ts'
import { compareRuns, differencesOf } from '../../../../console/src/features/run/model/compare.ts'
import { startCurl } from '../../../../console/src/features/run/model/curl.ts'
import { placeAt } from '../../../../console/src/features/run/model/look.ts'
import { addDeltas, type Delta } from '../../../../console/src/features/run/model/model-output.ts'
import { sentenceOf } from '../../../../console/src/features/run/model/now.ts'
import { partsOf, stepOf, withoutItem } from '../../../../console/src/features/run/model/path.ts'
import { outlineOf, withSeen } from '../../../../console/src/features/run/model/steps.ts'
import { liveOf, recorded } from './recorded.ts'

test('a path is split into frame, step, iteration and item', () => {
  expect(partsOf('map:3.inner~2')).toEqual({
    frame: 'map:3',
    id: 'inner',
    iteration: '~2',
    item: null,
    isUndo: false,
  })
  expect(partsOf('map~1~2:7!undo')).toMatchObject({ id: 'map', iteration: '~1~2', item: 7, isUndo: true })
  expect(stepOf('map~2:3.inner~2!undo')).toBe('map.inner!undo')
  expect([withoutItem('a:1.b:20'), withoutItem('a:1!undo')]).toEqual(['a:1.b', 'a!undo'])
})

test('the sentence of a step describes its current state', () => {
  const { events } = recorded('order')
  const at = events.findIndex(({ type, path }) => type === 'node.retrying' && path === 'customer')
  const live = liveOf(events.slice(0, at + 1))
  const place = placeAt(live, 'customer')!
  const showToast = (now: number) => sentenceOf(place, live, now, 4)?.text
  expect(showToast(place.wait!.until! - 800)).toMatch(
    /^Attempt 1 failed: GET .* 503\. The next attempt starts in 800 ms\.$/,
  )
  expect(showToast(place.wait!.until! + 5)).toMatch(/The next attempt starts now\.$/)
  expect(sentenceOf(null, live, 0)?.text).toBe('The run has not reached this step yet.')
})

test.each([
  ['asking', 'ask', /^Waiting for an approval since \d\d:\d\d:\d\d\. It stops waiting in 24 h 0 min\.$/],
  ['order', 'ask', /took another branch/],
  ['items-and-loop', 'each', /^6 items are done, 3 of them failed\.$/],
  ['failing', 'who', null],
] as const)('the sentence in %s of %s', (name, path, words) => {
  const live = liveOf(recorded(name).events)
  const place = placeAt(live, path)!
  const text = sentenceOf(place, live, place.wait?.since ?? 0)?.text ?? null
  if (words === null) expect(text).toBeNull()
  else expect(text).toMatch(words)
})

test('a single successor is straight below its step, and nothing overlaps', () => {
  const box = (id: string, x: number, y: number) => ({ id, width: 224, height: 52, x, y })
  const placed = toColumns(
    [box('a', 130, 0), box('b', 150, 90), box('c', 160, 180), box('d', 200, 180)],
    [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'b', to: 'd' },
    ],
  )
  const x = Object.fromEntries(placed.map((one) => [one.id, one.x]))
  expect(x.a).toBe(x.b)
  expect(x.d! - x.c!).toBeGreaterThanOrEqual(2 * HALF)
  for (const one of placed) expect(one.x % HALF).toBe(0)
})

test('positions of a definition count if all nodes have one', () => {
  const boxes = new Map(['a', 'b'].map((id) => [id, { id, width: 224, height: 52 }]))
  const a = { id: 'a', position: { x: 0, y: 0 } }
  expect(ownPlaces([a, { id: 'b' }], boxes)).toBeNull()
  expect(ownPlaces([a, { id: 'b', position: { x: 10, y: 90 } }], boxes)).toMatchObject([
    { x: 112, y: 26 },
    { x: 122, y: 116 },
  ])
})

test('ports are in the order of their targets', () => {
  const x = new Map(Object.entries({ left: 0, right: 300 }))
  const ways = [
    { port: 'true', to: 'right' },
    { port: 'false', to: 'left' },
  ]
  expect(portsInOrder(ways, (id) => x.get(id)!)).toEqual(['false', 'true'])
  expect(wirePath({ x: 5, y: 0 }, { x: 5, y: 40 })).toBe('M5 0V40')
})

test('two runs of one workflow differ in status and attempts', () => {
  const [order, asking] = [recorded('order'), recorded('asking')]
  const side = ({ definition, events }: typeof order) => ({
    steps: outlineOf(definition).steps,
    live: liveOf(events),
  })
  const rows = compareRuns(side(order), side(asking))
  const differs = Object.fromEntries(rows.map(({ key, differs: all }) => [key, all]))
  expect(differs.ask).toContain('status')
  expect(differs.label).toEqual(expect.arrayContaining(['status', 'tries']))
  expect(differs.total).toEqual([])
})

test('an outcome that a rerun kept does not differ in time or attempts', () => {
  const { definition, events } = recorded('order')
  const { steps } = outlineOf(definition)
  const adopted = events.flatMap((event) => {
    if (event.type === 'node.started' || event.type === 'node.retrying') return []
    return event.type === 'node.succeeded' ? [{ ...event, adopted: true as const, attempt: 1 }] : [event]
  })
  const rerun = liveOf(adopted.map((event, at) => ({ ...event, seq: at + 1 })))
  const rows = compareRuns({ steps, live: liveOf(events) }, { steps, live: rerun })
  expect(rows.filter(({ differs }) => differs.length > 0)).toEqual([])
})

test('values differ at the outermost path that differs', () => {
  expect(differencesOf({ a: 1, b: [1, 2], d: null }, { a: 1, b: [1, 3, 4], c: { x: 1 }, d: null })).toEqual([
    { path: 'b[1]', kind: 'changed', left: 2, right: 3 },
    { path: 'b[2]', kind: 'added', left: undefined, right: 4 },
    { path: 'c', kind: 'added', left: undefined, right: { x: 1 } },
  ])
  const wide = Array.from({ length: 5_000 }, (_, at) => at)
  expect(differencesOf(wide, [], 100)).toHaveLength(100)
})

test('the output of a model is joined from its pieces, and another attempt starts again', () => {
  const piece = (text: string, more: Partial<Delta> = {}): Delta => ({
    path: 'ask.model',
    attempt: 1,
    kind: 'text',
    text,
    ...more,
  })
  const first = addDeltas(new Map(), [piece('Hm', { kind: 'reasoning' }), piece('It '), piece('is 4')])
  expect(first.get('ask.model')?.parts.map(({ kind, text }) => [kind, text])).toEqual([
    ['reasoning', 'Hm'],
    ['text', 'It is 4'],
  ])
  const again = addDeltas(first, [piece('No', { attempt: 2 }), piece('late'), piece('w', { attempt: 2 })])
  expect(again.get('ask.model')).toMatchObject({ attempt: 2, parts: [{ text: 'Now' }] })
  const calls = addDeltas(new Map(), [
    piece('{"a"', { kind: 'tool', id: '1', name: 'add' }),
    piece('{}', { kind: 'tool', id: '2', name: 'stop' }),
  ])
  expect(calls.get('ask.model')?.parts).toHaveLength(2)
})

test('steps that only the log knows are below the step that supplies them', () => {
  const { definition } = recorded('order')
  const outline = withSeen(outlineOf(definition), ['score', 'score.model', 'score.tool.call'])
  expect(outline.byKey.get('score')?.isGroup).toBe(true)
  expect(outline.children.get('score')?.map(({ key }) => key)).toEqual(['score.model', 'score.tool'])
  expect(outline.byKey.get('score.tool.call')).toMatchObject({ parent: 'score.tool', depth: 2 })
  expect(outlineOf(definition).byKey.get('score')?.isGroup).toBe(false)
})

test('the curl command starts the run again, with any input', () => {
  const curl = startCurl('https://o.example', { workflowId: 'wf_1', input: { it: "it's" } })
  expect(curl).toContain("'https://o.example/api/v1/workflows/wf_1/execute'")
  expect(curl).toContain(`-d '{"input":{"it":"it'\\''s"}}'`)
})
