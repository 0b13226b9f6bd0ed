import { expect, test } from 'vitest'
import {
  fromBase32,
  matchingStep,
  newTotpSecret,
  otpauthUrl,
  stepAt,
  toBase32,
  totpCode,
} from '../../../../src/modules/auth/mfa/totp.ts'

/** The shared secret of RFC 6238, appendix B: the ASCII digits 1 to 0, twice. */
const RFC_SECRET = toBase32(new TextEncoder().encode('12345678901234567890'))

test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('at %i seconds the code is the one in RFC 6238', async (seconds, code) => {
  const step = stepAt(seconds * 1000)
  expect(await totpCode(RFC_SECRET, step, 8)).toBe(code)
  expect(await totpCode(RFC_SECRET, step)).toBe(code.slice(2))
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base 32 of "%s" is as in RFC 4648', (plain, coded) => {
  expect(toBase32(new TextEncoder().encode(plain))).toBe(coded)
  expect(new TextDecoder().decode(fromBase32(coded))).toBe(plain)
})

test('a code is valid in its own step and the next, and in no other', async () => {
  const secret = newTotpSecret()
  const step = 60_000_000
  const code = await totpCode(secret, step)
  const at = (steps: number, ms = 0) => matchingStep(secret, code, (step + steps) * 30_000 + ms)
  expect(await at(0)).toBe(step)
  expect(await at(1, 29_999)).toBe(step)
  expect(await at(2)).toBeNull()
  expect(await at(-1, 29_999)).toBeNull()
})

test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('"%s" is not a code', async (code) => {
  expect(await matchingStep(RFC_SECRET, code, 59_000)).toBeNull()
})

test('a secret has 160 bits and its URL contains the account', () => {
  const secret = newTotpSecret()
  expect(fromBase32(secret)).toHaveLength(20)
  const url = new URL(otpauthUrl('a+b@example.com', secret))
  expect(decodeURIComponent(url.pathname)).toBe('/Orrery:a+b@example.com')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    secret,
    issuer: 'Orrery',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})
