// Nobody can lock another person out of their account, and nobody can guess without limit. Both are tested, also if
// every caller has the same address.
import { afterEach, expect, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../../src/core/clock.ts'
import { beginSignIn, recordAddressFailure } from '../../../../src/modules/auth/brute-force.ts'
import { call } from '../../../helpers/api.ts'
import { mailTo, withContext } from '../../../helpers/jobs.ts'
import { type Browser, newBrowser } from '../../../helpers/oidc-browser.ts'
import { freshAddress, freshEmail, PASSWORD, signIn } from '../accounts.ts'

afterEach(() => {
  vi.useRealTimers()
})

const WRONG = 'Wrong-Comet-42'
const LOOPBACK = { 'cf-connecting-ip': '127.0.0.1' }
const elsewhere = () => ({ 'cf-connecting-ip': freshAddress() })

/** An account created in this browser, which knows it from then on. */
async function ownBrowser(
  headers: Record<string, string> = {},
): Promise<{ email: string; browser: Browser }> {
  const email = freshEmail()
  const browser = newBrowser()
  const body = { email, password: PASSWORD }
  const made = await browser.call('POST', '/api/v1/auth/register', { body, headers })
  if (made.status !== 201) throw new Error(`registration answered ${made.status}: ${made.text}`)
  return { email, browser }
}

const enter = (browser: Browser, email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  browser.call('POST', '/api/v1/auth/login', { body: { email, password }, headers })

/** Wrong attempts of one client until it has to wait. Returns how many were checked. */
async function guessUntilRefused(guess: () => Promise<{ status: number }>, most = 40): Promise<number> {
  for (let looked = 0; looked < most; looked++) if ((await guess()).status === 429) return looked
  return most
}

test.each([
  ['on 127.0.0.1', LOOPBACK],
  ['without an address, as with npm start', {}],
])('attempts of others %s never lock the owner out on a known device', async (_where, headers) => {
  const { email, browser } = await ownBrowser(headers)
  expect(await guessUntilRefused(() => signIn(email, WRONG, headers))).toBeLessThan(12)
  expect((await signIn(email, PASSWORD, headers)).status).toBe(429)
  expect((await enter(browser, email, PASSWORD, headers)).status).toBe(200)
  // Nor does the owner's sign-in give the others new attempts.
  expect((await signIn(email, WRONG, headers)).status).toBe(429)
})

test('attempts from many networks lock the owner out neither on a known device nor on a new one', async () => {
  const { email, browser } = await ownBrowser()
  await withContext((request) =>
    Promise.all(
      Array.from({ length: 60 }, () => beginSignIn({ ...request, address: freshAddress() }, email, null)),
    ),
  )
  expect((await enter(browser, email, PASSWORD, elsewhere())).status).toBe(200)
  expect((await signIn(email, PASSWORD, elsewhere())).status).toBe(200)
})

test('a network that fails at many accounts does not delay a known device in it', async () => {
  const headers = elsewhere()
  const { email, browser } = await ownBrowser(headers)
  await withContext(async (request) => {
    for (let i = 0; i < 60; i++)
      await recordAddressFailure({ ...request, address: headers['cf-connecting-ip'] })
  })
  expect((await signIn(email, PASSWORD, headers)).status).toBe(429)
  expect((await enter(browser, email, PASSWORD, headers)).status).toBe(200)
})

test('sixty sign-ins a minute by others do not use up those of a known device', async () => {
  const { email, browser } = await ownBrowser(LOOPBACK)
  const body = { email, password: WRONG }
  const flood = Array.from({ length: 70 }, () =>
    call('POST', '/api/v1/auth/login', { body, headers: LOOPBACK }),
  )
  expect((await Promise.all(flood)).at(-1)?.status).toBe(429)
  const entered = await enter(browser, email, PASSWORD, LOOPBACK)
  expect([entered.status, entered.headers.get('ratelimit-remaining')]).toEqual([200, '59'])
})

test('a known device may fail ten times in a quarter of an hour, and as often in the next', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { email, browser } = await ownBrowser()
  for (let round = 0; round < 2; round++) {
    expect(await guessUntilRefused(() => enter(browser, email, WRONG))).toBe(10)
    const refused = await enter(browser, email)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '900'])
    vi.setSystemTime(Date.now() + 15 * MINUTE_MS)
  }
  expect((await enter(browser, email)).status).toBe(200)
})

test('a device that signs in resets its count, and is the same device from another network', async () => {
  const { email, browser } = await ownBrowser()
  for (let i = 0; i < 9; i++) await enter(browser, email, WRONG)
  expect((await enter(browser, email)).status).toBe(200)
  expect(await guessUntilRefused(() => enter(browser, email, WRONG, elsewhere()))).toBe(10)
})

test('without a known device a network has six attempts, and twice as many if the owner was there recently', async () => {
  const home = elsewhere()
  const { email } = await ownBrowser(home)
  const away = elsewhere()
  expect(await guessUntilRefused(() => signIn(email, WRONG, away))).toBe(6)
  expect(await guessUntilRefused(() => signIn(email, WRONG, home))).toBe(11)
})

test('a device of one account is not known for another, and an invented cookie is not known at all', async () => {
  const mine = await ownBrowser()
  const theirs = await ownBrowser()
  const headers = elsewhere()
  const [cookie = ''] = mine.browser.cookies.values()
  for (const name of theirs.browser.cookies.keys()) mine.browser.cookies.set(name, cookie)
  const guess = () => enter(mine.browser, theirs.email, WRONG, headers)
  expect(await guessUntilRefused(guess)).toBe(6)
  expect((await enter(theirs.browser, theirs.email, PASSWORD, headers)).status).toBe(200)
})

test('the cookie of a device is only for this server, and scripts cannot read it', async () => {
  const { email } = await ownBrowser()
  const cookie = (await signIn(email)).headers.getSetCookie().find((one) => one.startsWith('device-')) ?? ''
  expect(cookie).toMatch(/^device-[0-9a-f]{16}=[\w-]{22}\.[0-9a-z]+\.[\w-]{43}; Max-Age=15552000; Path=\/; /)
  expect(cookie).toContain('HttpOnly')
  expect(cookie).toContain('SameSite=Lax')
  expect(cookie).not.toContain(email)
  expect((await signIn(email, WRONG)).headers.getSetCookie()).toEqual([])
})

test('a browser keeps the device cookies of its ten latest accounts', async () => {
  const { email, browser } = await ownBrowser()
  const [own = ''] = browser.cookies.keys()
  for (let i = 0; i < 12; i++) browser.cookies.set(`device-${String(i).padStart(16, '0')}`, 'x')
  browser.cookies.set('other', 'x')
  expect((await enter(browser, email)).status).toBe(200)
  const names = [...browser.cookies.keys()]
  expect(names).toHaveLength(11)
  expect(names).toEqual(expect.arrayContaining([own, 'other', `device-${'11'.padStart(16, '0')}`]))
})

test('a reset by mail ends the wait of the requesting device', async () => {
  const { email, browser } = await ownBrowser()
  expect(await guessUntilRefused(() => enter(browser, email, WRONG))).toBe(10)
  await browser.call('POST', '/api/v1/auth/password/forgot', { body: { email } })
  const mail = (await mailTo(email)).find(({ subject }) => subject === 'Choose a new password')
  const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0]
  const newPassword = 'Brighter-Comet-43'
  const reset = await browser.call('POST', '/api/v1/auth/password/reset', { body: { token, newPassword } })
  expect(reset.status).toBe(204)
  expect((await enter(browser, email, newPassword)).status).toBe(200)
})
