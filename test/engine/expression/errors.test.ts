import { describe, expect, test } from 'vitest'
import { errorOf, sampleScope } from './support.ts'

const CASES: [source: string, code: string, column: number, message: RegExp][] = [
  ['{{', 'syntax', 3, /"\{\{" at column 1 is not closed/],
  ['{{ }}', 'syntax', 4, /a value should be/],
  ['text {{ input.a', 'syntax', 16, /"\{\{" at column 6 is not closed/],
  ['{{ input.a }', 'syntax', 12, /single "}"/],
  ['{{ (1 + 2 }}', 'syntax', 11, /"\(" at column 4 is not closed/],
  ['{{ [1, 2 }}', 'syntax', 10, /"\[" at column 4/],
  ['{{ 1) }}', 'syntax', 5, /has no matching opening mark/],
  ['{{ "abc }}', 'syntax', 4, /not closed/],
  ['{{ `abc }}', 'syntax', 4, /template literal is not closed/],
  ['{{ 1 + }}', 'syntax', 8, /a value should be/],
  ['{{ 1 2 }}', 'syntax', 6, /follows the end/],
  ['{{ input. }}', 'syntax', 11, /after "\."/],
  ['{{ 3in }}', 'syntax', 4, /is not a number/],
  ['{{ 1n }}', 'syntax', 4, /is not a number/],
  ['{{ 010 }}', 'syntax', 4, /is not a number/],
  ['{{ "\\u12" }}', 'syntax', 5, /not a complete escape/],
  ['{{ input.a = 1 }}', 'syntax', 12, /compare with "==="/],
  ['{{ input.a++ }}', 'syntax', 11, /would change a value/],
  ['{{ 1; 2 }}', 'syntax', 5, /without ";"/],
  ['{{ a & b }}', 'syntax', 6, /not an operator/],
  ['{{ /x/ }}', 'forbidden', 4, /regular expression is not allowed here/],
  ['{{ 1 // x }}', 'syntax', 6, /comments/],
  ['{{ new Date() }}', 'syntax', 4, /date\(…\)/],
  ['{{ this }}', 'syntax', 4, /"this"/],
  ['{{ function () {} }}', 'syntax', 4, /x => …/],
  ['{{ [1].map(x => { x }) }}', 'syntax', 17, /put an object in parentheses/],
  ['{{ -2 ** 2 }}', 'syntax', 7, /parentheses/],
  ['{{ 1 ?? 2 || 3 }}', 'syntax', 11, /parentheses/],
  ['{{ 1 && 2 ?? 3 }}', 'syntax', 11, /parentheses/],
  ['{{ input`x` }}', 'syntax', 9, /tagged/],
  ['{{ { get() { } } }}', 'syntax', 9, /methods/],
  ['{{ (1, 2) }}', 'syntax', 6, /one value/],
  ['{{ inptu.a }}', 'unknown_name', 4, /did you mean "input"/],
  ['{{ window }}', 'unknown_name', 4, /there is no "window"/],
  ['{{ nodes.my-node }}', 'unknown_name', 13, /with a dash/],
  ['{{ [1].map(x => x)[0] + x }}', 'unknown_name', 25, /there is no "x"/],
  ['{{ fetch("x") }}', 'unknown_name', 4, /no function "fetch"/],
  ['{{ Date(1) }}', 'unknown_name', 4, /did you mean "date"/],
  ['{{ input.list.mpa(x => x) }}', 'unknown_method', 15, /did you mean "map"/],
  ['{{ input.list.push(1) }}', 'unknown_method', 15, /\[\.\.\.list, value\]/],
  ['{{ input.s.search("x") }}', 'unknown_method', 12, /match, test, replace and split/],
  ['{{ input.s.match(/x(?=y)/) }}', 'syntax', 18, /cannot be read/],
  ['{{ input.s.match(/x/y) }}', 'syntax', 18, /are not flags/],
  ['{{ input.s.match(/x }}', 'syntax', 18, /not closed/],
  ['{{ input.s.replaceAll(/x/, "") }}', 'type', 12, /without the flag g/],
  ['{{ "a".match("(") }}', 'syntax', 8, /cannot be read/],
  ['{{ input.a = 1 }}', 'syntax', 12, /would change a value/],
  ['{{ [1].map((x = x) => x) }}', 'syntax', 17, /its own default/],
  ['{{ [1].unique("id") }}', 'type', 15, /function is needed/],
  ['{{ hash("a", "sha3") }}', 'type', 4, /sha3/],
  ['{{ hmac("a", { hex: "0g" }) }}', 'type', 4, /not hex/],
  ['{{ Base64.decode("?") }}', 'type', 4, /not base64/],
  ['{{ Base64.decode("/w==") }}', 'type', 4, /are not text/],
  ['{{ uuid() }}', 'type', 4, /only available in a run/],
  ['{{ Math.random() }}', 'unknown_method', 9, /same answer/],
  ['{{ Object.kyes(input) }}', 'unknown_method', 11, /did you mean "keys"/],
  ['{{ input.s.map(x => x) }}', 'unknown_method', 12, /"input.s" is a text, which has no method "map"/],
  ['{{ input.obj.map(x => x) }}', 'unknown_method', 14, /is an object.*Object\.keys/],
  ['{{ input.nope.deep }}', 'type', 15, /"input.nope" is undefined, so it has no "deep"/],
  ['{{ input.nil.x }}', 'type', 14, /"input.nil" is null/],
  ['{{ input.nil[0] }}', 'type', 14, /"input.nil" is null/],
  ['{{ input.nope.trim() }}', 'type', 15, /undefined/],
  ['{{ input.s.trim }}', 'type', 12, /must be called/],
  ['{{ input.obj * 2 }}', 'type', 14, /an object is not a number/],
  ['{{ input.list[null] }}', 'type', 15, /null cannot name a property/],
  ['{{ "x" in "xyz" }}', 'type', 8, /not into a text/],
  ['{{ [...input.a] }}', 'type', 5, /cannot be spread/],
  ['{{ [].reduce((a, b) => a) }}', 'type', 7, /start value/],
  ['{{ input.list.map(input.a) }}', 'type', 19, /function is needed/],
  ['{{ input.list.map() }}', 'type', 15, /given nothing/],
  ['{{ (1).toFixed(101) }}', 'type', 8, /toFixed was given 101/],
  ['{{ decodeURIComponent("%") }}', 'type', 4, /cannot convert/],
  ['{{ JSON.parse("{") }}', 'type', 4, /not JSON/],
  ['{{ "x".repeat(-1) }}', 'type', 8, /repeat was given -1/],
  ['{{ "x".normalize("X") }}', 'type', 8, /unknown form/],
  ['{{ date("tomorrow") }}', 'type', 4, /"tomorrow" is not a date/],
  ['{{ date(now, "Mars/Base") }}', 'type', 4, /not a time zone/],
  ['{{ date(now).format("YYYY") }}', 'type', 14, /"YYYY" is not part/],
  ['{{ x => x }}', 'forbidden', 4, /only allowed as an argument/],
  ['{{ [x => x] }}', 'forbidden', 5, /only allowed as an argument/],
  ['{{ "a".concat(x => x) }}', 'forbidden', 15, /is not allowed here/],
  ['{{ [1].map(x => y => y) }}', 'forbidden', 17, /only allowed as an argument/],
  ['{{ Math }}', 'forbidden', 4, /is not a value/],
  ['{{ Math.max }}', 'forbidden', 9, /can only be called/],
  ['{{ String }}', 'forbidden', 4, /can only be called/],
  ['{{ input() }}', 'forbidden', 4, /cannot be called/],
  ['{{ input.s["trim"]() + input["a"]() }}', 'unknown_method', 30, /there is no method "a"/],
  ['{{ input[input.s]() }}', 'forbidden', 10, /by its name/],
  ['{{ (input.a ? 1 : 2)() }}', 'forbidden', 5, /only built-in/],
]

describe('an error has its column and the reason', () => {
  for (const [source, code, column, message] of CASES) {
    test(source, () => {
      const error = errorOf(source, sampleScope())
      expect(error.message).toMatch(message)
      expect({ code: error.code, column: error.column }).toStrictEqual({ code: `expression.${code}`, column })
    })
  }

  test('counted in the whole string, also after other text and lines', () => {
    expect(errorOf('Dear\n{{ input.s }}, {{ nope }}').column).toBe(24)
  })

  test('and says what was expected', () => {
    expect(errorOf('{{ (1 }}').expected).toBe(')')
    expect(errorOf('{{ nope }}').expected).toMatch(/input, nodes/)
    expect(errorOf('{{ input.a.b }}', { input: {} }).expected).toMatch(/\?\./)
  })
})
