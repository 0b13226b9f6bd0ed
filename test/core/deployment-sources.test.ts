import { expect, test } from 'vitest'
import { crc32 } from '../../src/core/formats/crc32.ts'
import { Settings } from '../../src/modules/deployments/schema.ts'
import { faultsOf, folderOf, inOrder, judgePath } from '../../src/modules/deployments/source/paths.ts'
import {
  entryBytes,
  readerOf,
  WINDOW_BYTES,
  windowsOf,
} from '../../src/modules/deployments/source/windows.ts'
import { readDirectory, readEnd, ZipFault } from '../../src/modules/deployments/source/zip-directory.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

test.each([
  ['index.html', '', { is: 'path', path: 'index.html' }],
  ['./a/b.css', '', { is: 'path', path: 'a/b.css' }],
  ['dist/a.js', 'dist/', { is: 'path', path: 'a.js' }],
  ['src/a.js', 'dist/', { is: 'nothing' }],
  ['distant/a.js', 'dist/', { is: 'nothing' }],
  ['dist/', 'dist/', { is: 'nothing' }],
  ['__MACOSX/._a', '', { is: 'nothing' }],
  ['a/.DS_Store', '', { is: 'nothing' }],
  ['.env', '', { is: 'secret', path: '.env' }],
  ['a/.env.production', '', { is: 'secret', path: 'a/.env.production' }],
  ['.git/config', '', { is: 'secret', path: '.git/config' }],
  ['keys/server.pem', '', { is: 'secret', path: 'keys/server.pem' }],
  ['id_ed25519', '', { is: 'secret', path: 'id_ed25519' }],
  ['.well-known/acme', '', { is: 'path', path: '.well-known/acme' }],
  ['.gitignore', '', { is: 'path', path: '.gitignore' }],
  ['environment.js', '', { is: 'path', path: 'environment.js' }],
])('the path %s below "%s" is checked', (name, base, verdict) => {
  expect(judgePath(name, base)).toEqual(verdict)
})

test.each([
  '/etc/passwd',
  '../up',
  'a/../../up',
  'a\\b',
  'C:\\x',
  'c:/x',
  'a//b',
  'a/./b',
  `a\u0000b`,
  'a\u202Eb',
  `${'x'.repeat(256)}`,
])('the path %j is refused', (name) => {
  expect(judgePath(name)).toMatchObject({ is: 'refused' })
})

test('folders can be written in several ways', () => {
  expect(['', '/', './', 'dist', './dist/', '/dist/'].map(folderOf)).toEqual([
    '',
    '',
    '',
    'dist/',
    'dist/',
    'dist/',
  ])
})

test('duplicates, and names that are a file and a folder or differ only in case, are found', () => {
  expect(faultsOf(['a', 'a', 'b', 'b/c', 'X.html', 'x.html'])).toEqual({
    twice: ['a'],
    folders: ['b'],
    onlyCase: [['X.html', 'x.html']],
  })
})

test('files that are also folders are found among similar names', () => {
  expect(faultsOf(['a/b', 'a/b!', 'a/b-c', 'a/b/c', 'a/b0']).folders).toEqual(['a/b'])
})

test('ten thousand deep paths are checked quickly', () => {
  const spentMs = startProcessorTime()
  const paths = Array.from({ length: 10_000 }, (_, n) => `${n}/${'a/'.repeat(490)}b`)
  expect(faultsOf(paths)).toEqual({ twice: [], folders: [], onlyCase: [] })
  expect(spentMs()).toBeLessThan(5_000)
})

test.each(['/../index.html', '/a/../b', '/a/..', '/./b', 'b', '/a b'])(
  'a redirect from %s is refused',
  (from) => {
    expect(Settings.safeParse({ redirects: [{ from, to: '/' }] }).success).toBe(false)
  },
)

test.each(['../../../user', 'a/../b', 'a//b', '/a', 'a/', '.a', 'a/.b', 'a.lock', 'a..b', 'a b', ''])(
  '"%s" is not a branch name',
  (branch) => {
    expect(Settings.safeParse({ branch }).success).toBe(false)
  },
)

test('allowed names of redirects and branches', () => {
  for (const from of ['/', '/old', '/old/*', '/a..b', '/.well-known/x', '/...'])
    expect(Settings.safeParse({ redirects: [{ from, to: '/' }] }).success).toBe(true)
  for (const branch of ['gh-pages', 'a/b', 'v1.2', '_x'])
    expect(Settings.safeParse({ branch }).success).toBe(true)
})

test('pages come after the files that they refer to, and the start page last', () => {
  const paths = ['index.html', 'a.html', 'z.css', 'b/index.html', 'a.js']
  expect(inOrder(paths.map((path) => ({ path }))).map(({ path }) => path)).toEqual([
    'a.js',
    'z.css',
    'a.html',
    'b/index.html',
    'index.html',
  ])
})

test('entries of a zip are in the order of the archive, after their rank', () => {
  const entries = [
    { path: 'index.html', zipOffset: 0 },
    { path: 'a.js', zipOffset: 900 },
    { path: 'b.js', zipOffset: 100 },
  ]
  expect(inOrder(entries).map(({ path }) => path)).toEqual(['b.js', 'a.js', 'index.html'])
})

const KB = 1024
const placeAt = (zipOffset: number, zipBytes: number) => ({
  ...{ fileId: 'file_a', fileVersion: 1, zipOffset, zipBytes },
})

