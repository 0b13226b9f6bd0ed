// Tools as plain functions: exact numbers, hosts, pages, and the settings of agents.
import { expect, test } from 'vitest'
import '../../../src/core/plain-issues.ts'
import type { Json } from '../../../src/core/json.ts'
import type { OutboundRequest } from '../../../src/nodes/ports.ts'
import { compute, textOf } from '../../../src/nodes/tools/calculator.ts'
import { fetchAllowed, mayReach } from '../../../src/nodes/tools/hosts.ts'
import { faultsOfTools, offeredTools } from '../../../src/nodes/tools/offer.ts'
import { pageOf } from '../../../src/nodes/tools/page.ts'
import { TOOLS } from '../../../src/nodes/tools/registry.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

test.each([
  ['0.1 + 0.2', '0.3'],
  ['19.99 * 3', '59.97'],
  ['2 + 3 * 4', '14'],
  ['(2 + 3) * 4', '20'],
  ['-2 ^ 2', '-4'],
  ['2 ^ -2', '0.25'],
  ['1.5 ^ 5', '7.59375'],
  ['3 ^ 0', '1'],
  ['2 ^ 100', '1267650600228229401496703205376'],
  ['1 ^ 1000', '1'],
  ['10 / 4', '2.5'],
  ['1 / 3', '0.333333333333333333333333333333'],
  ['7 % 4', '3'],
  ['round(2.345, 2)', '2.35'],
  ['round(-2.5)', '-3'],
  ['floor(-1.2)', '-2'],
  ['ceil(1.2)', '2'],
  ['sqrt(2)', '1.414213562373095048801688724209'],
  ['sqrt(144)', '12'],
  ['avg(1, 2, 4)', '2.333333333333333333333333333333'],
  ['max(1, 2.5, -3) - min(4, 5)', '-1.5'],
  ['99999999999999999999 + 1', '100000000000000000000'],
  ['1e3 * 2', '2000'],
  ['2 ^ 10', '1024'],
  ['3 ^ 0', '1'],
  ['1.5 ^ 3', '3.375'],
  ['sqrt(1e-70 * 1e-2)', '0'],
])('%s is %s', (expression, result) => {
  expect(textOf(compute(expression))).toBe(result)
})

test.each([
  '1 / 0',
  '2 +',
  '(1',
  'foo(1)',
  '1 2',
  '10 ^ 100000',
  '9^999^9',
  `${'('.repeat(500)}1`,
  'sqrt(-1)',
  '@',
])('%s is refused in words', (expression) => {
  expect(() => compute(expression)).toThrow(/\w/)
})

test('hosts are allowed by name, with a star, or all of them', () => {
  const url = new URL('https://api.example.com/x')
  expect(mayReach(['api.example.com'], url)).toBe(true)
  expect(mayReach(['*.example.com'], url)).toBe(true)
  expect(mayReach(['*'], url)).toBe(true)
  expect(mayReach(['example.com', 'evil-api.example.com'], url)).toBe(false)
  expect(mayReach(['*.example.com'], new URL('https://example.com.evil.net'))).toBe(false)
  expect(mayReach(['api.example.com'], new URL('https://api.example.com:8443/'))).toBe(false)
})

const http = (answers: Record<string, { status: number; location?: string }>) => {
  const sent: OutboundRequest[] = []
  return {
    sent,
    port: {
      fetch: (request: OutboundRequest) => {
        sent.push(request)
        const { status, location } = answers[request.url] ?? { status: 404 }
        const headers: Record<string, string> = location === undefined ? {} : { location }
        return Promise.resolve({ status, headers, bytes: new Uint8Array(), url: request.url })
      },
      stream: () => Promise.reject(new Error('not used')),
    },
  }
}

const request = (url: string, more: Partial<OutboundRequest> = {}) => ({
  url,
  method: 'GET',
  headers: {},
  maxBytes: 10,
  signal: new AbortController().signal,
  ...more,
})

test('a redirect to a host that is not allowed is not followed', async () => {
  const { port, sent } = http({
    'https://a.com/': { status: 302, location: 'https://a.com/next' },
    'https://a.com/next': { status: 307, location: 'https://evil.com/?secret=1' },
  })
  await expect(fetchAllowed(port, ['a.com'], request('https://a.com/'))).rejects.toThrow('evil.com')
  expect(sent.map(({ url }) => url)).toEqual(['https://a.com/', 'https://a.com/next'])
})

test('a redirect that changes to GET drops the body', async () => {
  const { port, sent } = http({
    'https://a.com/': { status: 303, location: '/done' },
    'https://a.com/done': { status: 200 },
  })
  await fetchAllowed(port, ['a.com'], request('https://a.com/', { method: 'POST', body: 'x' }))
  expect(sent.map(({ method, body }) => [method, body])).toEqual([
    ['POST', 'x'],
    ['GET', undefined],
  ])
})

