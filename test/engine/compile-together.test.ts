import { expect, it } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'
import { TYPES } from './support/types.ts'

const found = (definition: unknown, triggers?: unknown) => {
  const result = compile(definition, TYPES, { triggers })
  return result.ok ? [] : result.error.map(({ path, code }) => `${path} ${code}`).sort()
}

it('reports all other problems of a node with an invalid field', () => {
  const nodes = [
    { id: 'a', type: 'http.request', params: { url: 5 }, retry: { attempts: 0 } },
    { id: 'b', type: 'data.set', params: { values: { x: '{{ 1 + }}' } }, timeoutMs: 0 },
    { id: 'c', type: 'no.such', onError: 'x' },
    { id: 'd', type: 'work', each: { items: '{{ nodes.zz }}', concurrency: 0 }, colour: 'red' },
    { id: 'e e', type: 'data.set', params: { count: 11 }, when: '{{ ( }}' },
    { type: 'data.set', params: { values: { x: '{{ nosuch }}' } } },
    { id: 'f', params: { values: '{{ nodes.yy }}' } },
    { id: 'g', type: 'data.set', params: 'none' },
    { id: 'h', type: 'mail.send', credential: 7 },
  ]
  expect(found({ nodes })).toEqual(
    [
      '/nodes/0/params/url node.bad_params',
      '/nodes/0/retry/attempts definition.invalid',
      '/nodes/1/params/values/x expression.syntax',
      '/nodes/1/timeoutMs definition.invalid',
      '/nodes/2/onError definition.invalid',
      '/nodes/2/type node.unknown_type',
      '/nodes/3 definition.invalid',
      '/nodes/3/each/concurrency definition.invalid',
      '/nodes/3/each/items expression.unknown_node',
      '/nodes/4/id definition.invalid',
      '/nodes/4/params/count node.bad_params',
      '/nodes/4/when expression.syntax',
      '/nodes/5/id definition.invalid',
      '/nodes/5/params/values/x expression.unknown_name',
      '/nodes/6/params/values expression.unknown_node',
      '/nodes/6/type definition.invalid',
      '/nodes/7/params definition.invalid',
      '/nodes/8/credential definition.invalid',
    ].sort(),
  )
})

it('finds a cycle through a node or an edge that is invalid elsewhere', () => {
  const nodes = [
    { id: 'a', type: 'work' },
    { id: 'b', type: 'work', retry: { attempts: 0 } },
    { id: 'c c', type: 'work' },
  ]
  const edges = [
    { from: 'a', to: 'b', colour: 'red' },
    { from: 'b', to: 'c c', port: 7 },
    { from: 'c c', to: 'a' },
  ]
  expect(found({ nodes, edges })).toEqual(
    [
      '/nodes/1/retry/attempts definition.invalid',
      '/nodes/2/id definition.invalid',
      '/edges/0 definition.invalid',
      '/edges/1/to definition.invalid',
      '/edges/1/port definition.invalid',
      '/edges/2/from definition.invalid',
      '/edges graph.cycle',
    ].sort(),
  )
})

it('checks nodes with a duplicate id, and concludes nothing from their missing edges', () => {
  const nodes = [
    { id: 'a', type: 'work' },
    { id: 'a', type: 'data.set', params: { values: { x: '{{ 1 + }}' } } },
    { id: 'a', type: 'no.such', onError: 'route', when: '{{ nodes.b }}' },
    { id: 'b', type: 'work' },
  ]
  expect(found({ nodes, edges: [{ from: 'b', to: 'a' }] })).toEqual([
    '/nodes/1/id node.duplicate_id',
    '/nodes/1/params/values/x expression.syntax',
    '/nodes/2/id node.duplicate_id',
    '/nodes/2/type node.unknown_type',
  ])
})

it('follows the references of a node with syntax errors, and checks the rest of invalid settings', () => {
  const values = { x: '{{ 1 + }}', y: '{{ nodes.zz }}' }
  const definition = {
    name: 7,
    settings: { maxParallel: 0, concurrency: { limit: 0, key: '{{ nodes.a }}' } },
    nodes: [{ id: 'a', type: 'data.set', params: { values } }],
    output: '{{ nodes.yy }}',
  }
  expect(found(definition)).toEqual([
    '/name definition.invalid',
    '/nodes/0/params/values/x expression.syntax',
    '/nodes/0/params/values/y expression.unknown_node',
    '/output expression.unknown_node',
    '/settings/concurrency/key expression.unknown_name',
    '/settings/concurrency/limit definition.invalid',
    '/settings/maxParallel definition.invalid',
  ])
})

