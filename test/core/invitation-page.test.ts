// The requests of the invitation page to the server, and when they are sent. Its script runs like in a browser, on a
// minimal document. The server is tested in test/modules/teams/invitation-page.test.ts.
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { INVITATION_SCRIPT } from '../../src/modules/teams/pages/invitation-script.ts'

const OFFER = {
  teamName: '<b>Night</b>',
  invitedBy: 'ada@example.com',
  email: 'guest@example.com',
  role: 'member',
  expiresAt: '2030-01-01T00:00:00Z',
  hasAccount: true,
  mayRegister: false,
}

type Answer = { status?: number; body?: unknown }

class Element {
  hidden = true
  disabled = false
  textContent = ''
  type = ''
  autocomplete = ''
  listeners: Record<string, (event: { preventDefault: () => void }) => Promise<void>> = {}
  children: Element[] = []
  input: Element | null = null
  querySelector = () => {
    this.input ??= new Element()
    return this.input
  }
  querySelectorAll = () => [this.querySelector()]
  addEventListener = (name: string, listener: (event: { preventDefault: () => void }) => Promise<void>) => {
    this.listeners[name] = listener
  }
  append = (child: Element) => this.children.push(child)
  set innerHTML(_: string) {
    throw new Error('Text of users must not become HTML')
  }
}

async function openPage(hash: string, answers: Record<string, Answer>, kept: Record<string, string> = {}) {
  const elements = new Map<string, Element>()
  const at = (id: string) => elements.get(id) ?? (elements.set(id, new Element()).get(id) as Element)
  const asked: { path: string; body: Record<string, unknown>; authorization: string | undefined }[] = []
  const storage = new Map(Object.entries(kept))
  const page = {
    URL,
    URLSearchParams,
    TextEncoder,
    Uint8Array,
    btoa,
    crypto,
    location: { hash, pathname: '/account/invitation' },
    history: { replaceState: () => undefined },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
    document: { getElementById: at, createElement: () => new Element() },
    FormData: class {
      *[Symbol.iterator]() {
        yield ['name', ' Guest ']
        yield ['password', 'secret']
      }
    },
    fetch: async (path: string, init: { body?: string; headers: Record<string, string> }) => {
      const body = init.body === undefined ? {} : JSON.parse(init.body)
      asked.push({ path, body, authorization: init.headers.authorization })
      const { status = 200, body: said = {} } = answers[path] ?? {}
      return { ok: status < 400, text: async () => JSON.stringify(said) }
    },
  }
  runInContext(INVITATION_SCRIPT, createContext(page))
  await settle()
  const press = async (id = 'form', event = 'submit') => {
    await at(id).listeners[event]?.({ preventDefault: () => undefined })
    await settle()
  }
  return { at, asked, press, paths: () => asked.map(({ path }) => path.replace('/api/v1', '')) }
}

/** Waits until all pending answers are processed. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const LOOKUP = '/api/v1/teams/invitations/lookup'
const base = (offer: object = OFFER): Record<string, Answer> => ({
  [LOOKUP]: { body: offer },
  '/api/v1/auth/oauth/providers': { body: { items: [{ name: 'GitHub', startUrl: 'http://x/start' }] } },
  '/api/v1/auth/login': { body: { accessToken: 'at', user: { email: OFFER.email } } },
  '/api/v1/auth/register': { body: { accessToken: 'at', user: { email: OFFER.email } } },
  '/api/v1/auth/oauth/exchange': { body: { accessToken: 'at', user: { email: 'other@example.com' } } },
})
const refused = (code: string): Answer => ({ status: 403, body: { code, title: code, detail: code } })

test('opening the link only shows the invitation', async () => {
  const page = await openPage('#token=tok', base())
  expect(page.paths()).toEqual(['/teams/invitations/lookup', '/auth/oauth/providers'])
  expect(page.asked[0]?.body).toEqual({ token: 'tok' })
  expect(page.at('title').textContent).toBe('Join the team "<b>Night</b>"')
  expect(page.at('who').textContent).toContain('ada@example.com invites guest@example.com')
  expect(page.at('form').hidden).toBe(false)
})

test('the button signs in, joins with the token of that sign-in, and signs out', async () => {
  const page = await openPage('#token=tok', base())
  await page.press()
  expect(page.paths().slice(2)).toEqual(['/auth/login', '/teams/invitations/tok/accept', '/auth/logout'])
  expect(page.asked[2]?.body).toEqual({ email: OFFER.email, password: 'secret' })
  expect(page.asked[3]?.authorization).toBe('Bearer at')
  expect(page.at('status').textContent).toContain('You are now a member of the team')
})

test('without an account, the button creates one, with the invitation as proof', async () => {
  const page = await openPage('#token=tok', {
    ...base({ ...OFFER, hasAccount: false, mayRegister: true }),
  })
  expect(page.at('name').hidden).toBe(false)
  await page.press()
  expect(page.paths()[2]).toBe('/auth/register')
  expect(page.asked[2]?.body).toEqual({
    email: OFFER.email,
    name: 'Guest',
    password: 'secret',
    invitation: 'tok',
  })
})

test('if no account can be created, there is no button', async () => {
  const page = await openPage('#token=tok', base({ ...OFFER, hasAccount: false, mayRegister: false }))
  expect(page.at('form').hidden).toBe(true)
  expect(page.at('status').textContent).toContain('registration is closed')
})

test('returning from a provider joins nothing before the button is pressed, and not as another person', async () => {
  const page = await openPage('#code=c', base(), { invitation: 'tok', 'invitation-verifier': 'v' })
  expect(page.paths()).toEqual(['/teams/invitations/lookup'])
  await page.press()
  expect(page.asked[1]?.body).toEqual({ code: 'c', codeVerifier: 'v' })
  expect(page.paths().slice(1)).toEqual(['/auth/oauth/exchange', '/auth/logout'])
  expect(page.at('status').textContent).toContain('signed in as other@example.com')
})

test('a code that this page did not request is ignored', async () => {
  const page = await openPage('#code=c', base(), { invitation: 'tok' })
  await page.press()
  expect(page.paths()).not.toContain('/auth/oauth/exchange')
})

test('an unconfirmed address gets another mail, and the button works after the confirmation', async () => {
  const answers = base()
  answers['/api/v1/teams/invitations/tok/accept'] = refused('auth.email_not_verified')
  const page = await openPage('#token=tok', answers)
  await page.press()
  expect(page.paths().at(-1)).toBe('/auth/email/resend')
  answers['/api/v1/teams/invitations/tok/accept'] = {}
  await page.press()
  expect(page.paths().slice(-2)).toEqual(['/teams/invitations/tok/accept', '/auth/logout'])
})

test.each([
  ['', 'The link is incomplete'],
  ['#token=old', 'no longer valid'],
])('with the fragment "%s" it says that %s', async (hash, said) => {
  const page = await openPage(hash, { [LOOKUP]: { status: 404, body: { code: 'invitation.invalid' } } })
  expect(page.at('status').textContent).toContain(said)
  expect(page.at('form').hidden).toBe(true)
})
