// Input of hostile or careless clients.
import type { Random } from './random.ts'
import { type JsonSchema, makeValue } from './values.ts'

export const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a'.repeat(10_000),
  '\ud800',
  '\u202e\u200d\ufeff',
  '😀'.repeat(300),
  "'; DROP TABLE users; --",
  '" OR 1=1 --',
  '%',
  '%%%00',
  '../../etc/passwd',
  'C:\\\\windows',
  '{{7*7}}#{7*7}',
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  '=HYPERLINK("http://example.com")',
  '(a+)+$',
  '[object Object]',
  'null',
  'NaN',
  '__proto__',
  'constructor',
  '1e999',
  '٣',
  '9'.repeat(400),
  '-1',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'a@b',
  `${'a'.repeat(250)}@example.com`,
  'team_00000000000000000000000000',
  '\r\nset-cookie: a=b',
]

const NUMBERS = [0, -0, -1, 0.1, 1e-320, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 4e15]

/** Built on demand, because they are large. */
const SHAPES: (() => unknown)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => [[[[[[[[]]]]]]]],
  () => Array.from({ length: 3_000 }, (_, i) => i),
  () => Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`key${i}`, i])),
  () => ({ toString: 1, valueOf: 1, hasOwnProperty: 1, length: -1 }),
]

/** One of the list, or any length and kind of characters. */
const hostileText = (random: Random): string =>
  random.chance(0.6)
    ? random.pick(TEXTS)
    : Array.from({ length: random.below(160) }, () =>
        String.fromCharCode(random.pick([random.below(128), 97 + random.below(26), random.below(0xffff)])),
      ).join('')

export const hostileValue = (random: Random): unknown =>
  random.pick([() => hostileText(random), () => random.pick(NUMBERS), random.pick(SHAPES)])()

/** A body as text, from nearly correct to not JSON at all. */
export function hostileBody(schema: JsonSchema, random: Random): string {
  if (random.chance(0.15)) return random.pick(RAW)()
  const body = makeValue(schema, random)
  const mutations = random.below(4)
  let mutated: unknown = body
  for (let i = 0; i < mutations; i++) mutated = mutate(mutated, random)
  return JSON.stringify(mutated) ?? ''
}

const RAW: (() => string)[] = [
  () => '',
  () => '{',
  () => 'undefined',
  () => '{"a":1}garbage',
  () => '{"a":1,"a":2}',
  () => '{"__proto__":{"admin":true}}',
  () => '{"\\u005f_proto__":{"admin":true}}',
  () => '{"constructor":{"prototype":{"admin":true}}}',
  () => `${'['.repeat(65)}${']'.repeat(65)}`,
  () => '['.repeat(50_000),
  () => `{"a":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`,
  () => `"${'x'.repeat(1024 * 1024)}"`,
  () => '1e999',
  () => '-',
  () => '\ufeff{}',
  () => '{"name":"\\ud800"}',
  () => '{"name":"\u0000"}',
]

function mutate(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
    const copy = [...value]
    const at = random.below(copy.length)
    copy[at] = mutate(copy[at], random)
    return copy
  }
  if (value !== null && typeof value === 'object' && random.chance(0.85)) {
    const copy: Record<string, unknown> = { ...value }
    const names = Object.keys(copy)
    const name = names.length > 0 ? random.pick(names) : 'added'
    const act = random.below(4)
    if (act === 0) delete copy[name]
    else if (act === 1) copy[hostileText(random)] = hostileValue(random)
    else copy[name] = mutate(copy[name], random)
    return copy
  }
  return hostileValue(random)
}

const base64Url = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

const CURSORS = [
  'nonsense',
  '%00',
  base64Url('[]'),
  base64Url('["-createdAt"]'),
  base64Url('["-createdAt","x","y"]'),
  base64Url('["-createdAt",1e308,"y"]'),
  base64Url('["-createdAt",-1.5,""]'),
  base64Url('["createdAt",{"a":1},"y"]'),
  base64Url('["-createdAt",9007199254740993,"\\u0000"]'),
  base64Url('["verify","1 1 - 0 -","team_x"]'),
]

/** Mostly one parameter is hostile and the others are valid. Otherwise the first refusal would hide the rest. */
export function hostileQuery(schema: JsonSchema | null, random: Random): string {
  const query = new URLSearchParams()
  const names = Object.keys(schema?.properties ?? {})
  const victim = random.chance(0.8) ? random.pick(names) : null
  for (const name of names) {
    if (name !== victim && random.chance(0.6)) continue
    const right = String(makeValue(schema?.properties?.[name] ?? {}, random, schema ?? {}, name))
    const isHostile = name === victim || (victim === null && random.chance(0.5))
    if (name === 'cursor') {
      if (isHostile) query.append(name, random.pick(CURSORS))
    } else query.append(name, (isHostile ? hostileText(random) : right).toWellFormed())
    if (random.chance(0.03)) query.append(name, right)
  }
  if (random.chance(0.1)) query.append(hostileText(random).toWellFormed(), 'x')
  const text = query.toString()
  return text === '' ? random.pick(['', '', '', '?', '?%', '?=&=&', '?a[]=1&a[b]=2']) : `?${text}`
}

const HEADERS: Record<string, string[]> = {
  'x-team-id': ['', 'x', 'team_0', "' OR 1=1", 'a'.repeat(5_000)],
  'x-request-id': ['', 'x', '../../..', 'a'.repeat(5_000), 'request id'],
  'if-match': ['*', 'x', '"1"', '"99999999999999999999"', 'W/"1"', '"1", "2"', ''],
  'idempotency-key': ['', 'k', ' ', 'a'.repeat(300), 'k k'],
  'content-type': ['', 'text/plain', 'application/json; charset=utf-16', 'application/xml', 'json'],
  'content-length': ['0', '-1', 'x', '99999999'],
  accept: ['', 'text/html', '*/*;q=0', 'application/json;q=x'],
  origin: ['null', 'https://evil.example', 'http://orrery.test', 'x'],
  prefer: ['wait=-1', 'wait=99999', 'wait=x', 'respond-async'],
  'user-agent': ['', 'a'.repeat(5_000)],
  'cf-connecting-ip': ['', 'x', '::1', 'a'.repeat(1_000)],
  cookie: ['a=b', '=', 'a'.repeat(5_000)],
  'last-event-id': ['-1', 'x'],
  range: ['bytes=5-1', 'bytes=-', 'x'],
}

export function hostileHeaders(random: Random): Record<string, string> {
  const names = Object.keys(HEADERS).filter(() => random.chance(0.08))
  return Object.fromEntries(names.map((name) => [name, random.pick(HEADERS[name] ?? [''])]))
}

const SEGMENTS = [
  '%00',
  '%E0%A4',
  '%',
  '%2F..%2F',
  '..%5c',
  '%F0%9F%98%80',
  "'",
  'a'.repeat(3_000),
  '-',
  '0',
  ';x=1',
]

/** A parameter of the path: mostly of the right kind, so that the handler is reached. */
export const hostileSegment = (right: string, random: Random): string =>
  random.chance(0.75) ? right : random.pick([...SEGMENTS, `${right}0`, right.toUpperCase(), `${right}%20`])
