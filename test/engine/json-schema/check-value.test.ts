import { describe, expect, test } from 'vitest'
import { checkValue } from '../../../src/engine/json-schema/check-value.ts'
import { compileSchema } from '../../../src/engine/json-schema/compile.ts'
import type { ValueProblem } from '../../../src/engine/json-schema/types.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

// A name and not a literal key: an object with a literal `then` looks like a promise to the linter.
const THEN = 'then'

function problemsOf(schema: unknown, value: unknown): ValueProblem[] {
  const compiled = compileSchema(schema)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  return checkValue(compiled.value, value)
}

const codesOf = (schema: unknown, value: unknown): string[] =>
  problemsOf(schema, value).map((problem) => `${problem.path} ${problem.code}`)

describe('the problems of a value', () => {
  const order = {
    type: 'object',
    required: ['id', 'lines'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^ord_[a-z0-9]+$' },
      lines: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['sku'],
          properties: { sku: { type: 'string' }, n: { minimum: 1 } },
        },
      },
      mail: { type: 'string', format: 'email' },
    },
  }

  test('a valid value has no problems', () => {
    expect(problemsOf(order, { id: 'ord_1', lines: [{ sku: 'a', n: 2 }], mail: 'a@b.example' })).toEqual([])
  })

  test('all problems are reported at once, each with its path, code and message', () => {
    const value = { id: 'x', lines: [{ sku: 'a' }, { n: 0 }, 'no'], mail: 'nobody', 'a/b~c': 1 }
    expect(problemsOf(order, value)).toEqual([
      { path: '/id', code: 'pattern', message: 'expected text that matches ^ord_[a-z0-9]+$' },
      { path: '/lines/1/sku', code: 'required', message: 'is required' },
      { path: '/lines/1/n', code: 'minimum', message: 'expected at least 1' },
      { path: '/lines/2', code: 'type', message: 'expected object, found string' },
      { path: '/mail', code: 'format', message: 'expected a text in the format email' },
      { path: '/a~1b~0c', code: 'additionalProperties', message: 'is not a known property' },
    ])
  })

  test('a part that only asks whether a value is valid does not shorten the list', () => {
    const parts = [{ not: { const: 1 } }, { if: false, else: true }, { required: ['a', 'b', 'c'] }]
    expect(codesOf({ allOf: parts }, {})).toEqual(['/a required', '/b required', '/c required'])
  })

  test('at most fifty problems are reported', () => {
    expect(problemsOf({ items: { type: 'string' } }, Array(1000).fill(1))).toHaveLength(50)
  })

  test('names of the object prototype are names like any other', () => {
    const schema = { required: ['constructor', '__proto__'], additionalProperties: { type: 'string' } }
    expect(codesOf(schema, {})).toEqual(['/constructor required', '/__proto__ required'])
    expect(codesOf(schema, JSON.parse('{"__proto__": 1, "constructor": "x"}'))).toEqual(['/__proto__ type'])
    expect(codesOf({ properties: { constructor: { type: 'number' } } }, {})).toEqual([])
    expect(codesOf({ properties: { a: true }, additionalProperties: false }, { toString: 1 })).toEqual([
      '/toString additionalProperties',
    ])
  })

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n, Symbol('s')])(
    '%s is not a JSON value, even where anything is allowed',
    (value) => {
      expect(codesOf({ multipleOf: 3 }, value)).toEqual([' type'])
      expect(codesOf({ items: {} }, [value])).toEqual(['/0 type'])
    },
  )
})

