import { describe, expect, it } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'
import { flow, group, node, pure, TYPES } from './support/types.ts'

const problems = (definition: unknown, beside = {}) => {
  const result = compile(definition, TYPES, beside)
  return result.ok ? [] : result.error
}
const codes = (definition: unknown, beside = {}) => problems(definition, beside).map(({ code }) => code)

describe('compile', () => {
  it('accepts a valid definition', () => {
    const definition = flow(
      [
        node('fetch', 'http.request', { params: { url: 'https://example.com/{{ input.id }}' } }),
        node('big', 'flow.if', { params: { condition: '{{ nodes.fetch.body.total > 3 }}' } }),
        pure('yes'),
        pure('no'),
        group('g', [pure('inner', { params: { values: '{{ nodes.fetch }}' } })]),
      ],
      ['fetch>big', 'big:true>yes', 'big:false>no', 'yes>g'],
      { output: '{{ nodes.g }}', settings: { maxParallel: 2 } },
    )
    expect(problems(definition)).toEqual([])
  })

  it('refuses fields that a node would ignore, or work that it cannot do', () => {
    expect(problems(flow([node('a', 'work', { credential: 'github' })]))).toMatchObject([
      { path: '/nodes/0/credential', code: 'node.no_credential' },
    ])
    expect(problems(flow([node('a', 'pause', { each: { items: [1] } })]))).toMatchObject([
      { path: '/nodes/0/each', code: 'each.cannot_wait', hint: expect.stringContaining('group') },
    ])
  })

  it('refuses ids such as __proto__, wherever an id is used', () => {
    for (const id of ['__proto__', 'constructor', 'prototype']) {
      expect(codes(flow([pure(id)], []))).toContain('definition.invalid')
      expect(codes(flow([group('g', [pure(id)])], []))).toContain('definition.invalid')
      expect(codes({ nodes: [pure('a')], edges: [{ from: 'a', to: id }] })).toContain('definition.invalid')
    }
    expect(codes(flow([pure('constructors')], []))).toEqual([])
  })

  it('reports every problem at once, each with its path', () => {
    const found = problems({
      nodes: [
        { id: 'a', type: 'http.requst', params: {} },
        { id: 'a', type: 'work' },
        { id: 'b c', type: 'work' },
        { id: 'd', type: 'mail.send', params: { text: '{{ nodes.a + }}' } },
        { id: 'e', type: 'data.set', params: { count: 99, wrong: 1 } },
        { id: 'f', type: 'work', onError: 'route' },
      ],
      edges: [
        { from: 'a', to: 'nowhere' },
        { from: 'd', to: 'e', port: 'maybe' },
        { from: 'e', to: 'f' },
        { from: 'f', to: 'e' },
      ],
      colour: 'red',
    })
    expect(found.map(({ path, code }) => `${path} ${code}`)).toEqual([
      ' definition.invalid',
      '/nodes/1/id node.duplicate_id',
      '/nodes/2/id definition.invalid',
      '/edges/0/to edge.unknown_node',
      '/nodes/0/type node.unknown_type',
      '/nodes/3/credential node.missing_credential',
      '/nodes/4/params/count node.bad_params',
      '/nodes/4/params node.bad_params',
      '/nodes/5/onError node.error_route_missing',
      '/edges/1/port edge.unknown_port',
      '/edges graph.cycle',
      '/nodes/3/params/text expression.syntax',
    ])
    expect(found.find(({ code }) => code === 'node.unknown_type')?.hint).toContain('http.request')
    expect(found.find(({ code }) => code === 'graph.cycle')?.message).toMatch(/e → f → e|f → e → f/)
    expect(found.at(-1)?.message).toMatch(/column \d+/)
  })

  it('accepts an expression in place of any parameter', () => {
    const ok = node('a', 'http.request', { params: { url: '{{ input.url }}', method: '{{ input.method }}' } })
    expect(codes(flow([ok]))).toEqual([])
    expect(codes(flow([pure('a', { params: { count: '{{ 1 }}', values: '{{ input }}' } })]))).toEqual([])
    expect(codes(flow([pure('a', { params: { count: 'many' } })]))).toEqual(['node.bad_params'])
  })

  it('reports unreachable nodes', () => {
    expect(codes(flow([node('a'), node('b'), node('c')], ['a>b', 'b>a', 'b>c']))).toEqual([
      'graph.cycle',
      'node.unreachable',
    ])
  })

  it('accepts a loop whose head dominates it, and refuses others', () => {
    expect(codes(flow([node('s'), node('h'), node('b')], ['s>h', 'h>b', 'b~>h']))).toEqual([])
    expect(codes(flow([node('s'), node('h'), node('b')], ['s>h', 's>b', 'h>b', 'b~>h']))).toEqual([
      'loop.not_dominated',
    ])
    expect(codes(flow([node('a'), node('b')], ['a~>b']))).toEqual(['loop.no_loop'])
  })

  it.each(['nodes.a', 'prev', 'item', 'index'])('does not know %s where a run starts', (name) => {
    const concurrency = { limit: 1, key: `{{ ${name} }}` }
    expect(codes(flow([node('a')], [], { settings: { concurrency } }))).toEqual(['expression.unknown_name'])
    const key = '{{ input.a }}{{ vars.b }}{{ run.startedBy }}{{ workflow.id }}{{ now }}'
    expect(codes(flow([node('a')], [], { settings: { concurrency: { limit: 1, key } } }))).toEqual([])
  })

  it('counts a trigger that starts in the middle of a loop as another entry', () => {
    const definition = flow([node('h'), node('b')], ['h>b', 'b~>h'])
    expect(codes(definition, { triggers: [{ type: 'manual', entry: 'h' }] })).toEqual([])
    expect(codes(definition, { triggers: [{ type: 'manual', entry: 'b' }] })).toEqual(['loop.not_dominated'])
    expect(codes(definition, { triggers: [{ type: 'manual', entry: 'x' }, { type: 'manual' }] })).toEqual([
      'trigger.unknown_entry',
      'trigger.duplicate_key',
    ])
  })

  it.each([
    ['a later node', flow([pure('a', { params: { values: '{{ nodes.b }}' } }), node('b')], ['a>b'])],
    ['a node beside it', flow([pure('a', { params: { values: '{{ nodes.b }}' } }), node('b')])],
    [
      'a node inside a group',
      flow([group('g', [node('b')]), pure('a', { params: { values: '{{ nodes.b }}' } })], ['g>a']),
    ],
  ])('refuses an expression that reads %s', (_, definition) => {
    expect(codes(definition)).toEqual(['expression.not_upstream'])
  })

  it('allows an expression in a loop to read the previous iteration, and one after it any node of the loop', () => {
    const reads = (id: string) => ({ params: { values: `{{ nodes.${id} }}` } })
    const nodes = [pure('h', reads('b')), pure('b', reads('h')), pure('end', reads('side')), pure('side')]
    expect(codes(flow(nodes, ['h>b', 'h>side', 'side>b', 'b~>h', 'b>end']))).toEqual([])
  })

  it('allows an undo to read what it undoes and earlier nodes', () => {
    const undo = pure('u', { params: { values: '{{ [nodes.a, nodes.b] }}' } })
    expect(codes(flow([node('a'), node('b', 'work', { undo: 'u' }), undo], ['a>b']))).toEqual([])
    expect(codes(flow([node('a', 'work', { undo: 'u' }), node('b'), undo], ['a>b']))).toEqual([
      'expression.not_upstream',
    ])
  })

  it.each([
    ['edge.unknown_port', flow([node('a'), node('b')], ['a:error>b'])],
    ['edge.duplicate', flow([node('a'), node('b')], ['a>b', 'a>b'])],
    ['edge.not_back', { ...flow([node('a'), node('b')]), edges: [{ from: 'a', to: 'b', maxIterations: 2 }] }],
    ['edge.crosses_bodies', flow([node('a'), group('g', [node('b')])], ['a>b'])],
    ['each.multiple_ports', flow([node('a', 'flow.if', { each: { items: [] } })])],
    ['each.too_many_items', flow([node('a', 'work', { each: { items: Array(10_001).fill(0) } })])],
    ['group.no_retry', flow([group('g', [node('a')], [], { retry: { attempts: 2 } })])],
    ['undo.unknown_node', flow([node('a', 'work', { undo: 'b' })])],
    ['undo.has_edges', flow([node('a', 'work', { undo: 'b' }), node('b')], ['a>b'])],
    ['undo.not_simple', flow([node('a', 'work', { undo: 'g' }), group('g', [node('b')])])],
    ['merge.count_missing', flow([node('a', 'flow.merge', { params: { mode: 'quorum' } })])],
    ['merge.count_too_high', flow([node('a', 'flow.merge', { params: { mode: 'quorum', count: 2 } })])],
    ['merge.mode_not_fixed', flow([node('a', 'flow.merge', { params: { mode: '{{ 1 }}' } })])],
    ['node.no_main_port', flow([node('a', 'flow.if', { onError: 'continue' })])],
    ['expression.unknown_node', flow([node('a', 'work', { when: '{{ nodes.zz }}' })])],
    ['definition.invalid', flow([node('g', 'flow.group')])],
  ])('reports %s', (code, definition) => {
    expect(codes(definition)).toContain(code)
  })

  it('checks the bodies of groups', () => {
    const found = problems(flow([group('g', [node('a', 'nope')], ['a>x'])]))
    expect(found.map(({ path }) => path)).toEqual([
      '/nodes/0/params/body/edges/0/to',
      '/nodes/0/params/body/nodes/0/type',
    ])
  })
})