it('checks the filters of event triggers: syntax, names, and that they are conditions', () => {
  const filters = [
    '{{ item.total > 10 && input.name !== "x" && now > 0 }}',
    true,
    '{{ bad( }}',
    '{{ nosuch.x }}',
    '{{ data.total > 10 }}',
    '{{ nodes.a.ok || vars.x }}',
    'item.x > 1',
    '{{ item.x > 1 }} ',
    '\\{{ item }}',
  ]
  const triggers = filters.map((filter, i) => ({ type: 'event', key: `k${i}`, name: 'paid', filter }))
  expect(found({ nodes: [{ id: 'a', type: 'work' }] }, triggers)).toEqual([
    '/triggers/2/filter expression.syntax',
    '/triggers/3/filter expression.unknown_name',
    '/triggers/4/filter expression.unknown_name',
    '/triggers/5/filter expression.unknown_name',
    '/triggers/5/filter expression.unknown_name',
    '/triggers/6/filter condition.constant',
    '/triggers/7/filter condition.constant',
    '/triggers/8/filter condition.constant',
  ])
})

it('refuses text in place of a condition', () => {
  const nodes = [
    { id: 'a', type: 'flow.if', params: { condition: 'false' } },
    { id: 'b', type: 'work', when: 'item > 1' },
    { id: 'c', type: 'flow.if', params: { cases: [{ when: true }, { when: '{{ input.x }}\n' }, {}, null] } },
    { id: 'd', type: 'flow.if', params: { condition: '{{ input.x }}', cases: 'none', deep: { until: '' } } },
    { id: 'e', type: 'flow.if', params: { condition: false, deep: 7 }, when: '{{ input.a }}{{ input.b }}' },
    { id: 'f', type: 'work', params: { condition: 'false' }, when: false },
  ]
  expect(found({ nodes })).toEqual([
    '/nodes/0/params/condition condition.constant',
    '/nodes/1/when condition.constant',
    '/nodes/2/params/cases/1/when condition.constant',
    '/nodes/3/params/deep/until condition.constant',
  ])
})

it('refuses a schedule that can never fire', () => {
  const crons = ['0 0 30 2 *', '0 0 29 2 *', '*/5 * 31 4,6 *', '0 0 31 4 MON', '61 0 * * *']
  const triggers = crons.map((cron, i) => ({
    type: 'schedule',
    key: `k${i}`,
    cron,
    timezone: 'Europe/Berlin',
  }))
  const spentMs = startProcessorTime()
  expect(found({ nodes: [{ id: 'a', type: 'work' }] }, triggers)).toEqual([
    '/triggers/0/cron trigger.never_fires',
    '/triggers/2/cron trigger.never_fires',
    '/triggers/4/cron definition.invalid',
  ])
  expect(spentMs()).toBeLessThan(2_000)
})

it('refuses item where there is none, such as in the when of the each itself', () => {
  const each = { items: '{{ input.list }}' }
  const uses = { values: { x: '{{ [1].map(item => item) }}', y: '{{ item.x ?? index }}' } }
  const body = {
    nodes: [{ id: 'in', type: 'data.set', params: uses, when: '{{ item > 1 }}' }],
    output: '{{ item }}',
  }
  const nodes = [
    { id: 'a', type: 'data.set', params: uses, each, when: '{{ item > 1 }}' },
    { id: 'b', type: 'data.set', params: uses, each: { items: '{{ item.list }}' } },
    { id: 'c', type: 'data.set', params: uses },
    { id: 'd', type: 'later', params: { per: { x: '{{ item }}' }, perhaps: '{{ index }}' } },
    { id: 'e', type: 'flow.group', params: { body }, each },
    { id: 'f', type: 'work', each, undo: 'g' },
    { id: 'g', type: 'work', params: { x: '{{ item }}' } },
  ]
  expect(found({ nodes, output: '{{ item }}' })).toEqual([
    '/nodes/0/when expression.no_item',
    '/nodes/1/each/items expression.no_item',
    '/nodes/2/params/values/y expression.no_item',
    '/nodes/3/params/perhaps expression.no_item',
    '/output expression.no_item',
  ])
  const alone = {
    id: 'h',
    type: 'flow.group',
    params: { body: { ...body, nodes: [{ ...body.nodes[0], id: 'i' }] } },
  }
  expect(found({ nodes: [alone] })).toEqual([
    '/nodes/0/params/body/nodes/0/params/values/y expression.no_item',
    '/nodes/0/params/body/nodes/0/when expression.no_item',
    '/nodes/0/params/body/output expression.no_item',
  ])
})