describe('keywords', () => {
  test.each<[string, unknown, unknown[], unknown[]]>([
    ['type', { type: ['integer', 'null'] }, [1, 1.0, null], [1.5, '1', true]],
    ['enum', { enum: [1, { a: [1, 2], b: 0 }] }, [1, { b: 0, a: [1, 2] }], ['1', true, { a: [2, 1], b: 0 }]],
    ['const', { const: [false] }, [[false]], [[0], [[false]], false]],
    ['length in code points', { minLength: 2, maxLength: 2 }, ['ab', '💩💩', 5], ['a', '💩', 'abc']],
    ['bounds', { minimum: 1, exclusiveMaximum: 3 }, [1, 2.999, 'x'], [0.999, 3]],
    ['multipleOf in decimals', { multipleOf: 0.1 }, [0.3, 1.1, 4, 1e300, -0.7, 0], [0.35, 1e-7]],
    ['multipleOf of whole numbers', { multipleOf: 3 }, [9, -3, 0, 3e20], [10, 3.5, 1e-300]],
    [
      'prefixItems and items',
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      [['a', 1], []],
      [[1], ['a', 'b']],
    ],
    [
      'contains',
      { contains: { const: 1 }, minContains: 2, maxContains: 3 },
      [
        [1, 1],
        [1, 2, 1, 1],
      ],
      [[1], [1, 1, 1, 1], []],
    ],
    ['minContains 0', { contains: { const: 1 }, minContains: 0 }, [[], [2]], []],
    [
      'uniqueItems',
      { uniqueItems: true },
      [[1, '1', true, [1], { a: 1 }]],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        [1, 1.0],
      ],
    ],
    [
      'sizes',
      { minProperties: 1, maxProperties: 2, minItems: 1, maxItems: 2 },
      [{ a: 1 }, [1], 'x'],
      [{}, { a: 1, b: 2, c: 3 }, [], [1, 2, 3]],
    ],
    [
      'patternProperties',
      { patternProperties: { '^n_': { type: 'number' } }, additionalProperties: false },
      [{ n_a: 1 }],
      [{ n_a: 'x' }, { a: 1 }],
    ],
    ['propertyNames', { propertyNames: { maxLength: 3 } }, [{ abc: 1 }], [{ abcd: 1 }]],
    [
      'dependents',
      { dependentRequired: { a: ['b'] }, dependentSchemas: { c: { minProperties: 2 } } },
      [{ a: 1, b: 1 }, { b: 1 }],
      [{ a: 1 }, { c: 1 }],
    ],
    ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 5 }] }, ['a', 6], [4]],
    ['oneOf', { oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] }, [2, 3], [6, 5]],
    ['allOf and not', { allOf: [{ minimum: 1 }, { not: { const: 2 } }] }, [1, 3], [0, 2]],
    [
      'if, then, else',
      { if: { properties: { k: { const: 1 } } }, [THEN]: { required: ['a'] }, else: { required: ['b'] } },
      [
        { k: 1, a: 0 },
        { k: 2, b: 0 },
      ],
      [
        { k: 1, b: 0 },
        { k: 2, a: 0 },
      ],
    ],
    ['true and false', { properties: { a: true, b: false } }, [{ a: 1 }, {}], [{ b: 1 }]],
    [
      '$ref beside other keywords',
      { $defs: { s: { type: 'string' } }, properties: { a: { $ref: '#/$defs/s', minLength: 2 } } },
      [{ a: 'ab' }],
      [{ a: 'a' }, { a: 1 }],
    ],
    [
      '$anchor',
      { $defs: { s: { $anchor: 'text', type: 'string' } }, items: { $ref: '#text' } },
      [['a']],
      [[1]],
    ],
    [
      'recursive $ref',
      { properties: { next: { $ref: '#' }, n: { type: 'number' } }, additionalProperties: false },
      [{ n: 1, next: { n: 2 } }],
      [{ next: { next: { n: 'x' } } }],
    ],
  ])('%s', (_, schema, good, bad) => {
    for (const value of good)
      expect({ value, problems: problemsOf(schema, value) }).toEqual({ value, problems: [] })
    for (const value of bad) expect(problemsOf(schema, value), JSON.stringify(value)).not.toEqual([])
  })

  test('a value that matches no form gets the problems of the most likely form', () => {
    const byType = { anyOf: [{ type: 'null' }, { type: 'object', required: ['a'] }] }
    expect(codesOf(byType, {})).toEqual(['/a required'])
    const byConst = {
      oneOf: [
        { properties: { kind: { const: 'card' }, number: { type: 'string' } } },
        { properties: { kind: { const: 'bank' }, iban: { type: 'string' } } },
      ],
    }
    expect(codesOf(byConst, { kind: 'bank', iban: 7 })).toEqual(['/iban type'])
    expect(codesOf({ anyOf: [{ minimum: 5 }, { multipleOf: 2 }] }, 3)).toEqual([' anyOf'])
  })
})

