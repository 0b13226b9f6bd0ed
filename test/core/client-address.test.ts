import { expect, test } from 'vitest'
import { addressFrom } from '../../src/http/network.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  [' 203.0.113.9 ', '203.0.113.9'],
  ['203.0.113.9:51234', '203.0.113.9'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['::ffff:203.0.113.9', '::ffff:203.0.113.9'],
])('%j is the address %s', (header, address) => {
  expect(addressFrom(header)).toBe(address)
})

test.each([
  undefined,
  '',
  'x'.repeat(5_000),
  `${'1'.repeat(5_000)}.1.1.1`,
  'unknown',
  '203.0.113',
  '12345',
  '203.0.113.9 or so',
  '[203.0.113.9',
  '203.0.113.9,',
])('%j is no address', (header) => {
  expect(addressFrom(header)).toBeNull()
})

test('of a list, the entry of the nearest proxy counts, whatever a client puts before it', () => {
  expect(addressFrom('198.51.100.1, forged, 203.0.113.9')).toBe('203.0.113.9')
  expect(addressFrom(`${'198.51.100.1, '.repeat(1_000)}203.0.113.9`)).toBe('203.0.113.9')
})
