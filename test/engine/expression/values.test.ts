import { describe, expect, test } from 'vitest'
import { evaluate, run, sampleScope } from './support.ts'

// All of these agree with JavaScript. The differential test covers more cases.
const LIKE_JAVASCRIPT = [
  '0x1F + 0b11 + 0o17 + 1_000 + .5 + 5. + 1e-3 + 2E3',
  `'a\\n\\t\\'\\x41\\u0042\\u{1F600}' + "\\"b"`,
  `\`a\${1 + 1}b\${\`c\${"d"}\`}\``,
  '"}}" + \'{{\'',
  '[1, "b", [true, null], ...[2, 3],]',
  '({ a: 1, "b c": 2, 3: 4, ["k" + 1]: 5, ...{ z: 6 }, })',
  '{ input, index }',
  '2 ** 3 ** 2',
  '(-2) ** 2',
  '-2 * -3 - -4',
  '1 + 2 * 3 - 4 / 2 % 3',
  '"1" + 2 + 3',
  '1 + 2 + "3"',
  '"6" / "2"',
  'null + 1',
  'undefined + 1',
  '"a" + undefined + null + true',
  '[1, 2] + ""',
  '[[1, [2]], null] + "x"',
  '1 < 2 === true',
  '"b" > "a" && "10" < "9" && "10" > 9',
  'null == undefined && null !== undefined',
  '"1" == 1 && true == "1" && [1] == 1',
  'input.nil ?? "none"',
  'input.zero || "zero"',
  'input.zero && "never"',
  '!input.empty',
  'input.flag ? input.a ? 1 : 2 : 3',
  'input.nil?.x.y.z',
  'input?.obj?.["y"]?.z',
  'input.nope?.toUpperCase().length',
  '(input.obj?.y).z',
  '"x" in input.obj && !("q" in input.obj) && (0 in input.list)',
  'typeof input.a + typeof input.s + typeof input.nope + typeof null + typeof true',
  'input["obj"]["a b"]',
  'input.list[input.list.length - 1]',
  'input.s[0] + input.s.at(-1) + input.s.charAt(1) + input.t.codePointAt(4)',
  'input.list.length + input.s.length',
  'input.s.split(", ").map(x => x.toLowerCase()).join("-")',
  'input.s.split("")',
  'input.s.split()',
  'input.s.split("o", 2)',
  'input.s.replace("l", "L") + input.s.replaceAll("l", "L") + "aa".replaceAll("", "-")',
  'input.s.includes("World") && input.s.startsWith("Hello") && input.s.endsWith("World")',
  'input.s.indexOf("o") + input.s.lastIndexOf("o") + input.s.indexOf("o", 5)',
  '"ab".repeat(3) + "7".padStart(3, "0") + "7".padEnd(3, "ab") + "  x ".trim() + " y".trimStart()',
  '"Straße".toUpperCase() + "ÄB".toLowerCase() + "e\\u0301".normalize("NFC").length',
  '"abcdef".slice(1, -1) + "abcdef".substring(4, 1) + "abc".concat("d", "e")',
  '"a".localeCompare("b") + "a".charCodeAt(0)',
  '(1234.567).toFixed(2) + (255).toString(16) + (0.00001).toString() + (5).toPrecision(3) + 1e21',
  '(1234.5).toLocaleString("de-DE")',
  'input.list.map(x => x * 2).filter((x, i) => i > 0).reduce((a, b) => a + b, 0)',
  'input.list.reduce((a, b) => Math.max(a, b)) + input.words.reduceRight((a, b) => a + b)',
  'input.list.toSorted() + "|" + input.list.toSorted((a, b) => a - b)',
  'input.words.toSorted().toReversed().concat("x", ["y", ["z"]])',
  'input.items.find(x => x.id === 2).name + input.items.findIndex(x => x.id === 9)',
  'input.items.findLast(x => x.id < 3).id + input.items.findLastIndex(x => x.id < 3)',
  'input.items.some(x => x.price > 5) && input.items.every(x => x.price >= 0)',
  'input.items.flatMap(x => x.tags)',
  '[1, [2, [3, [4]]]].flat().concat([[5, [6]]].flat(Infinity))',
  'input.list.includes(10) && input.list.indexOf(2) && input.list.lastIndexOf(2)',
  'input.list.at(-1) + input.list.slice(1, 3).join("+")',
  'input.list.with(1, 99)',
  '[NaN].includes(NaN)',
  '[undefined, null, 3].join("-")',
  '[3, undefined, 1].toSorted()',
  'Object.keys(input.obj).concat(Object.values(input.obj).length)',
  'Object.entries(input.obj)',
  'Object.fromEntries(input.items.map(x => [x.name, x.price]))',
  'Object.assign({}, input.obj, { x: 2 }, null)',
  'Object.hasOwn(input.obj, "x")',
  'Array.isArray(input.list) && !Array.isArray("x")',
  'Array.from("ab").concat(Array.from({ length: 2 }, (_, i) => i))',
  'Math.max(...input.list, 4) + Math.min(1, 2) + Math.round(2.5) + Math.abs(-1) + Math.PI',
  'Math.max()',
  'Number("12.5") + Number("") + Number(null) + Number.MAX_SAFE_INTEGER',
  'Number("x")',
  'String(12) + String(null) + String([1, 2])',
  'Boolean("") || Boolean("0")',
  'parseInt("12px") + parseInt("ff", 16) + parseFloat("1.5kg")',
  'isNaN("x") && !Number.isNaN("x") && Number.isInteger(5)',
  'encodeURIComponent("a b&c=ä/€") + decodeURIComponent("%C3%A4")',
  'JSON.stringify(input)',
  'JSON.stringify({ a: [1, undefined, NaN], b: undefined }, null, 2)',
  'JSON.parse("[1, {\\"a\\": \\"\\\\u00e4\\"}]")',
  'input.words.map(String).map(Boolean)',
  'input.items.map(({ id, ...rest }) => rest)',
  'input.items.map(({ tags: [first, ...more], name: n }, i) => ({ first, more, n, i }))',
  `Object.entries(input.obj).map(([key, value]) => \`\${key}=\${typeof value}\`)`,
  'input.list.map((...all) => all.length)',
  'input.items.map(item => item.tags.map(tag => item.name + tag))',
  'input.items.map(input => input.id)',
]

