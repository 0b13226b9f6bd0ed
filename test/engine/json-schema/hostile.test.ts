import { describe, expect, test } from 'vitest'
import { checkValue } from '../../../src/engine/json-schema/check-value.ts'
import { compileSchema } from '../../../src/engine/json-schema/compile.ts'
import { withDefaults } from '../../../src/engine/json-schema/defaults.ts'
import type { CompiledSchema } from '../../../src/engine/json-schema/types.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

function compiled(schema: unknown): CompiledSchema {
  const result = compileSchema(schema)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

function nest(depth: number, value: unknown = 1): unknown {
  let nested = value
  for (let n = 0; n < depth; n++) nested = [nested]
  return nested
}

const doubling = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [
    `d${n}`,
    { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
  ]),
)

describe('a check that would take too long stops and says so', () => {
  test.each<[string, unknown, unknown]>([
    ['a value nested without end', { items: { $ref: '#' } }, nest(100_000)],
    ['deep items to compare', { uniqueItems: true }, [nest(100_000), 1]],
    ['references that double', { $defs: { ...doubling, d60: true }, $ref: '#/$defs/d0' }, 1],
    ['forms inside forms', { items: { anyOf: Array(50).fill({ $ref: '#', minItems: 9 }) } }, nest(60)],
    [
      'negation of what gave up',
      {
        not: { not: { $defs: { ...doubling, d60: true } } },
        $defs: { ...doubling, d60: true },
        allOf: [{ not: { $ref: '#/$defs/d0' } }],
      },
      1,
    ],
    ['more items than the budget', { items: { type: 'integer' } }, Array(3_000_000).fill(1)],
    ['a large pattern on a long text', { pattern: '([a-z]{800}|[a-y]{800})$' }, 'a'.repeat(1_000_000)],
    ['texts that are regular expressions', { items: { format: 'regex' } }, Array(10_000).fill('\\pL{1000}')],
  ])('%s', (_, schema, value) => {
    const ready = compiled(schema)
    const spentMs = startProcessorTime()
    const problems = checkValue(ready, value)
    expect(problems.at(-1)).toMatchObject({ path: '', code: 'limit' })
    expect(spentMs()).toBeLessThan(10_000)
  })

  test('an ordinary large value is within the budget', () => {
    const item = {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'integer' }, b: { maxLength: 20 } },
    }
    const items = Array.from({ length: 100_000 }, (_, n) => ({ a: n, b: 'text' }))
    expect(checkValue(compiled({ items: item, uniqueItems: true }), items)).toEqual([])
  })
})

describe('defaults', () => {
  test('fill missing properties at any depth, and do not change the given value', () => {
    const schema = compiled({
      $defs: { place: { properties: { country: { default: 'NL' } } } },
      properties: {
        n: { type: 'number', default: 3 },
        place: { $ref: '#/$defs/place', default: {} },
        list: { items: { properties: { on: { default: true } } } },
        none: { type: 'string' },
      },
      allOf: [{ properties: { extra: { default: null } } }],
    })
    const value = { list: [{}, { on: false }, 7] }
    expect(withDefaults(schema, value)).toEqual({
      list: [{ on: true }, { on: false }, 7],
      n: 3,
      place: { country: 'NL' },
      extra: null,
    })
    expect(value).toEqual({ list: [{}, { on: false }, 7] })
    const full = { n: 1, place: { country: 'DE' }, list: [], extra: 1 }
    expect(withDefaults(schema, full)).toBe(full)
  })

  test('each place gets its own copy', () => {
    const schema = compiled({ items: { properties: { a: { default: [] } } } })
    const [first, second] = withDefaults(schema, [{}, {}]) as { a: unknown[] }[]
    expect(first?.a).not.toBe(second?.a)
  })

  test('a default named __proto__ is only a property', () => {
    const schema = compiled({ properties: JSON.parse('{"__proto__": {"default": {"polluted": true}}}') })
    const filled = withDefaults(schema, {}) as Record<string, unknown>
    expect(Object.keys(filled)).toEqual(['__proto__'])
    expect(filled.polluted).toBeUndefined()
  })

  test('defaults that multiply stop at the limit', () => {
    const spentMs = startProcessorTime()
    const breeding = compiled({
      properties: { a: { $ref: '#', default: {} }, b: { $ref: '#', default: {} } },
    })
    expect(checkValue(breeding, withDefaults(breeding, {})).at(-1)).toMatchObject({ code: 'limit' })
    const large = compiled({ items: { properties: { a: { default: Array(9000).fill(1) } } } })
    expect(JSON.stringify(withDefaults(large, Array(50_000).fill({}))).length).toBeLessThan(4_000_000)
    expect(spentMs()).toBeLessThan(5000)
  })
})
