import { describe, expect, test } from 'vitest'
import { compileTemplate, UUID_SEED } from '../../../src/engine/expression/index.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'
import { errorOf, evaluate, run, sampleScope } from './support.ts'

const SECRETS = [
  'input.constructor',
  'input["constructor"]',
  'input[`constructor`]',
  'input["const" + "ructor"]',
  'input[["constructor"][0]]',
  '"".constructor',
  '[].constructor.constructor("return 1")()',
  '(1)["constructor"]',
  'input.__proto__',
  'input?.["__proto__"]',
  'input["__pro" + `to__`]',
  'date(0).constructor',
  'Object.prototype',
  'Math.constructor',
  'JSON["constructor"]',
  '{ __proto__: { a: 1 } }',
  '{ "__proto__": 1 }',
  '{ ["__proto__"]: 1 }',
  '{ constructor: 1 }',
  '{ \\u0063onstructor: 1 }',
  'Object.fromEntries([["__proto__", { a: 1 }]])',
  'Object.fromEntries([["prototype", 1]])',
  'Object.groupBy([1], x => "__proto__")',
  '[input].map(({ a = "".constructor }) => a)',
  '/a/.constructor',
  '/a/.__proto__',
  '"a".match(/(?<constructor>a)/).groups.constructor',
  'input.items.map(({ constructor: c }) => c)',
  'input.items.map(({ "__proto__": c }) => c)',
  '"constructor" in input',
  'Object.hasOwn(input, "__proto__")',
  'input.items.map(x => x["constructor"])',
  '[["constructor", 1]].map(([k]) => input[k])',
]

