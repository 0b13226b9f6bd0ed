import Argon2 from '@phi-ag/argon2'
import compiled from '@phi-ag/argon2/argon2.wasm'
import { expect, test } from 'vitest'
import type { AppError } from '../../../../src/core/errors.ts'
import { STRONG_HASH_KIB } from '../../../../src/env.ts'
import { COMMON_PASSWORDS } from '../../../../src/modules/auth/passwords/common.ts'
import { hashPassword, needsRehash, verifyPassword } from '../../../../src/modules/auth/passwords/hash.ts'
import { requireGoodPassword } from '../../../../src/modules/auth/passwords/policy.ts'

const COST = { PASSWORD_HASH_KIB: STRONG_HASH_KIB }

const rulesBrokenBy = (password: string): string[] => {
  try {
    requireGoodPassword(password, 'someone@example.com', '/password')
    return []
  } catch (error) {
    return (error as AppError).errors?.map((one) => one.code) ?? []
  }
}

test('a hash is a PHC string of argon2id with 19 MiB, two passes and one lane, and differs each time', async () => {
  const [first, second] = [
    await hashPassword(COST, 'Blue-Comet-42'),
    await hashPassword(COST, 'Blue-Comet-42'),
  ]
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(second).not.toBe(first)
  expect(await verifyPassword(COST, 'Blue-Comet-42', first)).toBe(true)
  expect(await verifyPassword(COST, 'Blue-Comet-43', first)).toBe(false)
  expect(needsRehash(COST, first)).toBe(false)
})

test('no password matches an account without one', async () => {
  expect(await verifyPassword(COST, '', null)).toBe(false)
  expect(await verifyPassword(COST, 'Blue-Comet-42', null)).toBe(false)
})

test('every non-ASCII character of a password counts, however the keyboard encodes it', async () => {
  const hash = await hashPassword(COST, 'Żółta-Łódź-1')
  expect(await verifyPassword(COST, 'Żółta-Łódź-1', hash)).toBe(true)
  expect(await verifyPassword(COST, 'Żółta-Łódź-1'.normalize('NFD'), hash)).toBe(true)
  expect(await verifyPassword(COST, 'Żółta-Łódź-2', hash)).toBe(false)
  expect(await verifyPassword(COST, 'Żółta-Łó', hash)).toBe(false)
})

test('a hash with older parameters verifies and must be replaced', async () => {
  const argon2 = new Argon2(await WebAssembly.instantiate(compiled))
  const { encoded } = argon2.hash('Blue-Comet-42', { memoryCost: 1024, timeCost: 1, parallelism: 1 })
  expect(await verifyPassword(COST, 'Blue-Comet-42', encoded)).toBe(true)
  expect(needsRehash(COST, encoded)).toBe(true)
})

test.each([
  ['Sh0rt-1', ['too_short']],
  [`Aa1-${'x'.repeat(125)}`, ['too_long']],
  ['blue-comet-42', ['no_upper']],
  ['BLUE-COMET-42', ['no_lower']],
  ['Blue-Comet-xy', ['no_digit']],
  ['BlueComet42', ['no_special']],
  ['Password1!', ['common']],
  ['P@ssw0rd123!', ['common']],
  ['!Qwerty123!', ['common']],
  ['Someone@example.com', ['no_digit', 'same_as_email']],
  ['Aa1!Aa1!', ['repeated']],
  ['Ab1-Ab1-Ab1-A', ['repeated']],
  ['Summer2024!', ['season']],
  ['!Winter-25', ['season']],
  ['2026_October.', ['season']],
  ['Summer-Rain-24', []],
  ['Coco-Mango-7', []],
  ['Blue-Comet-42', []],
  [`Aa1-${'x'.repeat(124)}`, []],
  ['Ωmega-ñandú-7', []],
])('the password %s breaks %j', (password, codes) => {
  expect(rulesBrokenBy(password)).toEqual(codes)
})

test('the list contains the 3,000 most common passwords', () => {
  expect(COMMON_PASSWORDS.size).toBe(3000)
})