test('a body, and headers that may contain a secret, are not sent to another origin, whatever the agent may call', async () => {
  const { port, sent } = http({
    'https://a.com/': { status: 307, location: 'https://b.com/' },
    'https://a.com/get': { status: 302, location: 'https://b.com/' },
    'https://b.com/': { status: 200 },
  })
  const headers = { 'x-api-key': 'secret', accept: '*/*' }
  const post = { method: 'POST', body: 'x', headers }
  await expect(fetchAllowed(port, ['*'], request('https://a.com/', post))).rejects.toThrow('https://b.com/')
  expect(sent.map(({ url }) => url)).toEqual(['https://a.com/'])
  await fetchAllowed(port, ['*'], request('https://a.com/get', { headers }))
  expect(sent.at(-1)).toMatchObject({ url: 'https://b.com/', headers: { accept: '*/*' } })
  expect(sent.at(-1)?.headers).not.toHaveProperty('x-api-key')
})

test('a redirect to an invalid URL is refused with a message', async () => {
  const { port } = http({ 'https://a.com/': { status: 302, location: 'https://[' } })
  await expect(fetchAllowed(port, ['*'], request('https://a.com/'))).rejects.toMatchObject({
    error: { code: 'tool.refused' },
  })
})

test('a page made to be slow is read quickly', () => {
  const spentMs = startProcessorTime()
  const html = `${'y'.repeat(1_400_000)}${'<a href=x> '.repeat(50_000)}<a href=z>Last</a>`
  expect(pageOf(html, 'https://a.com/').links).toEqual([{ text: 'Last', url: 'https://a.com/z' }])
  expect(spentMs()).toBeLessThan(5_000)
})

test.each(['ftp://a.com/', 'https://user:pw@a.com/', 'not a url', 'file:///etc/passwd'])(
  '%s is refused',
  async (url) => {
    const { port, sent } = http({})
    await expect(fetchAllowed(port, ['*'], request(url))).rejects.toThrow(/\w/)
    expect(sent).toEqual([])
  },
)

test('a page is read as text with its links, without hidden parts', () => {
  const html = `<html><head><title>A &amp; B</title><style>p{}</style></head><body><script>steal()</script>
    <h1>Head</h1><p>One <b>two</b><br>three</p><!-- hidden <p>no</p> --><a href="/next?a=1&amp;b=2">More</a>
    <a href="javascript:alert(1)">Bad</a></body></html>`
  expect(pageOf(html, 'https://a.com/x')).toEqual({
    title: 'A & B',
    text: 'Head\n\nOne two\nthree\nMore Bad',
    links: [{ text: 'More', url: 'https://a.com/next?a=1&b=2' }],
  })
})

test('a hostile page takes no time', () => {
  const spentMs = startProcessorTime()
  pageOf('<'.repeat(500_000), 'https://a.com')
  pageOf('<a href="x">'.repeat(100_000), 'https://a.com')
  pageOf(`<!--${'-'.repeat(500_000)}`, 'https://a.com')
  expect(spentMs()).toBeLessThan(3_000)
})

test('the settings of an agent are checked: names, duplicates, and required settings of tools', () => {
  const faults = faultsOfTools([
    'calculator',
    { name: 'calculator' },
    { name: 'no.such' },
    { name: 'http.request' },
    { name: 'web.search', config: { provider: 'brave' } },
    { name: 'web.read', config: { hosts: ['https://x'] } },
  ])
  expect(faults.map(({ at, message }) => `${at.join('/')} ${message.slice(0, 22)}`)).toEqual([
    '1/name The tool calculator ap',
    '2/name The tool no.such does ',
    '3/config/hosts Is required',
    '4/config/credential is required for brave',
    '5/config/hosts/0 a host, *.host or *',
  ])
})

test('a denied tool is never shown to the model', () => {
  const setting = (name: string, policy: 'allow' | 'ask' | 'deny') => ({
    name,
    policy,
    allowSelf: false,
    config: {},
  })
  expect(
    offeredTools([setting('date', 'allow'), setting('notify', 'ask'), setting('store.set', 'deny')]).map(
      ({ name }) => name,
    ),
  ).toEqual(['date', 'notify'])
})

test('each tool has a description, and its arguments are a JSON Schema of an object', () => {
  for (const { name, description } of TOOLS) {
    expect(description.length).toBeGreaterThan(20)
    const config: Record<string, Json> = name === 'workflow.run' ? { workflows: ['x'] } : {}
    const [offered] = offeredTools([{ name, policy: 'allow', allowSelf: false, config }])
    expect(offered?.inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
  }
})
