import { expect, test } from 'vitest'
import { checkValue } from '../../../src/engine/json-schema/check-value.ts'
import { compileSchema } from '../../../src/engine/json-schema/compile.ts'
import { casesOf, SEED } from '../../helpers/random-cases.ts'

const CASES = casesOf(10_000)
// A name and not a literal key: an object with a literal `then` looks like a promise to the linter.
const THEN = 'then'

function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

type Random = (below: number) => number

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!

function randomValue(random: Random, depth: number): unknown {
  const kind = random(depth > 2 ? 5 : 8)
  if (kind === 0) return null
  if (kind === 1) return random(2) === 0
  if (kind === 2) return random(6) - 2
  if (kind === 3) return pick(random, [0.5, 1.5, 1e21, -0.1])
  if (kind === 4) return pick(random, ['', 'a', 'ab', '💩', '2026-01-01', 'a@b.c'])
  if (kind === 5) return Array.from({ length: random(4) }, () => randomValue(random, depth + 1))
  const keys = ['a', 'b', 'c', '__proto__'].slice(0, random(5))
  return Object.fromEntries(keys.map((key) => [key, randomValue(random, depth + 1)]))
}

function randomSchema(random: Random, depth: number): unknown {
  if (depth > 3 || random(12) === 0) return random(4) > 0
  const inner = (): unknown => randomSchema(random, depth + 1)
  const some = (): unknown[] => Array.from({ length: 1 + random(3) }, inner)
  const map = (): unknown =>
    Object.fromEntries(['a', 'b', '__proto__'].slice(0, random(4)).map((k) => [k, inner()]))
  const makers: Record<string, () => unknown> = {
    type: () =>
      pick(random, ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object', ['string', 'null']]),
    enum: () => [randomValue(random, 1), randomValue(random, 1)],
    const: () => randomValue(random, 1),
    minimum: () => random(3),
    exclusiveMaximum: () => random(4),
    multipleOf: () => pick(random, [1, 2, 0.5]),
    minLength: () => random(3),
    maxLength: () => random(3),
    pattern: () => pick(random, ['^a', 'b$', '.', '^$']),
    format: () => pick(random, ['date', 'email', 'none']),
    minItems: () => random(3),
    maxItems: () => random(3),
    uniqueItems: () => true,
    items: inner,
    prefixItems: some,
    contains: inner,
    maxContains: () => random(3),
    properties: map,
    patternProperties: () => ({ '^[ab]': inner() }),
    additionalProperties: inner,
    propertyNames: () => ({ maxLength: 1 + random(9) }),
    required: () => ['a', 'b', '__proto__'].slice(0, random(4)),
    maxProperties: () => random(4),
    dependentRequired: () => ({ a: ['b'] }),
    dependentSchemas: () => ({ a: inner() }),
    allOf: some,
    anyOf: some,
    oneOf: some,
    not: inner,
    if: inner,
    [THEN]: inner,
    else: inner,
  }
  const names = Object.keys(makers)
  const chosen = Array.from({ length: 1 + random(3) }, () => pick(random, names))
  return Object.fromEntries(chosen.map((name) => [name, makers[name]!()]))
}

function fits(schema: unknown, value: unknown): boolean {
  const compiled = compileSchema(schema)
  if (!compiled.ok) throw new Error(`${JSON.stringify(schema)}: ${JSON.stringify(compiled.error)}`)
  return checkValue(compiled.value, value).length === 0
}

test(`${CASES} random schemas and values obey the laws of logic (seed ${SEED})`, () => {
  const random = randomOf(SEED)
  let fitting = 0
  for (let n = 0; n < CASES; n++) {
    const schema = randomSchema(random, 0)
    const value = randomValue(random, 0)
    const straight = fits(schema, value)
    if (straight) fitting++
    const other = randomSchema(random, 2)
    const second = fits(other, value)
    const laws: Record<string, [boolean, boolean]> = {
      'not not': [fits({ not: { not: schema } }, value), straight],
      allOf: [fits({ allOf: [schema, other] }, value), straight && second],
      anyOf: [fits({ anyOf: [schema, other] }, value), straight || second],
      oneOf: [fits({ oneOf: [schema, other] }, value), straight !== second],
      if: [fits({ if: schema, [THEN]: other, else: false }, value), straight && second],
      ref: [fits({ $defs: { s: schema }, $ref: '#/$defs/s' }, value), straight],
      items: [fits({ items: schema }, [value, value]), straight],
      contains: [fits({ contains: schema }, [value]), straight],
      property: [fits({ properties: { __p: schema } }, { __p: value }), straight],
    }
    for (const [law, [got, expected]] of Object.entries(laws))
      if (got !== expected) expect.fail(`${law}: ${JSON.stringify({ schema, other, value, got, expected })}`)
  }
  expect(fitting).toBeGreaterThan(CASES / 10)
  expect(fitting).toBeLessThan((CASES * 9) / 10)
}, 30_000)
