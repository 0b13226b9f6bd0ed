import { expect, test } from 'vitest'
import { call, get } from '../helpers/api.ts'

const PAGES = ['/docs/api/teams', '/docs', '/docs/nodes']
const filesOf = (html: string): string[] =>
  [...html.matchAll(/(?:src|href|spec-url)="(\/docs\/files\/[^"]+)"/g)].map(([, path = '']) => path)

test.each(PAGES)('%s opens without signing in and only loads its own scripts', async (path) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; /)
  expect(answer.text).not.toMatch(/<script(?! type="module" src="\/docs\/files\/)|\son\w+=/)
})

test('only the page with the viewer may have inline styles', async () => {
  const policies = await Promise.all(
    PAGES.map(async (path) => (await get(path)).headers.get('content-security-policy')),
  )
  expect(policies.map((policy) => policy?.includes('unsafe-inline'))).toEqual([true, false, false])
})

test.each(PAGES)('every file that %s loads exists, and may be cached forever', async (path) => {
  const files = filesOf((await get(path)).text)
  expect(files.length).toBeGreaterThan(1)
  for (const file of files) {
    const answer = await get(file)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(
      /^(text\/(javascript|css); charset=utf-8|application\/json)/,
    )
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  }
})

test('an unchanged page is not sent again', async () => {
  const first = await get('/docs')
  expect(first.headers.get('cache-control')).toBe('no-cache')
  const etag = first.headers.get('etag') ?? ''
  const second = await call('GET', '/docs', { headers: { 'if-none-match': etag } })
  expect([second.status, second.headers.get('etag')]).toEqual([304, etag])
})

test('a browser gets a page for a page that does not exist', async () => {
  const answer = await call('GET', '/docs/nothing', { headers: { accept: 'text/html' } })
  expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('href="/docs"')])
})

test.each(['/docs/nothing', '/docs/files/nothing.js', '/docs/files/%2e%2e%2fdocs.html'])(
  '%s is not found, as a problem',
  async (path) => {
    const answer = await get(path)
    expect([answer.status, answer.body.code]).toEqual([404, 'route.not_found'])
  },
)

test('the JSON Schema of workflow files is public, cached for an hour, and contains its own URL', async () => {
  const answer = await get('/schemas/workflow.json')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/schema+json')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=3600')
  expect(answer.body).toMatchObject({ $id: 'http://orrery.test/schemas/workflow.json' })
})
