import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { checkSchema, compileSchema } from '../../../src/engine/json-schema/compile.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

const found = (schema: unknown): string[] =>
  checkSchema(schema).map((problem) => `${problem.path} ${problem.code}`)

function nested(depth: number): unknown {
  let schema: unknown = {}
  for (let n = 0; n < depth; n++) schema = { not: schema }
  return schema
}

describe('what a schema may be', () => {
  test('an object, true or false', () => {
    for (const schema of [true, false, {}]) expect(checkSchema(schema)).toEqual([])
    for (const schema of [null, undefined, 1, 'x', [], () => 1])
      expect(found(schema)).toEqual([' schema.invalid'])
  })

  test('all that is wrong is told at once, with its place', () => {
    const schema = {
      type: 'text',
      properties: { a: { minLength: -1 }, 'b/c': { enum: [] }, d: { items: [{}] } },
      required: ['a', 'a'],
      anyOf: [],
      multipleOf: 0,
      pattern: '(',
    }
    expect(found(schema)).toEqual([
      '/type schema.invalid',
      '/required schema.invalid',
      '/anyOf schema.invalid',
      '/multipleOf schema.invalid',
      '/pattern schema.pattern',
      '/properties/a/minLength schema.invalid',
      '/properties/b~1c/enum schema.invalid',
      '/properties/d/items schema.invalid',
    ])
  })

  test('unknown keywords and annotations are let be, rules that are not checked are refused', () => {
    expect(
      found({ title: 't', 'x-order': 1, default: 5, examples: [], $schema: 'https://example.com' }),
    ).toEqual([])
    for (const keyword of ['unevaluatedProperties', 'unevaluatedItems', '$dynamicRef', 'dependencies'])
      expect(found({ [keyword]: {} })).toEqual([`/${keyword} schema.unsupported`])
    expect(found({ $defs: { a: { $id: 'https://example.com/a' } } })).toEqual([
      '/$defs/a/$id schema.unsupported',
    ])
  })

  test('what zod generates is understood', () => {
    const generated = z.toJSONSchema(
      z.strictObject({
        id: z.uuid(),
        at: z.iso.datetime(),
        mail: z.email(),
        tags: z.array(z.enum(['a', 'b'])).max(3),
        pair: z.tuple([z.string(), z.number()]),
        more: z.record(z.string(), z.union([z.int(), z.null()])),
      }),
    )
    expect(checkSchema(generated)).toEqual([])
  })
})

describe('references', () => {
  test('that lead nowhere or outside are refused', () => {
    for (const $ref of [
      '#/$defs/none',
      '#none',
      '#/%',
      '#/__proto__',
      '#/constructor',
      'https://example.com/s',
      'other.json',
    ])
      expect(found({ $ref }), $ref).toEqual(['/$ref schema.ref'])
  })

  test('may lead anywhere inside the schema, escaped as pointers are', () => {
    const schema = { $defs: { 'a/b~c%': { type: 'string' } }, 'x-own': { s: { minLength: 'no' } } }
    expect(found({ ...schema, $ref: '#/$defs/a~1b~0c%25' })).toEqual([])
    expect(found({ ...schema, $ref: '#/x-own/s' })).toEqual(['/x-own/s/minLength schema.invalid'])
    expect(found({ $id: 'https://example.com/s', items: { $ref: 'https://example.com/s' } })).toEqual([])
  })

  test('that only lead back to themselves are refused, recursion into the value is not', () => {
    expect(found({ $ref: '#' })).toEqual([' schema.loop'])
    expect(
      found({
        $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } },
        $ref: '#/$defs/a',
      }),
    ).toEqual([' schema.loop'])
    expect(found({ properties: { next: { $ref: '#' } }, items: { anyOf: [{ $ref: '#' }] } })).toEqual([])
  })
})

describe('limits', () => {
  test('depth, number of values, amount of text and size of patterns', () => {
    expect(found(nested(60))).toEqual([])
    for (const schema of [
      nested(65),
      nested(100_000),
      { enum: Array(30_000).fill(1) },
      { description: 'x'.repeat(600_000) },
      { properties: Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`p${n}`, {}])) },
    ])
      expect(checkSchema(schema).map((problem) => problem.code)).toEqual(['schema.limit'])
    expect(found({ pattern: '[a-z]{1000}[a-z]{1000}[a-z]{1000}' })).toEqual(['/pattern schema.pattern'])
    expect(found({ pattern: 'a'.repeat(1001) })).toEqual(['/pattern schema.pattern'])
  })

  test('a schema that holds itself, or what is not JSON, is refused', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.not = cyclic
    expect(checkSchema(cyclic).map((problem) => problem.code)).toEqual(['schema.limit'])
    expect(found({ const: Number.NaN })).toEqual(['/const schema.invalid'])
    expect(found({ default: () => 1 })).toEqual(['/default schema.invalid'])
  })

  test('thousands of bad patterns are refused quickly', () => {
    const names = Array.from({ length: 4000 }, (_, n) => [`\\pL{1000}\\pN{1000}\\pS{1000}${n}`, true])
    const spentMs = startProcessorTime()
    expect(compileSchema({ patternProperties: Object.fromEntries(names) }).ok).toBe(false)
    expect(spentMs()).toBeLessThan(2000)
  })
})