test('neighbouring entries are read together, in windows of at most a mebibyte', () => {
  const small = Array.from({ length: 300 }, (_, n) => placeAt(n * 10 * KB, 9 * KB))
  const windows = windowsOf([...small].reverse())
  expect(windows.map(({ starts }) => starts.length)).toEqual([102, 102, 96])
  for (const { offset, end } of windows) expect(end - offset).toBeLessThanOrEqual(WINDOW_BYTES)
  expect(windowsOf([placeAt(0, KB), placeAt(200 * KB, KB), placeAt(400 * KB, 2_000 * KB)])).toEqual([])
  const other = { ...placeAt(2 * KB, KB), fileId: 'file_b' }
  expect(windowsOf([placeAt(0, KB), other])).toEqual([])
})

test('a window is read once and dropped after its last entry; a second read is separate', async () => {
  const archive = Uint8Array.from({ length: 60 * KB }, (_, n) => n % 251)
  const asked: number[] = []
  const open = async (_of: unknown, part?: { offset: number; length: number }) => {
    asked.push(part?.length ?? -1)
    return new Blob([archive.slice(part?.offset, (part?.offset ?? 0) + (part?.length ?? 0))]).stream()
  }
  // Two directory entries at one offset, as in crafted archives.
  const places = [placeAt(0, KB), placeAt(10 * KB, KB), placeAt(10 * KB, KB), placeAt(20 * KB, KB)]
  const reader = readerOf(open as never, places)
  const of = { fileId: 'file_a', version: 1 }
  const read = (at: number) => reader.read(of, at, entryBytes(KB))
  for (const at of [0, 10, 20]) {
    const bytes = await read(at * KB)
    expect(bytes).toEqual(archive.slice(at * KB, at * KB + entryBytes(KB)))
  }
  expect(asked).toEqual([20 * KB + entryBytes(KB)])
  await read(10 * KB)
  expect(asked).toHaveLength(2)
})

type Made = { name: string; content?: string; flags?: number; method?: number; mode?: number }

/** A zip with uncompressed entries. */
function zipOf(entries: Made[], comment = ''): Uint8Array {
  const bytes: number[] = []
  const directory: number[] = []
  const u16 = (to: number[], n: number) => to.push(n & 255, (n >> 8) & 255)
  const u32 = (to: number[], n: number) => {
    u16(to, n & 0xffff)
    u16(to, n >>> 16)
  }
  for (const { name, content = '', flags = 0x800, method = 0, mode = 0o100644 } of entries) {
    const offset = bytes.length
    const nameBytes = [...new TextEncoder().encode(name)]
    const data = [...new TextEncoder().encode(content)]
    const crc = crc32(0, Uint8Array.from(data))
    u32(bytes, 0x04034b50)
    for (const n of [20, flags, method, 0, 0]) u16(bytes, n)
    for (const n of [crc, data.length, data.length]) u32(bytes, n)
    for (const n of [nameBytes.length, 0]) u16(bytes, n)
    bytes.push(...nameBytes, ...data)
    u32(directory, 0x02014b50)
    for (const n of [(3 << 8) | 20, 20, flags, method, 0, 0]) u16(directory, n)
    for (const n of [crc, data.length, data.length]) u32(directory, n)
    for (const n of [nameBytes.length, 0, 0, 0, 0]) u16(directory, n)
    u32(directory, (mode << 16) >>> 0)
    u32(directory, offset)
    directory.push(...nameBytes)
  }
  const start = bytes.length
  bytes.push(...directory)
  u32(bytes, 0x06054b50)
  for (const n of [0, 0, entries.length, entries.length]) u16(bytes, n)
  u32(bytes, directory.length)
  u32(bytes, start)
  u16(bytes, comment.length)
  bytes.push(...new TextEncoder().encode(comment))
  return Uint8Array.from(bytes)
}

function entriesOf(zip: Uint8Array) {
  const end = readEnd(zip, zip.length)
  return readDirectory(zip.subarray(end.offset, end.offset + end.bytes), end.entries)
}

test('the directory of a zip is read, folders are left out, and a comment does not hide its end', () => {
  const entries = entriesOf(
    zipOf([{ name: 'a/' }, { name: 'a/ä.txt', content: 'hello' }], 'PK\x05\x06 a comment'),
  )
  expect(entries).toMatchObject([{ name: 'a/ä.txt', sizeBytes: 5, packedBytes: 5, method: 'stored' }])
})

test.each([
  ['a link', zipOf([{ name: 'a', content: '/etc/passwd', mode: 0o120777 }]), /link/],
  ['an encrypted entry', zipOf([{ name: 'a', flags: 1 }]), /encrypted/],
  ['another method', zipOf([{ name: 'a', method: 12 }]), /method 12/],
  ['no zip', new TextEncoder().encode('hello, this is a text and no zip file'), /not a zip/],
  ['a cut one', zipOf([{ name: 'a', content: 'x' }]).subarray(0, 60), /not a zip/],
])('%s is refused', (_what, zip, message) => {
  expect(() => entriesOf(zip)).toThrow(ZipFault)
  expect(() => entriesOf(zip)).toThrow(message)
})

test('random bytes never break the reader', () => {
  const whole = zipOf([
    { name: 'a', content: 'x' },
    { name: 'b/c', content: 'yy' },
  ])
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state % below
  }
  for (let n = 0; n < 5_000; n++) {
    const broken = whole.slice()
    for (let m = 0; m <= random(4); m++) broken[random(broken.length)] = random(256)
    try {
      entriesOf(broken)
    } catch (error) {
      expect(error).toBeInstanceOf(ZipFault)
    }
  }
})
