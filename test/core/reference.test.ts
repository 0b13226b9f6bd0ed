// The pages of docs/reference: every example works, every field is described, and no code is missing.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFINITION_EXAMPLE } from '../../scripts/reference/definition.ts'
import { nodesPage } from '../../scripts/reference/nodes.ts'
import { referencePages } from '../../scripts/reference/pages.ts'
import { rowsOf, schemaOf } from '../../scripts/reference/schema-table.ts'
import { TRIGGER_EXAMPLES } from '../../scripts/reference/triggers.ts'
import { PROBLEM_CODES, RUN_CODES } from '../../scripts/reference/workflow-codes.ts'
import { inRoot } from '../../scripts/server/paths.ts'
import { ERRORS } from '../../src/core/errors.ts'
import { compile } from '../../src/engine/compile/index.ts'
import { Body, Definition, Trigger } from '../../src/engine/model/definition.ts'
import { checkWorkflow } from '../../src/modules/workflows/check/index.ts'
import { readText } from '../../src/modules/workflows/check/read-text.ts'
import { ReadDocument } from '../../src/modules/workflows/schema/document.ts'
import { describeNodeTypes } from '../../src/nodes/describe.ts'
import { NODE_TYPES, NODES } from '../../src/nodes/registry.ts'
import { readSources } from './sources/read.ts'

const sections = new Map(
  nodesPage()
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section]),
)

test('every node type has a section', () => {
  expect([...sections.keys()]).toEqual(NODES.map(({ type }) => type))
})

test.each(NODES.map(({ type }) => type))('the example of %s compiles, as it stands on the page', (type) => {
  const yaml = /^```yaml\n(.*?)^```/ms.exec(sections.get(type) ?? '')?.[1] ?? ''
  expect(yaml).toContain(`type: ${type}`)
  const read = readText(yaml)
  expect(compile(read.ok ? read.value : null, NODE_TYPES)).toMatchObject({ ok: true })
})

test('the examples of triggers and files can be saved', () => {
  const definition = { nodes: [{ id: 'a', type: 'flow.noop' }] }
  for (const trigger of Object.values(TRIGGER_EXAMPLES))
    expect(checkWorkflow(definition, [trigger]).problems, trigger.type).toEqual([])
  const { definition: example, triggers } = ReadDocument.parse(DEFINITION_EXAMPLE)
  expect(checkWorkflow(example, triggers).problems).toEqual([])
})

test('every field has a type and a description', () => {
  const schemas: [string, Record<string, unknown>][] = [
    ...describeNodeTypes().map(({ type, params }): [string, Record<string, unknown>] => [type, params]),
    ...Trigger.options.map((option): [string, Record<string, unknown>] => [
      option.shape.type.value,
      schemaOf(option),
    ]),
    ['definition', schemaOf(Definition)],
    ['body', schemaOf(Body)],
  ]
  const bare = schemas.flatMap(([name, schema]) =>
    rowsOf(schema, new Map())
      .filter(({ type, description }) => type === '' || !/\S$/.test(description.replace(/^With .*?: $/, '')))
      .map(({ path }) => `${name} ${path}`),
  )
  expect(bare).toEqual([])
})

/** Where a literal is the code of a problem or of an error. */
const CODE =
  /(?:\bcode: |problems\.add\([^)]*?|badData\(\s*|\bone\(|\bfail\(|problem\()'([a-z]+\.[a-z_0-9]+)'/g
const OWN_CODES = /^src\/(engine|nodes|modules\/workflows)\/|^durable-objects\/workflow-run\//

test('every code of a problem or error in the sources is explained', () => {
  const found = readSources('src', 'durable-objects')
    .filter(({ path }) => OWN_CODES.test(path))
    .flatMap(({ path }) =>
      [...readFileSync(inRoot(path), 'utf8').matchAll(CODE)].map(([, code = '']) => code),
    )
  expect(new Set(found).size).toBeGreaterThan(80)
  const explained = new Set([ERRORS, PROBLEM_CODES, RUN_CODES].flatMap((table) => Object.keys(table)))
  const examples = NODES.map(({ example }) => example.code)
  expect([...new Set(found)].filter((code) => !explained.has(code) && !examples.includes(code))).toEqual([])
})

test('every explained code exists in the sources', () => {
  const text = readSources('src', 'durable-objects')
    .map(({ path }) => readFileSync(inRoot(path), 'utf8'))
    .join('\n')
  const codes = [...Object.keys(PROBLEM_CODES), ...Object.keys(RUN_CODES)]
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

test('the pages in docs/reference are those that the code generates', () => {
  for (const [name, text] of Object.entries(referencePages()))
    expect(readFileSync(inRoot('docs/reference', name), 'utf8') === text, name).toBe(true)
})
