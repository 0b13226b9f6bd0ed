// A thousand functions with a known correct call each, from a published data set (`function-calls.md`): every
// provider accepts their schemas, and no correct call becomes impossible.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inRoot } from '../../../scripts/server/paths.ts'
import type { Json } from '../../../src/core/json.ts'
import { checkValue } from '../../../src/engine/json-schema/check-value.ts'
import { compileSchema } from '../../../src/engine/json-schema/compile.ts'
import { checkToolSchema, type JsonSchema, PROVIDERS } from '../../../src/providers/models/index.ts'
import { wireNames } from '../../../src/providers/models/names.ts'
import { adaptAndReport, adaptSchema } from '../../../src/providers/models/schemas/adapt.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

type Known = { name: string; description: string; parameters: JsonSchema; args: Record<string, Json> }

const known = readFileSync(inRoot('test/core/models/function-calls.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Known)

test('there are a thousand functions', () => expect(known).toHaveLength(1_000))

describe.each([...PROVIDERS])('%s', (provider) => {
  test('accepts every function as a tool', () => {
    const refused = known.filter(({ parameters }) =>
      checkToolSchema(provider, parameters).some(({ code }) => code === 'refused'),
    )
    expect(refused).toEqual([])
  })

  test('gets a schema that allows the correct call, with an object as its root', () => {
    const broken = known.filter(({ parameters, args }) => {
      const bent = adaptSchema(provider, parameters)
      const compiled = compileSchema(bent)
      return bent.type !== 'object' || !compiled.ok || checkValue(compiled.value, args).length > 0
    })
    expect(broken.map(({ name }) => name)).toEqual([])
  })

  test('gets all properties and the required ones', () => {
    for (const { parameters } of known) {
      const bent = adaptSchema(provider, parameters) as { properties: object; required?: string[] }
      const given = parameters as { properties: object; required?: string[] }
      expect(Object.keys(bent.properties)).toEqual(Object.keys(given.properties))
      expect(bent.required ?? []).toEqual(given.required ?? [])
    }
  })
})

test('each name is valid in requests and leads back to its function', () => {
  const names = [...new Set(known.map(({ name }) => name))]
  const { wire, ours } = wireNames(names)
  for (const name of names) {
    expect(wire(name)).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/)
    expect(ours(wire(name))).toBe(name)
  }
  expect(new Set(names.map(wire)).size).toBe(names.length)
})

test('names that would collide stay distinct, in any order', () => {
  const long = 'a'.repeat(70)
  const names = ['a.b', 'a_b', 'a b', long, `${long}b`, '1st']
  const one = wireNames(names)
  const other = wireNames([...names].reverse())
  expect(new Set(names.map(one.wire)).size).toBe(names.length)
  expect(names.map(one.wire)).toEqual(names.map(other.wire))
  expect(names.map((name) => one.ours(one.wire(name)))).toEqual(names)
})

const bent = (provider: string, schema: JsonSchema) => adaptAndReport(provider, schema)

test('references are inlined where they are not supported, including recursive ones', () => {
  const tree = {
    type: 'object',
    properties: { root: { $ref: '#/$defs/node' } },
    $defs: {
      node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, value: { type: 'integer' } } },
    },
  }
  const { schema, loosened } = bent('ollama', tree)
  expect(JSON.stringify(schema)).not.toContain('$ref')
  expect(loosened.map(({ message }) => message).join()).toContain('refers to itself')
  expect(bent('openai', tree).schema.$defs).toEqual(tree.$defs)
})

test('a reference that is not a path, or leads through a list, is resolved like in the checker', () => {
  const at = ($ref: string) => {
    const schema = { type: 'object', properties: { a: { $ref } }, anyOf: [{ title: 'Listed' }] } as JsonSchema
    return (adaptSchema('ollama', schema).properties as Record<string, Json>).a
  }
  expect(at('#/%zz')).toEqual({})
  expect(at('#/anyOf/0')).toMatchObject({ title: 'Listed' })
})

test('references that multiply end', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `d${i}`,
      { type: 'object', properties: { a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } } },
    ]),
  )
  const spentMs = startProcessorTime()
  const { loosened } = bent('ollama', { type: 'object', properties: { x: { $ref: '#/$defs/d0' } }, $defs })
  expect(spentMs()).toBeLessThan(1_000)
  expect(loosened.length).toBeGreaterThan(0)
})

test('alternatives at the root become one object that accepts each of them', () => {
  const either = {
    type: 'object',
    oneOf: [
      { properties: { id: { type: 'string' }, n: { type: 'integer' } }, required: ['id', 'n'] },
      { properties: { id: { type: 'string' }, name: { type: 'string' } }, required: ['id', 'name'] },
    ],
  }
  const { schema } = bent('anthropic', either)
  expect(schema).toEqual({
    type: 'object',
    properties: { id: { type: 'string' }, n: { type: 'integer' }, name: { type: 'string' } },
    required: ['id'],
  })
})

test('the Gemini API gets the keywords that it documents', () => {
  const { schema, loosened } = bent('google', {
    $schema: 'x',
    type: 'object',
    properties: {
      code: { type: 'string', pattern: '^a', format: 'uuid' },
      at: { type: 'string', format: 'date-time' },
      kind: { const: 'x' },
    },
  })
  expect(schema.properties).toEqual({
    code: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    kind: { enum: ['x'] },
  })
  expect(loosened.map(({ path }) => path)).toEqual(['/properties/code/pattern', '/properties/code/format'])
})

test('a schema that is no object, or is invalid, is refused', () => {
  expect(checkToolSchema('openai', { type: 'string' })).toMatchObject([{ code: 'refused', path: '/type' }])
  expect(checkToolSchema('openai', { type: 'nothing' })).toMatchObject([{ code: 'refused' }])
})
