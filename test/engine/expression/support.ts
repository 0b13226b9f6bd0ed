import type { Result } from '../../../src/core/result.ts'
import type { ExpressionError, Limits, Scope } from '../../../src/engine/expression/index.ts'
import { compileTemplate, evaluateTemplate } from '../../../src/engine/expression/index.ts'

/** Compiles and evaluates a string parameter. */
export function run(
  source: string,
  scope: Scope = {},
  limits?: Partial<Limits>,
): Result<unknown, ExpressionError> {
  const template = compileTemplate(source)
  return template.ok ? evaluateTemplate(template.value, scope, limits) : template
}

/** The value of one expression; an error fails the test with its message. */
export function evaluate(expression: string, scope: Scope = {}): unknown {
  const result = run(`{{ ${expression} }}`, scope)
  if (!result.ok) throw new Error(`${expression}: ${result.error.message}`)
  return result.value
}

/** The error of a string parameter. A value fails the test. */
export function errorOf(source: string, scope: Scope = {}, limits?: Partial<Limits>): ExpressionError {
  const result = run(source, scope, limits)
  if (result.ok)
    throw new Error(`${source.slice(0, 200)} gave ${String(JSON.stringify(result.value)).slice(0, 200)}`)
  return result.error
}

/** A small generator of repeatable random numbers (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const sampleScope = () => ({
  input: {
    a: 7,
    b: -2.5,
    zero: 0,
    s: 'Hello, World',
    t: 'äöü 😀 x',
    empty: '',
    digits: '42',
    flag: true,
    nil: null,
    list: [3, 1, 2, 10],
    words: ['pear', 'apple', 'fig'],
    items: [
      { id: 1, name: 'one', tags: ['a', 'b'], price: 2.5 },
      { id: 2, name: 'two', tags: [], price: 10 },
      { id: 3, name: 'three', tags: ['c'], price: 0 },
    ],
    obj: { x: 1, y: { z: 'deep' }, 'a b': true },
  },
  nodes: { fetch: { status: 200, body: { total: 1200, rows: [1, 2] } }, 'my-node': { ok: true } },
  prev: { id: 5 },
  item: { id: 9, name: 'nine' },
  index: 4,
  run: { id: 'run_1' },
  workflow: { name: 'Orders' },
  vars: { region: 'eu' },
  now: 1_774_747_800_000,
})
