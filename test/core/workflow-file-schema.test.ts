// The JSON Schema of workflow files, checked with a third-party validator.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { samples } from '../../scripts/samples.ts'
import { compile } from '../../src/engine/compile/index.ts'
import { BUILT_INS } from '../../src/modules/templates/built-in/index.ts'
import { fillIn } from '../../src/modules/templates/service/placeholders.ts'
import { workflowFileSchema } from '../../src/modules/workflows/schema/file-schema.ts'
import { NODE_TYPES, NODES } from '../../src/nodes/registry.ts'

const ID = 'https://orrery.example.com/schemas/workflow.json'
const ajv = new Ajv2020({ allErrors: true, validateFormats: false, strict: false })
const isValid = ajv.compile(workflowFileSchema(ID))

function faultsOf(file: unknown): string[] {
  return isValid(file) ? [] : (isValid.errors ?? []).map(({ instancePath }) => instancePath)
}

const mapDefaults = (variables: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(variables.properties as Record<string, { default: unknown }>).map(([name, one]) => [
      name,
      one.default,
    ]),
  )

const one = (type: string, params: unknown) => ({ nodes: [{ id: 'it', type, params }] })

test('it is valid JSON Schema with an id', () => {
  expect(ajv.validateSchema(workflowFileSchema(ID))).toBe(true)
  expect(workflowFileSchema(ID)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: ID,
  })
})

test.each(BUILT_INS.map((template) => [template.name, template] as const))(
  'the template %s is a valid file',
  (_name, { definition, triggers = [], variables }) => {
    const defaults = mapDefaults(variables)
    const file = { definition: fillIn(definition, defaults), triggers: fillIn(triggers, defaults) }
    expect(faultsOf({ $schema: ID, format: 'orrery.workflow/1', ...file })).toEqual([])
  },
)

test('the samples are valid files', () => {
  for (const { name, definition } of samples('http://localhost:8787'))
    expect(faultsOf({ name, definition }), name).toEqual([])
})

test.each(NODES.map((node) => [node.type, node] as const))('the example of %s is valid', (type, node) => {
  expect(faultsOf(one(type, node.example))).toEqual([])
})

test('an expression is allowed in place of any value, as in the compiler', () => {
  const open = one('http.request', {
    url: '{{ input.url }}',
    method: '{{ input.method }}',
    headers: { accept: '{{ input.type }}', other: 1 },
    okStatuses: ['{{ input.status }}', 200],
    maxBytes: '{{ input.max }}',
    followRedirects: '{{ input.follow }}',
  })
  expect(compile(open, NODE_TYPES).ok).toBe(true)
  expect(faultsOf(open)).toEqual([])
})

test.each([
  ['an unknown field of a file', { definition: { nodes: [] }, colour: 'red' }, ''],
  ['an unknown field of a definition', { nodes: [], colour: 'red' }, ''],
  ['no nodes', { definition: {} }, '/definition'],
  ['an unknown type', one('no.such', {}), '/nodes/0/type'],
  ['a missing parameter', one('http.request', {}), '/nodes/0/params'],
  ['an unknown parameter', one('flow.wait', { durationMs: 1, colour: 'red' }), '/nodes/0/params'],
  ['a number out of range', one('flow.wait', { durationMs: -1 }), '/nodes/0/params/durationMs'],
  ['text in place of a number', one('flow.wait', { durationMs: 'soon' }), '/nodes/0/params/durationMs'],
  ['a word that is not in the list', one('flow.merge', { mode: 'some' }), '/nodes/0/params/mode'],
  [
    'a fault in the body of a group',
    one('flow.group', { body: { nodes: [{ id: 'a b', type: 'flow.noop' }] } }),
    '/nodes/0/params/body/nodes/0/id',
  ],
  ['an edge without an end', { nodes: [], edges: [{ from: 'a' }] }, '/edges/0'],
  ['a trigger of no type', { definition: { nodes: [] }, triggers: [{ type: 'comet' }] }, '/triggers/0'],
])('%s is found at its place', (_what, file, path) => {
  expect(faultsOf(file)).toContain(path)
})
