// The parser of forms, compared with forms of the platform, cut at every position.
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { boundaryOf, readMultipart } from '../../src/http/multipart.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'

type Read = { field: string; filename: string | null; content: Uint8Array }

const cut = (bytes: Uint8Array, sizes: () => number): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      const size = Math.max(1, sizes())
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

async function readAll(body: ReadableStream<Uint8Array>, boundary: string, skip = -1): Promise<Read[]> {
  const parts: Read[] = []
  for await (const { field, filename, chunks } of readMultipart(body, boundary)) {
    const seen: Uint8Array[] = []
    if (parts.length !== skip) for await (const chunk of chunks) seen.push(chunk)
    parts.push({
      field,
      filename,
      content: new Uint8Array(await new Blob(seen as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
    })
  }
  return parts
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const failure = (body: string, boundary = 'b', size = 7): Promise<string> =>
  readAll(
    cut(text(body), () => size),
    boundary,
  ).then(
    () => 'read',
    (error: AppError) => `${error.code}: ${error.message}`,
  )

test('forms of a browser are read correctly, however they are cut', async () => {
  const cases = casesOf(300)
  for (let i = 0; i < cases; i++) {
    const random = lehmer(SEED + i)
    const form = new FormData()
    const expected: Read[] = []
    for (let part = 0; part < 1 + random(4); part++) {
      const content = new Uint8Array(random(300))
      // Line ends, hyphens and letters of the boundary, to produce near matches.
      for (let at = 0; at < content.length; at++) content[at] = [13, 10, 45, 45, 98, 120][random(6)] as number
      const filename = ['a.txt', 'na"ïve €.txt', 'x;y=z.txt', "it's.txt"][random(4)] as string
      form.append(`f${part}`, new Blob([content]), filename)
      expected.push({ field: `f${part}`, filename, content })
    }
    const made = new Response(form)
    const boundary = boundaryOf(made.headers.get('content-type') ?? '') as string
    const bytes = new Uint8Array(await made.arrayBuffer())
    const found = await readAll(
      cut(bytes, () => 1 + random(40)),
      boundary,
    )
    expect(found, repeatWith(SEED + i)).toEqual(expected)
  }
})

const lehmer = (seed: number) => {
  let state = (seed % 2147483646) + 1
  return (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
}

const FORM =
  'before\r\n--b  \r\ncontent-disposition: form-data; name=one; filename="a \\"b\\".txt"\r\nX: y\r\n\r\n1\r\n--x\r\n--b\r\n' +
  'Content-Disposition: form-data; name="two"; filename*=UTF-8\'\'%e2%82%ac.txt\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name=three\r\n\r\nplain\r\n--b--after'

test.each([1, 2, 3, 10, 1_000])(
  'preamble, epilogue, spaces, quotes and encoded names in pieces of %i',
  async (size) => {
    const read = await readAll(
      cut(text(FORM), () => size),
      'b',
    )
    expect(
      read.map(({ content, ...rest }) => ({ ...rest, content: new TextDecoder().decode(content) })),
    ).toEqual([
      { field: 'one', filename: 'a "b".txt', content: '1\r\n--x' },
      { field: 'two', filename: '€.txt', content: '' },
      { field: 'three', filename: null, content: 'plain' },
    ])
  },
)

test('the unread rest of a part is skipped', async () => {
  const read = await readAll(
    cut(text(FORM), () => 5),
    'b',
    0,
  )
  expect(read.map((one) => one.filename)).toEqual(['a "b".txt', '€.txt', null])
})

test.each([
  ['another boundary', '--x\r\n\r\n'],
  ['no end', FORM.slice(0, FORM.indexOf('--b--'))],
  ['a part without a disposition', '--b\r\nx: y\r\n\r\n1\r\n--b--'],
  ['a part without a name', '--b\r\ncontent-disposition: form-data\r\n\r\n1\r\n--b--'],
  ['text behind a boundary', '--b junk\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--b--'],
  ['headers without end', `--b\r\n${'x: y\r\n'.repeat(4_000)}`],
  ['nothing', ''],
])('%s is malformed', async (_what, body) => {
  expect(await failure(body)).toMatch(/^request\.malformed/)
})

test('a boundary is required, and may be quoted', () => {
  expect(boundaryOf('application/json')).toBeNull()
  expect(boundaryOf('multipart/form-data; boundary="a b"; x=y')).toBe('a b')
  expect(boundaryOf('Multipart/Form-Data;boundary=abc')).toBe('abc')
  for (const bad of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])
    expect(() => boundaryOf(bad)).toThrow(AppError)
})

test('spaces in the head of a part take time that grows with their number, not with its square', async () => {
  const head = `content-disposition: form-data; name="a"${' '.repeat(15_000)}; filename="b.txt"`
  const body = `${`--b\r\n${head}\r\n\r\nx\r\n`.repeat(200)}--b--`
  const processorTime = startProcessorTime()
  const parts = await readAll(
    cut(text(body), () => 65_536),
    'b',
  )
  expect(parts).toHaveLength(200)
  expect(processorTime()).toBeLessThan(2_000)
})
