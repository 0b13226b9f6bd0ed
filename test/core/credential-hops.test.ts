// Which hops get a credential. The network is a function, so each request can be checked.
import { expect, test } from 'vitest'
import { signing } from '../../src/modules/integrations/credentials/authorize.ts'
import type { Credential } from '../../src/modules/integrations/credentials/open.ts'
import { isAllowedHost, readHostPattern } from '../../src/modules/integrations/hosts.ts'
import { typeOf } from '../../src/modules/integrations/types/index.ts'
import { callOutbound } from '../../src/providers/outbound/index.ts'

type Sent = { url: string; headers: Record<string, string> }

async function walk(
  type: string,
  config: object,
  secrets: Record<string, string>,
  hosts: string[],
  hops: string[],
  status = 302,
) {
  const sent: Sent[] = []
  const network = (async (url: string, init: { headers: Record<string, string> }) => {
    sent.push({ url, headers: init.headers })
    const next = hops[sent.length]
    return next === undefined
      ? new Response('ok')
      : new Response(null, { status, headers: { location: next } })
  }) as unknown as typeof fetch
  const reach = { allowHosts: ['inner.local'], fetchPublic: network, fetchNamed: network, faultLog: null }
  const known = typeOf(type)
  if (known === undefined) throw new Error(type)
  const credential = {
    name: 'Mine',
    type: known,
    config,
    secrets,
    allowedHosts: hosts,
  } as unknown as Credential
  const authFor = (given: Record<string, string>) => known.auth?.(config as never, given) ?? {}
  const { authorize } = signing(credential, authFor, secrets, reach.allowHosts)
  const call = {
    url: hops[0] ?? '',
    method: 'GET',
    headers: { accept: 'x' },
    maxBytes: 100,
    timeoutMs: 1_000,
    followRedirects: true,
    authorize,
  }
  const answer = await callOutbound(call, reach)
  return { sent, answer }
}

const signed = (sent: Sent[]) => sent.map(({ headers }) => headers.authorization ?? null)
const bearer = (hosts: string[], hops: string[]) => walk('http.bearer', {}, { token: 'secret' }, hosts, hops)

test('each hop is signed if its host is allowed, and not otherwise', async () => {
  const { sent } = await bearer(
    ['a.example', '*.b.example'],
    [
      'https://a.example/1',
      'https://c.example/2',
      'https://x.b.example/3',
      'https://b.example/4',
      'https://a.example/5',
    ],
  )
  expect(signed(sent)).toEqual(['Bearer secret', null, 'Bearer secret', null, 'Bearer secret'])
})

test('a redirect to plain http, or to another port, loses the credential', async () => {
  const { sent } = await bearer(
    ['a.example', 'a.example:8443', 'inner.local'],
    [
      'https://a.example/1',
      'http://a.example/2',
      'https://a.example:8080/3',
      'https://a.example:8443/4',
      'http://inner.local/5',
    ],
  )
  // The operator allows calling inner.local without TLS.
  expect(signed(sent)).toEqual(['Bearer secret', null, null, 'Bearer secret', 'Bearer secret'])
})

test.each([
  'https://c.example/',
  'http://a.example/',
  'https://a.example.evil.example/',
  'https://evil-a.example/',
  'https://xa.example/',
])('a first request to %s is not sent at all', async (url) => {
  await expect(bearer(['a.example'], [url])).rejects.toMatchObject({ code: 'credential.host_not_allowed' })
})

test('a key in the query is added for allowed hosts, and is not part of a redirected URL', async () => {
  const config = { parameter: 'key' }
  const { sent, answer } = await walk(
    'http.query',
    config,
    { value: 's3cret' },
    ['a.example'],
    ['https://a.example/1?x=1', '/2', 'https://c.example/3'],
  )
  expect(sent.map(({ url }) => url)).toEqual([
    'https://a.example/1?x=1&key=s3cret',
    'https://a.example/2?key=s3cret',
    'https://c.example/3',
  ])
  expect(answer.url).toBe('https://c.example/3')
})

test('a token in the path is added to the first request only', async () => {
  const token = '123456:abcdefghijklmnopqrstuvwxyz'
  const { sent } = await walk(
    'telegram',
    {},
    { botToken: token },
    ['api.telegram.org'],
    ['https://api.telegram.org/getMe', '/elsewhere'],
  )
  expect(sent.map(({ url }) => url)).toEqual([
    `https://api.telegram.org/bot${token}/getMe`,
    'https://api.telegram.org/elsewhere',
  ])
})

test('requests to S3 are signed with version 4, over path and method', async () => {
  const config = { bucket: 'b', region: 'eu-central-1' }
  const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
  const { sent } = await walk(
    'aws-s3',
    config,
    keys,
    ['b.s3.eu-central-1.amazonaws.com'],
    ['https://b.s3.eu-central-1.amazonaws.com/key.txt'],
  )
  expect(sent[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
  )
})

test.each([
  ['API.Example.com', 'api.example.com'],
  ['*.example.com:8443', '*.example.com:8443'],
  ['example.com:443', 'example.com'],
  ['bücher.example', null],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['*', null],
  ['*.com', null],
  ['a.*.example', null],
  ['https://a.example', null],
  ['a.example/path', null],
  ['user@a.example', null],
  ['a.example:99999', null],
  ['a..example', null],
  ['127.1', '127.0.0.1'],
])('the pattern %j is parsed as %j', (text, pattern) => {
  expect(readHostPattern(text)).toBe(pattern)
})

test('a star matches labels, not the name itself nor part of a label', () => {
  const fits = (host: string) => isAllowedHost(new URL(`https://${host}/`), ['*.example.com'], [])
  expect(['a.example.com', 'a.b.example.com', 'A.EXAMPLE.com'].map(fits)).toEqual([true, true, true])
  expect(['example.com', 'aexample.com', 'a.example.com.evil.org', 'a.example.com:8443'].map(fits)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
