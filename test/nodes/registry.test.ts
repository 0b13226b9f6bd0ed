import { expect, test } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { compileSchema } from '../../src/engine/json-schema/compile.ts'
import { describeNodeTypes } from '../../src/nodes/describe.ts'
import { INNER_NODES, NODE_TYPES, NODES, nodeOf } from '../../src/nodes/registry.ts'
import { parked, start } from '../helpers/runs.ts'

const TYPES = NODES.map((node) => [node.type, node] as const)

/** The example of a node, after one that gives it input. */
const exampleOf = (type: string, params: Record<string, unknown>) => ({
  nodes: [
    { id: 'before', type: 'data.set', params: { values: { total: 1_500, price: 2 } } },
    { id: 'it', type, params, ...(nodeOf(type)?.needsCredential ? { credential: 'Any' } : {}) },
  ],
  edges: [{ from: 'before', to: 'it' }],
})

const schemaOf = (type: string) =>
  (describeNodeTypes().find((one) => one.type === type)?.params ?? {}) as { required?: string[] }

test('each type has a unique name that begins with its category', () => {
  expect(new Set(NODES.map(({ type }) => type)).size).toBe(NODES.length)
  for (const { type, category } of NODES) expect(type).toMatch(new RegExp(`^${category}\\.[a-z][A-Za-z]*$`))
})

test('inner types are marked, so that users cannot use them', () => {
  expect(INNER_NODES.filter(({ internal }) => internal !== true)).toEqual([])
  expect(NODES.filter(({ internal }) => internal)).toEqual([])
})

test('a type is found by its name, in the shell and in the engine', () => {
  for (const [type, node] of TYPES) {
    expect(nodeOf(type)).toBe(node)
    expect(NODE_TYPES.get(type)).toBe(node)
  }
  expect(nodeOf('no.such')).toBeUndefined()
})

test.each(TYPES)('%s describes its work, its output and its ports', (_type, node) => {
  for (const text of [node.summary, node.output]) expect(text).toMatch(/^[A-Z`].*\.$/s)
  const ports = node.ports(node.example)
  expect(ports.length).toBeGreaterThan(0)
  expect(new Set(ports).size).toBe(ports.length)
  expect(ports).not.toContain('error')
})

test.each(TYPES)('the example of %s is a valid workflow', (type, node) => {
  const compiled = compile(exampleOf(type, node.example), NODE_TYPES)
  expect(compiled).toMatchObject({ ok: true })
})

test.each(TYPES)('%s refuses an unknown parameter, and reports every missing one', (type, node) => {
  const unknown = compile(exampleOf(type, { ...node.example, nonsense: 1 }), NODE_TYPES)
  expect(unknown).toMatchObject({ ok: false })
  const { required = [] } = schemaOf(type)
  for (const name of required) {
    const { [name]: _left, ...rest } = node.example
    expect(compile(exampleOf(type, rest), NODE_TYPES), name).toMatchObject({ ok: false })
  }
})

test.each(TYPES.filter(([, node]) => node.pure))('the example of %s runs', async (type, node) => {
  const input = { orderId: 'A-17', total: 1_500 }
  const isWaiting = /^flow\.(wait|approval)/.test(type)
  const run = await (isWaiting ? parked : start)(exampleOf(type, node.example), { input })
  const it = run.nodes?.find(({ id }) => id === 'it')
  const expected = type === 'flow.fail' ? 'failed' : isWaiting ? 'waiting' : 'succeeded'
  expect(it).toMatchObject({ status: expected })
})

test.each(describeNodeTypes().map((one) => [one.type, one] as const))(
  '%s is described as data',
  (_type, one) => {
    expect(JSON.parse(JSON.stringify(one))).toEqual(one)
    expect(compileSchema(one.params)).toMatchObject({ ok: true })
    const properties = (one.params.properties ?? {}) as Record<string, { description?: string }>
    for (const [name, property] of Object.entries(properties))
      expect(property.description, name).toMatch(/\S/)
    for (const name of Object.keys(one.example)) expect(Object.keys(properties)).toContain(name)
  },
)

const faults = (type: string, params: Record<string, unknown>, node: Record<string, unknown> = {}) => {
  const compiled = compile({ nodes: [{ id: 'it', type, params, ...node }] }, NODE_TYPES)
  return compiled.ok ? [] : compiled.error.map(({ path, code }) => `${path.replace('/nodes/0/', '')} ${code}`)
}

test.each([
  [
    'flow.approval',
    { title: 'x', form: { type: 'objekt', properties: { a: { type: 'no' } } } },
    'params/form/type',
  ],
  [
    'flow.approval',
    { title: 'x', quorum: 3, assignees: ['a@b.test', 'c@d.test', 'a@b.test'] },
    'params/quorum',
  ],
  ['flow.wait', { until: 'yesterday' }, 'params/until'],
  ['flow.wait', { until: '2030-01-01T00:00' }, 'params/until'],
  ['http.request', { url: 'ftp://x' }, 'params/url'],
  ['http.request', { url: 'ftp://{{ input.host }}' }, 'params/url'],
  ['http.request', { url: 'example.com/x' }, 'params/url'],
  [
    'http.request',
    { url: 'https://x.y', headers: { 'a b': 'x', ok: '{{ input.x }}' } },
    'params/headers/a b',
  ],
  ['http.request', { url: 'https://x.y', headers: { a: 'x\ny' } }, 'params/headers/a'],
  ['http.request', { url: 'https://x.y', method: 'GET', body: {} }, 'params/body'],
] as const)('%s refuses %j when it is saved', (type, params, path) => {
  expect(faults(type, params)).toContain(`${path} node.bad_params`)
})

test('values of expressions are checked in the run, and valid ones are accepted', () => {
  const open = [
    faults('flow.approval', { title: 'x', quorum: 3, assignees: ['{{ input.a }}'], form: '{{ input.f }}' }),
    faults('flow.approval', {
      title: 'x',
      quorum: 2,
      assignees: ['a@b.test', 'c@d.test'],
      form: { type: 'object' },
    }),
    faults('flow.approval', { title: 'x', form: { type: '{{ input.type }}' } }),
    faults('flow.wait', { until: '{{ input.until }}' }),
    faults('flow.wait', { until: '2030-01-01T00:00:00+01:00' }),
    faults('http.request', { url: '{{ input.url }}', headers: { a: '{{ input.x }}' } }),
    faults('http.request', { url: 'HTTPS://{{ input.host }}:8080/', body: 1 }),
    faults('http.request', { url: 'https://x.y' }, { each: { items: '{{ input }}' } }),
  ]
  expect(open.flat()).toEqual([])
})

test('each does not accept text, and no node has a second input', () => {
  expect(faults('flow.noop', {}, { each: { items: 'notexpr' } })).toEqual(['each/items each.not_a_list'])
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, type: 'flow.noop' }))
  const edges = [
    { from: 'a', to: 'b', toPort: 'left' },
    { from: 'a', to: 'c', toPort: 'main' },
  ]
  const compiled = compile({ nodes, edges }, NODE_TYPES)
  expect(compiled.ok ? [] : compiled.error).toMatchObject([
    { path: '/edges/0/toPort', code: 'edge.unknown_port' },
  ])
})
