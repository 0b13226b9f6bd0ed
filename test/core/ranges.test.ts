// Ranges compared with slices, and names as RFC 6266 clients read them.
import { expect, test } from 'vitest'
import { contentDisposition } from '../../src/http/content-disposition.ts'
import { wantedPart } from '../../src/http/ranges.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'

const ETAG = '"abc"'
const MODIFIED = Date.parse('2026-03-01T12:00:00.500Z')

const ask = (headers: Record<string, string>, sizeBytes = 100) =>
  wantedPart((name) => headers[name], { sizeBytes, etag: ETAG, modifiedAt: MODIFIED })

test('10,000 random ranges give the requested slices', () => {
  let state = (SEED % 2147483646) + 1
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const cases = casesOf(10_000)
  for (let i = 0; i < cases; i++) {
    const size = 1 + random(50)
    const bytes = Array.from({ length: size }, (_, at) => at)
    const [a, b] = [random(70), random(70)]
    const kind = random(3)
    const range = kind === 0 ? `bytes=${a}-${b}` : kind === 1 ? `bytes=${a}-` : `bytes=-${b}`
    const wanted = ask({ range }, size)
    const expected =
      kind === 0 ? bytes.slice(a, b + 1) : kind === 1 ? bytes.slice(a) : b === 0 ? [] : bytes.slice(-b)
    const what = `${repeatWith(SEED, cases)}: ${range} of ${size}`
    if (kind === 0 && b < a) expect(wanted.kind, what).toBe('whole')
    else if (expected.length === 0) expect(wanted.kind, what).toBe('unsatisfiable')
    else {
      if (wanted.kind !== 'part') throw new Error(what)
      expect(bytes.slice(wanted.offset, wanted.offset + wanted.length), what).toEqual(expected)
    }
  }
})

test.each(['bytes=', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=5'])(
  '%s is answered with the whole content',
  (range) => expect(ask({ range }).kind).toBe('whole'),
)

test('If-None-Match compares the tag, weak or not, before the date', () => {
  expect(ask({ 'if-none-match': '"x", W/"abc"' }).kind).toBe('not_modified')
  expect(ask({ 'if-none-match': '*' }).kind).toBe('not_modified')
  expect(ask({ 'if-none-match': '"x"', 'if-modified-since': new Date(MODIFIED).toUTCString() }).kind).toBe(
    'whole',
  )
  expect(ask({ 'if-modified-since': new Date(MODIFIED).toUTCString() }).kind).toBe('not_modified')
  expect(ask({ 'if-modified-since': new Date(MODIFIED - 1_000).toUTCString() }).kind).toBe('whole')
})

test('If-Range allows a part only of the same content', () => {
  const range = 'bytes=1-2'
  expect(ask({ range, 'if-range': ETAG }).kind).toBe('part')
  expect(ask({ range, 'if-range': new Date(MODIFIED).toUTCString() }).kind).toBe('part')
  for (const other of ['W/"abc"', '"x"', new Date(MODIFIED + 1_000).toUTCString(), 'nonsense'])
    expect(ask({ range, 'if-range': other }).kind).toBe('whole')
})

test.each(['plan.pdf', 'naïve €.txt', 'a "quoted" 100%.txt', 'ünïcödé (1).png', '日本.md', "it's*.txt"])(
  'the name %s is given in ASCII and whole',
  (name) => {
    const header = contentDisposition('attachment', name)
    const [, ascii, encoded] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''(\S+)$/.exec(header) ?? []
    expect(ascii).toMatch(/^[\x20-\x7e]+$/)
    expect(decodeURIComponent(encoded ?? '')).toBe(name)
    expect(encoded).not.toMatch(/['()*]/)
  },
)
