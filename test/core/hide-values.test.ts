import { expect, test } from 'vitest'
import { HIDDEN, hideIn, hideValues } from '../../src/core/hide-values.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

const SECRET = 'pa/ss w+rd"é€'
const hide = hideValues([SECRET]) ?? ((text: string) => text)
const bytesOf = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))

test.each([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify({ a: SECRET })],
  ['percent-encoded', `https://x.example/?key=${encodeURIComponent(SECRET)}&a=1`],
  [
    'percent-encoded in small letters',
    encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['as a form sends it', new URLSearchParams({ key: SECRET }).toString()],
])('a secret is hidden %s', (_name, text) => {
  expect(hide(text)).toContain(HIDDEN)
  expect(hide(text)).not.toContain('rd')
})

test('a secret is hidden in base64, whatever surrounds it', () => {
  for (const before of ['', 'u', 'us', 'use', 'user:'])
    for (const after of ['', 'x', 'xy', 'xyz']) {
      const encoded = btoa(bytesOf(before + SECRET + after))
      for (const text of [encoded, encoded.replaceAll('+', '-').replaceAll('/', '_')]) {
        expect(hide(`Basic ${text}`)).toContain(HIDDEN)
        expect(hide(text).replace(HIDDEN, '').length).toBeLessThan(14)
      }
    }
})

test('every occurrence is hidden, and nothing else', () => {
  const one = hideValues(['secret-1', 'secret-22']) ?? ((text: string) => text)
  expect(one('a secret-1secret-22 b secret-3 secret-22')).toBe(`a ${HIDDEN}${HIDDEN} b secret-3 ${HIDDEN}`)
  for (const text of ['', 'secre', 'secret-', 'nothing of the kind']) expect(one(text)).toBe(text)
})

test('a text that is too short is not hidden', () => {
  expect(hideValues(['', '1234', 'abcde'])).toBeNull()
})

test('values are hidden at any depth, also in names, and a value without secrets is returned unchanged', () => {
  const value = { a: [1, null, `x ${SECRET}`], [SECRET]: true }
  expect(hideIn(value, hide)).toEqual({ a: [1, null, `x ${HIDDEN}`], [HIDDEN]: true })
  const clean = { a: ['b', { c: 1 }] }
  expect(hideIn(clean, hide)).toBe(clean)
})

test('many secrets with the same beginning are all hidden completely', () => {
  const many = Array.from({ length: 50 }, (_, i) => `shared-prefix-${i}`)
  const all = hideValues(many) ?? ((text: string) => text)
  for (const secret of many) expect(all(`<${secret}>`)).not.toContain('prefix')
  const long = `k${'ab'.repeat(2_000)}`
  expect(hideValues([long])?.(`<${long}>`)).toBe(`<${HIDDEN}>`)
})

test('secrets that differ after a long beginning are hidden completely', () => {
  const [one, two] = ['x', 'y'].map((end) => `${'b'.repeat(40)}${end.repeat(40)}`) as [string, string]
  const both = hideValues([one, two]) ?? ((text: string) => text)
  expect([both(one), both(two)]).toEqual([HIDDEN, HIDDEN])
})

test.each([
  ['many secrets', Array.from({ length: 500 }, (_, i) => `${'a'.repeat(40)}${i}`)],
  ['a secret that nearly fits everywhere', [`${'a'.repeat(31)}b`]],
])('%s take linear time in the text', (_name, secrets) => {
  const hideText = hideValues(secrets)
  const cost = (chars: number): number => {
    const text = 'a'.repeat(chars)
    const elapsed = startProcessorTime()
    hideText?.(text)
    return elapsed()
  }
  cost(100_000)
  expect(cost(2_000_000)).toBeLessThan(20 * (cost(200_000) + 10))
})