describe('an expression has the same value as in JavaScript', () => {
  const scope = sampleScope()
  const names = Object.keys(scope)
  for (const expression of LIKE_JAVASCRIPT) {
    test(expression, () => {
      const expected: unknown = new Function(...names, `return (${expression})`)(
        ...Object.values(sampleScope()),
      )
      expect(evaluate(expression, scope)).toStrictEqual(expected)
    })
  }
})

describe('an expression differs from JavaScript where JavaScript does not help', () => {
  const cases: [string, unknown][] = [
    ['"" + { a: 1 }', '{"a":1}'],
    [`\`\${[{ a: 1 }]}\``, '[{"a":1}]'.slice(1, -1)],
    ['"cost".replace("cost", "$& $1")', '$& $1'],
    ['["7", "8", "9"].map(parseInt)', [7, 8, 9]],
    ['input.list.sort((a, b) => a - b)', [1, 2, 3, 10]],
    ['input.list.reverse()', [10, 2, 1, 3]],
    ['Object.assign(input.obj, { x: 5 }).x + input.obj.x', 6],
    ['date("2026-01-01") == date("2026-01-01T00:00:00Z")', true],
    ['{ ...(input.zero && { a: 1 }), b: 2 }', { b: 2 }],
    ['Object.groupBy(input.list, x => x > 2 ? "big" : "small")', { big: [3, 10], small: [1, 2] }],
    [
      'input.list.entries()',
      [
        [0, 3],
        [1, 1],
        [2, 2],
        [3, 10],
      ],
    ],
  ]
  for (const [expression, expected] of cases) {
    test(expression, () => expect(evaluate(expression, sampleScope())).toStrictEqual(expected))
  }
})

test('sorting and reversing do not change the scope', () => {
  const scope = sampleScope()
  evaluate('input.list.sort().reverse().concat(input.words.sort())', scope)
  expect(scope).toStrictEqual(sampleScope())
})

test('a missing scope name is undefined, not an error', () => {
  expect(run('{{ item }}', {})).toStrictEqual({ ok: true, value: undefined })
})