describe('prototypes and constructors cannot be reached', () => {
  for (const expression of SECRETS) {
    test(expression, () => {
      expect(errorOf(`{{ ${expression} }}`, sampleScope()).code).toMatch(/forbidden|syntax|unknown_method/)
    })
  }

  test('also for inherited names, which do not exist', () => {
    for (const name of [
      'toString',
      'hasOwnProperty',
      'valueOf',
      '__defineGetter__',
      '__lookupGetter__',
      'isPrototypeOf',
    ]) {
      expect(evaluate(`input.${name}`, { input: {} })).toBeUndefined()
      expect(errorOf(`{{ input.${name}() }}`, { input: {} }).code).toBe('expression.unknown_method')
    }
    expect(errorOf('{{ toString }}').code).toBe('expression.unknown_name')
  })

  test('also in text that is parsed, in copies and in listings', () => {
    const bad = '{"__proto__":{"x":1},"constructor":2,"\\u005f_proto__":{"y":1},"a":{"prototype":3,"b":4}}'
    const scope = { input: { text: bad, data: JSON.parse(bad) as unknown } }
    expect(evaluate('JSON.parse(input.text)', scope)).toStrictEqual({ a: { b: 4 } })
    expect(evaluate('{ ...input.data }.a.b', scope)).toBe(4)
    expect(evaluate('Object.keys({ ...input.data })', scope)).toStrictEqual(['a'])
    expect(evaluate('Object.assign({}, input.data)', scope)).toStrictEqual({ a: { prototype: 3, b: 4 } })
    expect(evaluate('[input.data].map(({ a, ...rest }) => rest)[0]', scope)).toStrictEqual({})
    expect(evaluate('Object.entries(input.data).length', scope)).toBe(1)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('also if the scope itself contains functions', () => {
    const scope = { input: { run: () => 'ran', list: [() => 'ran'] } }
    expect(errorOf('{{ input.run }}', scope).code).toBe('expression.forbidden')
    expect(errorOf('{{ input.run() }}', scope).code).toBe('expression.unknown_method')
    expect(errorOf('{{ input.list[0] }}', scope).code).toBe('expression.forbidden')
    expect(evaluate('[input].map(({ run }) => run)[0]', scope)).toBeUndefined()
    expect(errorOf('{{ [1].map(input.list[0]) }}', scope).code).toBe('expression.type')
    expect(errorOf('{{ input.list.map(f => [1].map(f)) }}', scope).code).toBe('expression.type')
  })

  test('and names of the host do not exist', () => {
    for (const name of [
      'globalThis',
      'process',
      'require',
      'eval',
      'Function',
      'Reflect',
      'Proxy',
      'Symbol',
      'arguments',
      'self',
      'console',
      'setTimeout',
    ]) {
      expect(errorOf(`{{ ${name} }}`).code).toMatch(/unknown_name|syntax/)
      expect(errorOf(`{{ ${name}() }}`).code).toMatch(/unknown_name|syntax/)
    }
  })
})

const double = (start: string, times: number, step: string) => `${start}${`.map(x => ${step})`.repeat(times)}`
const a1e5 = 'Array.from({ length: 100000 })'
const marks = (times: number) => `("a" + "\\u0f80\\u0f71".repeat(${times}))`
const ordered = (times: number) => `("a" + "\\u0f71\\u0f80".repeat(${times}))`
const ZONES = Intl.supportedValuesOf('timeZone').slice(0, 300)
const BOMBS = [
  `${a1e5}.map((_, i) => date(i).format("yyyy", input.zones[i % 65]))`,
  `["a".repeat(4e6)].map(s => ${a1e5}.map((_, i) => (s + i).slice(0, 1)))`,
  `["a".repeat(4e6)].map(s => ${a1e5}.map((_, i) => (s + i).at(0)))`,
  '"x".repeat(1e9)',
  '"x".repeat(1e300)',
  '"x".repeat(Infinity)',
  '"x".padEnd(1e9, "ab")',
  '"x".padStart(Infinity)',
  '"ab".repeat(1e6).replaceAll("a", "x".repeat(1e6))',
  '"a".repeat(1e6).replaceAll("", "x".repeat(1e6))',
  '"x".repeat(5e6).split("")',
  '"x".repeat(1e6).split("x").map(() => "y".repeat(1e6)).join("")',
  `[1,2,3].map(() => "x".repeat(4e6)).join("")`,
  `${a1e5}.join("x".repeat(1e6))`,
  double('["x".repeat(1000)]', 40, 'x + x'),
  double('["x"]', 60, `\`\${x}\${x}\``),
  double('[[1]]', 40, '[...x, ...x]'),
  double('[[1]]', 40, 'x.concat(x)'),
  double('[1]', 60, '[x, x]'),
  double('[1]', 60, '({ a: x, b: x })'),
  `JSON.stringify(${double('[1]', 60, '[x, x]')})`,
  `"" + ${double('[1]', 60, '[x, x]')}`,
  `${double('[1]', 60, '[x, x]')}.flat(Infinity)`,
  `${double('[1]', 60, '[x, x]')}.join()`,
  'Array.from({ length: 1e9 })',
  'Array.from({ length: Infinity })',
  `${a1e5}.map(() => ${a1e5}.map(() => ${a1e5}))`,
  `${a1e5}.flatMap(() => ${a1e5})`,
  `${a1e5}.reduce(a => [a], 0)`,
  `JSON.stringify(${a1e5}.slice(0, 50000).reduce(a => [a], 0))`,
  `"" + ${a1e5}.slice(0, 50000).reduce(a => [a], 0)`,
  `${a1e5}.slice(0, 50000).reduce(a => [a], 0).flat(Infinity)`,
  `${a1e5}.slice(0, 50000).reduce(a => ({ a }), 0)`,
  'JSON.parse("[".repeat(1e5))',
  'JSON.parse("[".repeat(1e5) + "]".repeat(1e5))',
  'JSON.parse("[" + "1,".repeat(3e6) + "1]")',
  'encodeURIComponent("€".repeat(2e6))',
  '"\\ufdfa".repeat(1e6).normalize("NFKD")',
  `${marks(150_000)}.normalize()`,
  `${marks(150_000)}.normalize("NFKD")`,
  `${marks(15)}.repeat(2e5).normalize("NFKD")`,
  `("a" + "\\u0301\\uff9e".repeat(150000)).normalize("NFKD")`,
  `${marks(150_000)}.localeCompare(${ordered(150_000)})`,
  `${marks(15)}.repeat(1e5).localeCompare(${ordered(15)}.repeat(1e5))`,
  `${a1e5}.map(() => (1).toLocaleString("en", input.wide))`,
  '"a".repeat(4e6).match(/a/g)',
  '"a".repeat(4e6).match(/[^]*b|a/g)',
  '"a".repeat(1e5).replace(/(?:a*)*b|a/g, "$&")',
  '"a".repeat(1e5).split(/(a|ab)(c|bcd)(d*)|a/)',
  '"a".repeat(2e6).replace(/(a?){100}(a?){100}(a?){100}[b-z]/, "")',
  '"a".repeat(1e6).match(/([a-z]{800}|[a-y]{800})$/)',
  '"a".repeat(2e5).replace(/a/g, "$`")',
  '"a".repeat(1e5).replace(/a/g, "x".repeat(1e5))',
  '"x".repeat(1e5).match(regex("x*y|x", "g"))',
  `${a1e5}.map((_, i) => regex("\\\\pL".repeat(300) + i).test("a"))`,
  `${a1e5}.map((_, i) => "a".match("a" + i))`,
  `[input.long].map(s => ${a1e5}.map((_, i) => /^b/.test(s + i)))`,
  `[input.long].map(s => ${a1e5}.map((_, i) => (s + i)).unique())`,
  `${a1e5}.unique(() => input.wide)`,
  `${a1e5}.map(() => hash(input.long, "sha512"))`,
  `${a1e5}.map(() => hmac("a", input.long))`,
  `${a1e5}.map(() => hmac("a", { hex: input.long }))`,
  `${a1e5}.map(() => Base64.encode(input.long))`,
  `${a1e5}.map(() => Base64.decode(Base64.encode(input.long)))`,
  `${a1e5}.map(() => uuid())`,
  `${a1e5}.map((_, i) => date(i, "Europe/Berlin").week)`,
  `${a1e5}.map((a, b, c, d = input.long.split("")) => d)`,
  `[input.long].map(s => Object.groupBy(${a1e5}.map((_, i) => s + i), x => x))`,
  `[input.long].map(s => Object.fromEntries(${a1e5}.map((_, i) => [s + i, i])))`,
  `${a1e5}.map((_, i) => date(i, "Europe/Berlin").endOf("year"))`,
  '[..."x".repeat(5e6)]',
  'Math.max(..."1".repeat(5e6))',
  `${a1e5}.map((_, i) => (i * 7919) % 100003).toSorted((a, b) => a - b)`,
  `Array.from({ length: 10000 }, (_, i) => i).map(i => ${a1e5}.includes(i))`,
  '"a".repeat(4e6).includes("b" + "a".repeat(2e6))',
  'Array.from({ length: 1000 }).map(() => "a".repeat(5000).indexOf("b".repeat(2500)))',
  `["a".repeat(4e6)].map(s => ${a1e5}.map((_, i) => (s + i)[0]))`,
  `["a".repeat(4e6)].map(s => ${a1e5}.map((_, i) => s === "b" + s.slice(1)))`,
  `${a1e5}.reduce((s, _) => s + "xxxxxxxxxx", "").length > 0 && ${a1e5}.reduce((s, _) => (s + "x")[0] + s, "y".repeat(1e6))`,
  `${a1e5}.map(i => date(0).format("yyyy", "Europe/Berlin"))`,
  `${a1e5}.map(i => (1.5).toLocaleString("de-DE"))`,
  `Object.fromEntries(${a1e5}.map((_, i) => [i, Object.fromEntries(${a1e5}.map((_, i) => [i, i]))]))`,
]

const INPUT = {
  zones: ZONES,
  long: 'a'.repeat(200_000),
  wide: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])),
}

