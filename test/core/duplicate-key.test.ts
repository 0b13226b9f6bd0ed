import { expect, test } from 'vitest'
import { findDuplicateKey } from '../../src/core/duplicate-key.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"b":{"c":1,"c":2}}', 'c'],
  ['[{"a":1},{"b":[],"b":[]}]', 'b'],
  [String.raw`{"role":"user","\u0072ole":"admin"}`, 'role'],
  [String.raw`{"a\"b":1,"a\u0022b":2}`, 'a"b'],
  ['{"":1,"":2}', ''],
  ['{"a":{"x":1},"b":[1,{"y":2}],"a":3}', 'a'],
  ['{ "a" : "x" , "b" : 1 ,\n"a" : 2 }', 'a'],
])('%s has a duplicate key', (text, key) => {
  JSON.parse(text)
  expect(findDuplicateKey(text)).toBe(key)
})

test.each([
  '{}',
  '[]',
  '"a"',
  'null',
  '{"a":1,"b":1,"A":1}',
  '[{"a":1},{"a":1}]',
  '{"a":{"a":{"a":1}}}',
  '{"a":"a","b":"a","c":["a","a"]}',
  String.raw`{"a":"\\","b":"\"a\":1,\"a\":2"}`,
  '{"a":[{"a":1}],"b":{"a":1}}',
])('%s has no duplicate key', (text) => {
  JSON.parse(text)
  expect(findDuplicateKey(text)).toBeNull()
})

test('a large body is checked quickly', () => {
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`key ${i}`, {}])))
  const spentMs = startProcessorTime()
  expect(findDuplicateKey(many)).toBeNull()
  expect(findDuplicateKey(`["${'\\\\'.repeat(500_000)}"]`)).toBeNull()
  expect(spentMs()).toBeLessThan(1_000)
})
