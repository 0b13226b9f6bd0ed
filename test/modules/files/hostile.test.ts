// Hostile files, sent like by clients, and random parts of a file.
import { expect, test } from 'vitest'
import { newPerson } from '../../helpers/people.ts'
import { casesOf, isLong, repeatWith, SEED } from '../../helpers/random-cases.ts'
import { bytesOf, fetchBytes, isSame, promisesOf, quotaOf, storedKeys, upload } from './support/files.ts'

type Sent = { name: string; content: Uint8Array<ArrayBuffer>; headers?: Record<string, string> }

const filler = 'x'.repeat(600)
const raw = (head: number[], rest = filler): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(head.length + rest.length)
  bytes.set(head)
  bytes.set(bytesOf(rest), head.length)
  return bytes
}

const PROGRAMS = {
  elf: raw([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]),
  exe: raw([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0]),
  macho: raw([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]),
  java: raw([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]),
  shortcut: raw([0x4c, 0, 0, 0, 1, 0x14, 2, 0]),
}
/** The beginning of a picture, followed by a page. */
const POLYGLOTS = {
  gif: raw([...bytesOf('GIF8')], '<script>alert(1)</script>'),
  png: raw([0x89, 0x50, 0x4e], '<html><script>alert(1)</script></html>'),
  jpg: raw([0xff, 0xd8], '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  webp: raw([...bytesOf('RIFF')], `${'x'.repeat(4)}WAVE<script>alert(1)</script>`),
}
const KINDS = ['png', 'jpg', 'gif', 'webp', 'pdf', 'docx', 'xlsx', 'zip', 'mp3', 'mp4', 'woff2', 'wasm']
const NAMES = [
  ...['../../etc/passwd.txt', '..\\..\\boot.txt', '/etc/passwd.txt', 'a/../../b.txt', './a.txt', 'a//b.txt'],
  ...[
    'a\u0000.txt',
    'a\n.txt',
    'a\r\nset-cookie: x.txt',
    'a\u202Egpj.txt',
    'C:\\x.txt',
    'x/.txt/',
    ' .txt',
    '...txt/..',
  ],
  ...[
    'setup.exe',
    'run.bat',
    'x.ps1',
    'lib.dll',
    'a.scr',
    'a.txt.exe',
    'a.vbs',
    'a.jar',
    'a.msi',
    'macro.docm',
    'a.xlsm',
    'a.lnk',
  ],
]

const REFUSED: Sent[] = [
  ...KINDS.flatMap((kind) => Object.values(PROGRAMS).map((content) => ({ name: `a.${kind}`, content }))),
  ...KINDS.flatMap((kind) =>
    Object.entries(POLYGLOTS).map(([of, content]) => ({ name: `${of} as.${kind}`, content })),
  ),
  ...NAMES.map((name) => ({ name, content: bytesOf('text') })),
  ...Object.values(PROGRAMS).flatMap((content) =>
    ['txt', 'svg'].map((kind) => ({ name: `a.${kind}`, content })),
  ),
  ...[
    { 'content-length': '3' },
    { 'content-length': '5000' },
    { 'content-length': String(60 * 1024 * 1024) },
    { 'x-content-sha256': '0'.repeat(64) },
    { 'x-filename': 'a.txt, b.txt' },
    { 'x-filename': "UTF-8''%ff%fe.txt" },
    { 'x-filename': '' },
    { 'content-type': 'multipart/form-data' },
    { 'content-type': 'multipart/form-data; boundary=""' },
  ].map((headers) => ({ name: 'a.txt', content: bytesOf('text'), headers })),
]

test(`${REFUSED.length} hostile files are refused, each with its code, and leave nothing`, async () => {
  expect(REFUSED.length).toBeGreaterThanOrEqual(150)
  const person = await newPerson()
  const taken: string[] = []
  for (const { name, content, headers } of REFUSED) {
    const { status, body } = await upload(person, name, content, headers === undefined ? {} : { headers })
    if (status < 400 || status >= 500 || !/^(file|request|plan)\./.test(body.code))
      taken.push(`${JSON.stringify(name)} ${JSON.stringify(headers ?? {})}: ${status} ${body?.code}`)
  }
  expect(taken).toEqual([])
  expect([await storedKeys(person.teamId), await promisesOf(person.teamId)]).toEqual([[], 0])
  expect(await quotaOf(person.teamId)).toEqual({ counted: 0, stored: 0, inBucket: 0 })
})

test.each([
  ['page.html', '<!doctype html><script>alert(document.domain)</script>'],
  ['picture.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['feed.xml', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'],
  ['code.js', 'alert(1)'],
])('%s may be stored, and is never shown by this origin', async (name, content) => {
  const person = await newPerson()
  const { body } = await upload(person, name, content)
  for (const query of ['', '?inline=1', '?inline=true']) {
    const { headers } = await fetchBytes(person, `${body.url}${query}`)
    const shown = headers.get('content-disposition') ?? ''
    expect([query, shown.startsWith('attachment')]).toEqual([query, true])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

/** One request each. The arithmetic alone is tested with all of them, in test/core/ranges.test.ts. */
const REQUESTS = isLong ? casesOf(10_000) : casesOf(2_500)

test(`${REQUESTS} random ranges of a file are its slices (${repeatWith(SEED, REQUESTS)})`, async () => {
  const person = await newPerson()
  const size = 300_000
  const bytes = new Uint8Array(size)
  for (let n = 0; n < size; n++) bytes[n] = (n * 31 + (n >> 7)) & 255
  bytes.set(bytesOf('%PDF-1.7\n'))
  const { body } = await upload(person, 'a.pdf', bytes)
  let state = SEED
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state % below
  }
  const one = async (): Promise<void> => {
    const [from, length] = [random(size + 50), random(random(4) === 0 ? size : 2_000)]
    const [range, start, end] = [
      [`bytes=${from}-${from + length}`, from, from + length + 1] as const,
      [`bytes=${from}-`, from, size] as const,
      [`bytes=-${length + 1}`, Math.max(0, size - length - 1), size] as const,
    ][random(3)] ?? ['', 0, 0]
    const got = await fetchBytes(person, body.url, { range })
    if (start >= size)
      expect([range, got.status, got.headers.get('content-range')]).toEqual([range, 416, `bytes */${size}`])
    else {
      const last = Math.min(end, size)
      expect([range, got.status, got.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${start}-${last - 1}/${size}`,
      ])
      if (!isSame(got.bytes, bytes.slice(start, last))) throw new Error(`${range} has other bytes`)
    }
  }
  for (let n = 0; n < REQUESTS; n += 10) await Promise.all(Array.from({ length: 10 }, one))
}, 120_000)
