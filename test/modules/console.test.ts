import { expect, test } from 'vitest'
import { call, get } from '../helpers/api.ts'

const BROWSER = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test.each(['/', '/sign-in', '/runs', '/runs/run_1?node=a', '/settings/keys'])(
  'a browser gets the console at %s, which may only load from this server',
  async (path) => {
    const page = await call('GET', path, BROWSER)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('vary')).toContain('Accept')
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    expect(page.text).not.toMatch(/<style|<script(?![^>]* src=)| on\w+=| style=/)
  },
)

test('other clients get JSON at the root, and a problem for unknown paths', async () => {
  expect((await get('/')).body.name).toBe('Orrery')
  const unknown = await get('/runs/run_1')
  expect([unknown.status, unknown.body.code]).toEqual([404, 'route.not_found'])
})

test.each([
  '/api/v1/nothing',
  '/api/nothing',
  '/v1/nothing',
  '/mcp',
  '/dev/nothing',
  '/.well-known/nothing',
  '/assets/a/b',
])('below %s a browser gets no page', async (path) => {
  const answer = await call('GET', path, BROWSER)
  expect([answer.status, answer.body.code]).toEqual([404, 'route.not_found'])
})

test('only GET and HEAD return the page', async () => {
  const answer = await call('POST', '/runs', BROWSER)
  expect([answer.status, answer.body.code]).toEqual([404, 'route.not_found'])
})

test('all files that the page loads exist, and are cached forever', async () => {
  const { text } = await call('GET', '/', BROWSER)
  const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => String(path))
  expect(files.length).toBeGreaterThan(2)
  for (const path of files) {
    const file = await get(path)
    expect([path, file.status]).toEqual([path, 200])
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    // Only a debugging build contains this text.
    expect(file.text).not.toContain('Download the React DevTools')
    const again = await call('GET', path, { headers: { 'if-none-match': file.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  }
})

test.each([
  '/assets/nothing.js',
  '/assets/..%2Findex.html',
  '/assets/%2e%2e/index.html',
  '/console/index.html',
])('%s does not exist', async (path) => {
  expect((await get(path)).status).toBe(404)
})