describe('a bomb ends in an error, quickly', () => {
  for (const expression of BOMBS) {
    test(expression.length > 100 ? `${expression.slice(0, 100)}…` : expression, () => {
      // Processor time, because the machine may be busy with other tests; ample, because copying large texts is three times
      // as slow while they use the same memory. Without a budget these take minutes.
      const spentMs = startProcessorTime()
      const { code, message } = errorOf(`{{ ${expression} }}`, { input: INPUT, [UUID_SEED]: 'run node' })
      expect(code).toMatch(/budget|too_large/)
      // A stack overflow would end well here too, but not in an object with a smaller stack.
      expect(message).not.toMatch(/uses too much memory/)
      expect(spentMs()).toBeLessThan(8_000)
    })
  }

  test('also when it is hidden in a text around it', () => {
    expect(errorOf(`a {{ ${double('[1]', 60, '[x, x]')} }}`).code).toMatch(/budget|too_large/)
    expect(errorOf('{{ "x".repeat(5e6) }}{{ "x".repeat(5e6) }}').code).toBe('expression.budget')
  })
})

describe('a source with endless nesting is refused', () => {
  for (const [open, close] of [
    ['(', ')'],
    ['[', ']'],
    ['{a:', '}'],
    ['!', ''],
    ['-(', ')'],
    ['1+(', ')'],
    ['1**', ''],
    ['1?', ':1'],
    ['1?1:', ''],
    [`\`\${`, '}`'],
    ['[1].map(x=>', ')'],
    ['[1].map(([', ']) => 1)'],
    ['typeof ', ''],
    ['input[', ']'],
    ['String(', ')'],
    ['...', ''],
    ['[1].map((x = ', ') => 1)'],
    ['regex(', ')'],
    ['1+', ''],
    ['1&&', ''],
    ['input.', 'a'],
    ['input?.[', ']'],
  ] as const) {
    test(`${open} … ${close}`, () => {
      for (const times of [300, 3_000, 100_000]) {
        const { code } = errorOf(`{{ ${open.repeat(times)}1${close.repeat(times)} }}`)
        expect(code).toMatch(/too_large|syntax/)
        expect(errorOf(`{{ ${open.repeat(times)}`).code).toMatch(/too_large|syntax/)
      }
    })
  }

  test('while the nesting and chains that people write are fine', () => {
    expect(run(`{{ ${'('.repeat(100)}1${')'.repeat(100)} }}`)).toMatchObject({ value: 1 })
    expect(run(`{{ ${'1 + '.repeat(200)}1 }}`)).toMatchObject({ value: 201 })
    expect(run(`{{ ${'input.a ? 1 : '.repeat(100)}2 }}`, { input: {} })).toMatchObject({ value: 2 })
  })

  test('also with a nearly full stack', () => {
    const deep = (left: number): unknown =>
      left === 0 ? run(`{{ ${'['.repeat(200)}${']'.repeat(200)} }}`) : deep(left - 1)
    for (let depth = 1_000; depth < 40_000; depth += 1_000) {
      try {
        expect(deep(depth)).toHaveProperty('ok')
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        break
      }
    }
  })
})

