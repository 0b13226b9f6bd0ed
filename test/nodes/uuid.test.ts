// `uuid()` in expressions: the same on every attempt, different everywhere else.
import { expect, inject, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { start } from '../helpers/runs.ts'
import { one, outputOf } from './one.ts'

const BASE = inject('httpTarget')
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const two = { values: { a: '{{ uuid() }}', b: '{{ [uuid(), uuid()] }}' } }

test('each attempt of a node sends the same value', async () => {
  const name = newId('evt', Date.now())
  const params = { url: `${BASE}/flaky/${name}?failures=2`, body: { id: '{{ uuid() }}' } }
  const run = await one('http.request', params, { node: { retry: { attempts: 3, delayMs: 1 } } })
  expect(run.status).toBe('succeeded')
  const { body } = (await outputOf('http.request', { url: `${BASE}/seen/${name}` })) as {
    body: { body: string }[]
  }
  const ids = body.map((sent) => (JSON.parse(sent.body) as { id: string }).id)
  expect(ids).toHaveLength(3)
  expect(ids[0]).toMatch(UUID)
  expect(new Set(ids).size).toBe(1)
})

test('each call, item, node and run has another value, also if a node evaluates item by item', async () => {
  const each = { items: [1, 2, 3] }
  const nodes = [
    { id: 'set', type: 'data.set', params: two },
    { id: 'items', type: 'data.set', each, params: two },
    { id: 'map', type: 'data.map', params: { items: [1, 2, 3], value: '{{ uuid() }}' } },
    { id: 'slow', type: 'store.get', each, params: { key: '{{ uuid() }}' } },
    { id: 'last', type: 'data.set', params: two },
  ]
  const edges = nodes.slice(1).map(({ id }, at) => ({ from: nodes[at]?.id, to: id }))
  const output = {
    known: '{{ [nodes.set, nodes.items, nodes.map, nodes.last] }}',
    own: '{{ uuid() }}',
  }
  const texts = async () => {
    const run = await start({ nodes, edges, output })
    if (run.status !== 'succeeded') throw new Error(JSON.stringify(run.error))
    return JSON.stringify(run.output).match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []
  }
  const [first, second] = [await texts(), await texts()]
  expect(first).toHaveLength(3 + 9 + 3 + 3 + 1)
  expect(new Set([...first, ...second]).size).toBe(first.length + second.length)
})
