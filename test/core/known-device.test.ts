import { expect, test } from 'vitest'
import { DEVICE_LIFE_MS, readDevice, signDevice } from '../../src/modules/auth/sign-in/known-device.ts'

const keys = { old: 'A'.repeat(43), new: `${'B'.repeat(42)}A` }
const before = { SECRETS_KEYS: { current: 'old', keys: { old: keys.old } } }
const during = { SECRETS_KEYS: { current: 'new', keys } }
const after = { SECRETS_KEYS: { current: 'new', keys: { new: keys.new } } }
const EMAIL = 'ada@example.com'
const NOW = 1_800_000_000_000

test('a device is known for its account, keeps its id, and is forgotten after a time', async () => {
  const cookie = await signDevice(before, EMAIL, null, NOW)
  const id = await readDevice(before, EMAIL, cookie, NOW)
  expect(id).toMatch(/^[\w-]{22}$/)
  expect(await readDevice(before, EMAIL, cookie, NOW + DEVICE_LIFE_MS)).toBe(id)
  expect(await readDevice(before, EMAIL, cookie, NOW + DEVICE_LIFE_MS + 1)).toBeNull()
  const renewed = await signDevice(before, EMAIL, id, NOW + 1)
  expect(await readDevice(before, EMAIL, renewed, NOW + 1)).toBe(id)
  const another = await signDevice(before, EMAIL, null, NOW)
  expect(await readDevice(before, EMAIL, another, NOW)).not.toBe(id)
})

test('a device cookie survives a change of the key while the old key is kept', async () => {
  const cookie = await signDevice(before, EMAIL, null, NOW)
  expect(await readDevice(during, EMAIL, cookie, NOW)).not.toBeNull()
  expect(await readDevice(after, EMAIL, cookie, NOW)).toBeNull()
})

test('a cookie of another account, or a modified one, is no known device', async () => {
  const cookie = await signDevice(before, EMAIL, null, NOW)
  const [id = '', madeAt = '', signature = ''] = cookie.split('.')
  const forged = [
    undefined,
    '',
    'x',
    `${'A'.repeat(22)}.${madeAt}.${signature}`,
    `${id}.${(NOW + 1).toString(36)}.${signature}`,
    `${id}.${madeAt}.${'A'.repeat(43)}`,
    `${id}.${madeAt}.`,
    `${id}.${madeAt}.${signature}.x`,
    `${id}.zzzzzzzzzzz.${signature}`,
  ]
  for (const one of forged) expect([one, await readDevice(before, EMAIL, one, NOW)]).toEqual([one, null])
  expect(await readDevice(before, 'eve@example.com', cookie, NOW)).toBeNull()
})
