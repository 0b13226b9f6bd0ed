// Which network a call uses: with `npm start`, only one of the two reaches internal addresses.
import { beforeEach, expect, test } from 'vitest'
import type { Env } from '../../src/env.ts'
import { callOutbound, type Reach, reachOf } from '../../src/providers/outbound/index.ts'

const went: string[] = []
let answers: Record<string, string>
let cancelled = 0

const way = (name: string): typeof fetch =>
  (async (address: string, init: RequestInit) => {
    went.push(`${name} ${address} ${init.redirect}`)
    const location = answers[address]
    return location === undefined
      ? new Response('there')
      : new Response(null, { status: 302, headers: { location } })
  }) as never

const reach: Reach = {
  allowHosts: ['wiki.lan:8000'],
  fetchPublic: way('public'),
  fetchNamed: way('named'),
  faultLog: null,
}
const call = (url: string, to = reach, maxBytes = 100) =>
  callOutbound({ url, method: 'GET', headers: {}, maxBytes, timeoutMs: 1_000, followRedirects: true }, to)

beforeEach(() => {
  went.length = 0
  answers = {}
  cancelled = 0
})

test('hosts that are not listed use the public network, whatever they resolve to', async () => {
  await call('https://wiki.example.com/')
  expect(went).toEqual(['public https://wiki.example.com/ manual'])
})

test('a redirect from a listed host does not use the internal network', async () => {
  answers['http://wiki.lan:8000/'] = 'http://wiki.example.com/'
  await call('http://wiki.lan:8000/')
  expect(went).toEqual(['named http://wiki.lan:8000/ manual', 'public http://wiki.example.com/ manual'])
})

test('a redirect to a listed host is followed, and one to another port of it is refused', async () => {
  answers['https://example.com/'] = 'http://WIKI.lan.:8000/a'
  await call('https://example.com/')
  expect(went).toEqual(['public https://example.com/ manual', 'named http://wiki.lan.:8000/a manual'])
  answers['https://example.com/'] = 'http://wiki.lan:8001/a'
  await expect(call('https://example.com/')).rejects.toMatchObject({ code: 'outbound.blocked' })
  expect(went).toHaveLength(3)
})

test('without separate networks both are the internet', () => {
  const settings = { OUTBOUND_ALLOW_HOSTS: ['a'] }
  expect(reachOf({} as Env, settings)).toEqual({
    allowHosts: ['a'],
    fetchPublic: fetch,
    fetchNamed: fetch,
    faultLog: null,
  })
  const bound = (name: string) => ({ fetch: way(name) }) as unknown as Fetcher
  const env = { PUBLIC_NETWORK: bound('public'), NAMED_NETWORK: bound('named') } as Env
  const { fetchPublic, fetchNamed } = reachOf(env, settings)
  void fetchPublic('https://a/', { redirect: 'manual' })
  void fetchNamed('https://b/', { redirect: 'manual' })
  expect(went).toEqual(['public https://a/ manual', 'named https://b/ manual'])
})

test('a response of unknown length that is too large is cancelled', async () => {
  const endless = (async () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(60)),
        cancel: () => void cancelled++,
      }),
    )) as never
  await expect(call('https://example.com/', { ...reach, fetchPublic: endless })).rejects.toMatchObject({
    code: 'outbound.failed',
  })
  expect(cancelled).toBe(1)
})