test('an expression can use 64 time zones, because each must be loaded', () => {
  const use = (count: number) =>
    run(`{{ input.slice(0, ${count}).map(zone => date(0, zone)).length }}`, { input: ZONES })
  expect(use(64)).toMatchObject({ value: 64 })
  expect(use(65)).toMatchObject({ ok: false, error: { code: 'expression.budget' } })
})

test('a regular expression that takes long to parse is refused', () => {
  const patterns = [
    '(a{1000}){1000}',
    'x{0,1000}'.repeat(100),
    '(abcdefghij){999}',
    '((a{9}){99}){99}',
    `(${'a'.repeat(990)}`,
  ]
  const spentMs = startProcessorTime()
  for (const pattern of patterns) {
    expect(errorOf(`{{ /${pattern}/.test("a") }}`).code).toMatch(/too_large|syntax/)
    expect(errorOf('{{ regex(input).test("a") }}', { input: pattern }).code).toMatch(/too_large|syntax/)
  }
  expect(spentMs()).toBeLessThan(8_000)
})

test('limits can be set lower and higher', () => {
  expect(errorOf('{{ [1, 2, 3].map(x => x) }}', {}, { steps: 0 }).code).toBe('expression.budget')
  expect(errorOf('{{ "x".repeat(100) }}', {}, { bytes: 99 }).code).toBe('expression.budget')
  expect(run('{{ "x".repeat(9e6).length }}', {}, { bytes: 1e7 })).toMatchObject({ value: 9e6 })
  expect(errorOf('{{ [[[1]]] }}', {}, { depth: 2 }).code).toBe('expression.too_large')
})

test('a value that is only passed on is neither measured nor copied', () => {
  const big = { input: { rows: Array.from({ length: 500_000 }, (_, id) => ({ id, text: 'x'.repeat(30) })) } }
  const result = run('{{ input.rows }}', big)
  expect(result.ok && result.value).toBe(big.input.rows)
  expect(compileTemplate('{{ input.rows }}').ok).toBe(true)
})
