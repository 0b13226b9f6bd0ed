import { expect, test } from 'vitest'
import { isSameSite } from '../../src/core/site.ts'
import { findReturnPage } from '../../src/modules/auth/oauth/return-pages.ts'

test.each([
  ['https://api.example.com', 'https://app.example.com', true],
  ['https://example.com', 'https://a.b.example.com:8443', true],
  ['http://localhost:8787', 'http://localhost:3000', true],
  ['http://127.0.0.1:8787', 'http://127.0.0.1:3000', true],
  ['http://[::1]:1', 'http://[::1]:2', true],
  ['https://orrery.me.workers.dev', 'https://app.me.workers.dev', true],
  ['https://api.example.com', 'http://app.example.com', false],
  ['https://api.example.com', 'https://example.org', false],
  ['https://api.example.co.uk', 'https://other.co.uk', false],
  ['https://orrery.me.workers.dev', 'https://app.you.workers.dev', false],
  ['http://localhost', 'http://127.0.0.1', false],
  ['http://10.0.0.1', 'http://10.1.0.1', false],
  ['http://127.0.0.1', 'http://2.0.0.1', false],
])('whether %s and %s are the same site: %s', (a, b, expected) => {
  expect(isSameSite(new URL(a), new URL(b))).toBe(expected)
})

const settings = {
  PUBLIC_URL: 'https://api.example.com',
  CORS_ORIGINS: ['https://app.example.com', 'https://elsewhere.example'],
  OAUTH_RETURN_PAGES: ['https://elsewhere.example/signed-in', 'https://api.example.com/console/in'],
}
const find = (text: string) => findReturnPage(settings, text)

test.each([
  ['https://api.example.com/', true],
  ['https://api.example.com/account/invitation?x=1', true],
  ['https://api.example.com/sign-in/oauth', true],
  ['https://api.example.com/console/in', true],
  ['https://app.example.com/anything', true],
  ['https://elsewhere.example/signed-in?next=%2F', false],
])('a sign-in may return to %s, bound to the browser: %s', (href, sameSite) => {
  expect(find(href)).toEqual({ href, sameSite })
})

test.each([
  'https://api.example.com/api/v1/hooks/0123456789abcdef',
  'https://api.example.com/approve/0123456789abcdef',
  'https://api.example.com/dev/mailbox',
  'https://api.example.com/account/verify-email',
  'https://api.example.com/account/../api/v1/hooks/x',
  'https://api.example.com/account/%2e%2e/api/v1/hooks/x',
  'https://api.example.com//account/invitation',
  'https://api.example.com/docs',
  'https://api.example.com/console/in/more',
  'https://elsewhere.example/',
  'https://elsewhere.example/signed-in/',
  'https://elsewhere.example/other',
  'https://other.example.com/',
])('a sign-in may not return to %s', (href) => {
  expect(find(href)).toBeNull()
})