describe('formats', () => {
  test.each<[string, string[], string[]]>([
    [
      'date-time',
      ['2026-07-21T10:00:00Z', '2026-07-21t10:00:00.123+05:45', '1998-12-31T23:59:60Z'],
      ['2026-07-21', '2026-07-21T10:00:00', '2026-02-30T10:00:00Z', '1998-12-31T22:59:60Z'],
    ],
    ['date', ['2024-02-29'], ['2023-02-29', '2026-13-01', '2026-1-1', '']],
    ['time', ['10:00:00Z'], ['10:00:00', '24:00:00Z']],
    ['duration', ['P1Y2M3DT4H5M6S', 'PT0S', 'P2W'], ['P', 'PT', 'P1Y1W', 'P1Y2D', '1D']],
    [
      'email',
      ['a@b', 'a.b+c@d.example', '"a b"@d.example', 'a@[127.0.0.1]'],
      ['a', '@b', 'a..b@c', 'a b@c', 'a@b@c', 'a@-b'],
    ],
    ['hostname', ['a', 'a-b.example'], ['', '-a', 'a-', 'a..b', 'a_b', 'a'.repeat(64)]],
    ['ipv4', ['127.0.0.1'], ['127.0.0.01', '256.0.0.1', '1.2.3', '0x7f.0.0.1']],
    [
      'ipv6',
      ['::', '::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
      ['1:2', ':::', '1::2::3', '12345::', '::1.2.3', 'fe80::1%eth0'],
    ],
    [
      'uri',
      ['https://a.example/b?c#d', 'urn:a:b', 'http://[::1]:80/'],
      ['/a', '//a', 'http://a b', 'http://a/%zz', 'http://[a]/', ''],
    ],
    ['uri-reference', ['/a', '', '#x', 'a/b'], ['\\a', 'a#b#c', '1a:b']],
    ['uuid', ['2EB8AA08-aa98-11ea-b4aa-73b441d16380'], ['2eb8aa08aa9811eab4aa73b441d16380']],
    ['json-pointer', ['', '/a~1b/~0'], ['a', '/~', '/~2']],
    ['regex', ['^a+$'], ['(', '(?=a)']],
    ['of-the-user', ['anything'], []],
  ])('%s', (format, good, bad) => {
    for (const text of good)
      expect({ text, problems: problemsOf({ format }, text) }).toEqual({ text, problems: [] })
    for (const text of bad)
      expect({ text, codes: codesOf({ format }, text) }).toEqual({ text, codes: [' format'] })
    expect(problemsOf({ format }, 12)).toEqual([])
  })
})

describe('patterns', () => {
  test('mean what they mean in JavaScript', () => {
    for (const [pattern, text] of [
      ['^\\s$', '\u00a0'],
      ['^[\\s]$', '\ufeff'],
      ['^\\p{Letter}+$', 'été'],
      ['^\\p{Script=Greek}$', 'λ'],
      ['^.$', '💩'],
      ['b', 'abc'],
      ['^[\\w\\-]+\\/$', 'a-b/'],
    ] as const)
      expect({ pattern, problems: problemsOf({ pattern }, text) }).toEqual({ pattern, problems: [] })
    expect(codesOf({ pattern: '^\\S$' }, '\u2003')).toEqual([' pattern'])
    expect(codesOf({ pattern: '^a$' }, 'a\n')).toEqual([' pattern'])
  })

  test('never backtrack', () => {
    const spentMs = startProcessorTime()
    expect(codesOf({ pattern: '^(a+)+$' }, `${'a'.repeat(100_000)}b`)).toEqual([' pattern'])
    expect(codesOf({ pattern: '(x+x+)+y' }, 'x'.repeat(100_000))).toEqual([' pattern'])
    expect(spentMs()).toBeLessThan(1000)
  })
})