describe('hostile definitions', () => {
  const circle: Record<string, unknown> = { nodes: [] }
  circle.self = circle
  let deep: unknown = 1
  for (let i = 0; i < 10_000; i++) deep = [deep]
  let laughs: unknown = 'ha'
  for (let i = 0; i < 40; i++) laughs = [laughs, laughs]
  const many = { nodes: Array.from({ length: 10_000 }, (_, i) => ({ id: `n${i}`, type: 'work' })) }
  const throwing = Object.defineProperty({}, 'nodes', {
    enumerable: true,
    get() {
      throw new Error('gotcha')
    },
  })

  it.each([
    ['a circle', circle, 'definition.too_deep'],
    ['depth 10,000', { nodes: [], meta: deep }, 'definition.too_deep'],
    ['shared parts that unfold to 2^40', { nodes: [], meta: laughs }, 'definition.too_large'],
    ['5 MB', { nodes: [], name: 'x'.repeat(5_000_000) }, 'definition.too_large'],
    ['a million elements', { nodes: Array(1_000_000).fill(1) }, 'definition.too_large'],
    ['10,000 nodes', many, 'definition.too_many_nodes'],
    ['NaN', { nodes: [{ id: 'a', type: 'work', timeoutMs: Number.NaN }] }, 'definition.not_json'],
    ['a date', { nodes: [], meta: new Date(0) }, 'definition.not_json'],
    ['a function', { nodes: [], meta: () => 1 }, 'definition.not_json'],
    ['an accessor that throws', throwing, 'definition.unreadable'],
    ['null', null, 'definition.invalid'],
    ['a number', 7, 'definition.invalid'],
    ['nothing', undefined, 'definition.not_json'],
    ['nodes that are none', { nodes: [null, 1, 'x', [], {}] }, 'definition.invalid'],
  ])('are refused in no time: %s', (_, definition, code) => {
    const spentMs = startProcessorTime()
    expect(codes(definition)).toContain(code)
    expect(spentMs()).toBeLessThan(1_000)
  })

  it('refuses a thousand nested loops in reasonable time', () => {
    const nodes = Array.from({ length: 1_000 }, (_, i) => pure(`n${i}`))
    const arcs = nodes.slice(1).map((_, i) => `n${i}>n${i + 1}`)
    for (let i = 0; i < 500; i++) arcs.push(`n${999 - i}~>n${i}`)
    const spentMs = startProcessorTime()
    expect(codes(flow(nodes, arcs))).toEqual(['loop.too_deep'])
    expect(spentMs()).toBeLessThan(2_000)
  })

  it('compiles a thousand nodes with ten thousand edges in reasonable time', () => {
    const nodes = Array.from({ length: 1_000 }, (_, i) =>
      pure(`n${i}`, { params: { values: '{{ input }}' } }),
    )
    const arcs: string[] = []
    for (let to = 1; to < 1_000; to++) for (let k = 1; k <= 10 && k <= to; k++) arcs.push(`n${to - k}>n${to}`)
    const spentMs = startProcessorTime()
    expect(codes(flow(nodes, arcs.slice(0, 10_000)))).toEqual([])
    expect(spentMs()).toBeLessThan(2_000)
  })
})
