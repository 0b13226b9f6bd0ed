import { expect, test } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { compileSchema } from '../../src/engine/json-schema/compile.ts'
import { describeNodeTypes } from '../../src/nodes/describe.ts'
import { NODE_TYPES, NODES, nodeOf } from '../../src/nodes/registry.ts'
import { start } from '../helpers/runs.ts'

const TYPES = NODES.map((node) => [node.type, node] as const)

/** The example of a node, behind one that gives it something. */
const exampleOf = (type: string, params: Record<string, unknown>) => ({
  nodes: [
    { id: 'before', type: 'data.set', params: { values: { total: 1_500, price: 2 } } },
    { id: 'it', type, params },
  ],
  edges: [{ from: 'before', to: 'it' }],
})

const schemaOf = (type: string) =>
  (describeNodeTypes().find((one) => one.type === type)?.params ?? {}) as { required?: string[] }

test('each type has one name, which begins with its category', () => {
  expect(new Set(NODES.map(({ type }) => type)).size).toBe(NODES.length)
  for (const { type, category } of NODES) expect(type).toMatch(new RegExp(`^${category}\\.[a-z][A-Za-z]*$`))
})

test('a type is found by its name, by the shell and by the engine alike', () => {
  for (const [type, node] of TYPES) {
    expect(nodeOf(type)).toBe(node)
    expect(NODE_TYPES.get(type)).toBe(node)
  }
  expect(nodeOf('no.such')).toBeUndefined()
})

test.each(TYPES)('%s says what it does, what it gives and where it goes', (_type, node) => {
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

test.each(TYPES)(
  '%s refuses a parameter that it does not know, and tells each that is missing',
  (type, node) => {
    const unknown = compile(exampleOf(type, { ...node.example, nonsense: 1 }), NODE_TYPES)
    expect(unknown).toMatchObject({ ok: false })
    const { required = [] } = schemaOf(type)
    for (const name of required) {
      const { [name]: _left, ...rest } = node.example
      expect(compile(exampleOf(type, rest), NODE_TYPES), name).toMatchObject({ ok: false })
    }
  },
)

test.each(TYPES.filter(([, node]) => node.pure))('the example of %s runs', async (type, node) => {
  const input = { orderId: 'A-17', total: 1_500 }
  const run = await start(exampleOf(type, node.example), { input }, { waitMs: 200 })
  const it = run.nodes?.find(({ id }) => id === 'it')
  const expected =
    type === 'flow.fail' ? 'failed' : /^flow\.(wait|approval)/.test(type) ? 'waiting' : 'succeeded'
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
