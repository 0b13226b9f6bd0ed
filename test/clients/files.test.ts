// Files as third-party programs see them: types by `file-type`, zips by `yauzl`, names by `curl -OJ` and a browser's
// form.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileTypeFromBuffer } from 'file-type'
import yauzl from 'yauzl'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'

const dir = newStateDir()
const folder = mkdtempSync(join(tmpdir(), 'orrery-files-'))
let installation: Installation
let token: string

before(async () => {
  installation = await start(dir)
  token = await signInAsDemo(installation.url, dir)
})

after(async () => {
  await end(installation)
  forget(dir)
  rmSync(folder, { recursive: true, force: true })
})

type File = { id: string; name: string; contentType: string; sha256: string; code?: string; url: string }

const bytesOf = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    ),
  )

const upload = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
  call<File>(installation.url, 'POST', '/api/v1/files/upload', {
    token,
    bytes,
    type: 'application/octet-stream',
    headers: { 'x-filename': `UTF-8''${encodeURIComponent(name)}` },
  })

const filler = Array.from({ length: 600 }, (_, i) => (i * 7) % 251)

/** The beginnings of real files, long enough for both. */
const SAMPLES: Record<string, Uint8Array<ArrayBuffer>> = {
  png: new Uint8Array(
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  ),
  gif: new Uint8Array(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')),
  jpg: bytesOf([0xff, 0xd8, 0xff, 0xe0], [0, 16], 'JFIF\0', filler),
  webp: bytesOf('RIFF', [0, 2, 0, 0], 'WEBPVP8 ', filler),
  bmp: bytesOf('BM', filler),
  tif: bytesOf([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0], filler),
  avif: bytesOf([0, 0, 0, 28], 'ftypavif', [0, 0, 0, 0], 'avifmif1miaf', filler),
  heic: bytesOf([0, 0, 0, 24], 'ftypheic', [0, 0, 0, 0], 'mif1heic', filler),
  pdf: bytesOf('%PDF-1.7\n', filler),
  wav: bytesOf('RIFF', [0, 2, 0, 0], 'WAVEfmt ', filler),
  flac: bytesOf('fLaC', filler),
  mid: bytesOf('MThd', filler),
  mp4: bytesOf([0, 0, 0, 24], 'ftypmp42', [0, 0, 0, 0], 'mp42isom', filler),
  mov: bytesOf([0, 0, 0, 20], 'ftypqt  ', [0, 0, 0, 0], 'qt  ', filler),
  gz: bytesOf([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], filler),
  bz2: bytesOf('BZh9', filler),
  xz: bytesOf([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], filler),
  zst: bytesOf([0x28, 0xb5, 0x2f, 0xfd], filler),
  '7z': bytesOf([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], filler),
  rar: bytesOf('Rar!\x1a\x07\x01\x00', filler),
  woff: bytesOf('wOFF', [0, 1, 0, 0], filler),
  woff2: bytesOf('wOF2', [0, 1, 0, 0], filler),
  ttf: bytesOf([0, 1, 0, 0, 0], filler),
  otf: bytesOf('OTTO\0', filler),
  parquet: bytesOf('PAR1', filler, 'PAR1'),
  arrow: bytesOf('ARROW1\0\0', filler),
  avro: bytesOf('Obj\x01', filler),
  sqlite: bytesOf('SQLite format 3\0', filler),
  wasm: bytesOf('\0asm', [1, 0, 0, 0], filler),
}

/** Different names of one type in the registry and in `file-type`. */
const ALIASES: Record<string, string> = {
  'application/x-gzip': 'application/gzip',
  'application/x-compressed': 'application/gzip',
  'application/x-rar-compressed': 'application/vnd.rar',
  'application/x-parquet': 'application/vnd.apache.parquet',
  'application/x-apache-arrow': 'application/vnd.apache.arrow.file',
  'application/x-sqlite3': 'application/vnd.sqlite3',
  'audio/x-flac': 'audio/flac',
  'video/quicktime': 'video/quicktime',
}
const plain = (type: string | undefined): string => ALIASES[type ?? ''] ?? type ?? ''

test('file-type agrees with the upload about each sample, and another extension is refused', async () => {
  for (const [extension, bytes] of Object.entries(SAMPLES)) {
    const { body, status } = await upload(`samples/a.${extension}`, bytes)
    assert.equal(status, 201, `${extension}: ${JSON.stringify(body)}`)
    const judged = plain((await fileTypeFromBuffer(bytes))?.mime)
    if (judged !== '') assert.equal(body.contentType, judged, extension)
    const wrong = extension === 'png' ? 'gif' : 'png'
    assert.equal(
      (await upload(`samples/a.${extension}.${wrong}`, bytes)).body.code,
      'file.type_mismatch',
      extension,
    )
  }
})

function unzip(bytes: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const found: Record<string, string> = {}
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, async (failure, stream) => {
          if (failure) return reject(failure)
          const parts: Buffer[] = []
          for await (const part of stream) parts.push(part as Buffer)
          found[entry.fileName] = Buffer.concat(parts).toString()
          zip.readEntry()
        })
      })
      zip.on('end', () => resolve(found))
      zip.on('error', reject)
      zip.readEntry()
    })
  })
}

test('a selection is a zip that yauzl reads, with correct checksums', async () => {
  const contents = { 'zip/ä €.txt': 'first', 'zip/deep/b.csv': 'a,b\n1,2', 'zip/c.md': '# Hi' }
  for (const [name, content] of Object.entries(contents))
    await upload(name, new TextEncoder().encode(content) as Uint8Array<ArrayBuffer>)
  const answer = await fetch(`${installation.url}/api/v1/files/zip`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prefix: 'zip/' }),
  })
  assert.deepEqual(await unzip(Buffer.from(await answer.arrayBuffer())), contents)
})

const curl = (...args: string[]): string =>
  execFileSync('curl', ['-fsS', ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 })

test('curl -OJ saves a file under its name, resumes it, and sends it in a form', async () => {
  for (const [name, saved] of [
    ['report 2026.txt', 'report 2026.txt'],
    ['naïve.txt', 'naive.txt'],
    ['a "quoted".txt', 'a _quoted_.txt'],
  ] as const) {
    const { body } = await upload(`curl/${name}`, new TextEncoder().encode(name) as Uint8Array<ArrayBuffer>)
    curl('-OJ', '-H', `authorization: Bearer ${token}`, `${installation.url}${body.url}`)
    assert.equal(readFileSync(join(folder, saved), 'utf8'), name, readdirSync(folder).join())
  }
  const big = Buffer.from('0123456789'.repeat(200_000))
  writeFileSync(join(folder, 'big.txt'), big)
  const sent = JSON.parse(
    curl(
      '-H',
      `authorization: Bearer ${token}`,
      '-F',
      'file=@big.txt',
      `${installation.url}/api/v1/files/upload`,
    ),
  ) as File
  assert.equal(sent.sha256, createHash('sha256').update(big).digest('hex'))
  writeFileSync(join(folder, 'part.txt'), big.subarray(0, 1_234_567))
  curl('-C', '-', '-o', 'part.txt', '-H', `authorization: Bearer ${token}`, `${installation.url}${sent.url}`)
  assert.ok(readFileSync(join(folder, 'part.txt')).equals(big))
})

test('a browser form uploads many files with any names', async () => {
  const form = new FormData()
  const names = ['plain.txt', 'ünïcode €.txt', 'semi;colon.txt', '日本語.txt']
  for (const name of names) form.append('files', new Blob([name]), name)
  const answer = await fetch(`${installation.url}/api/v1/files/upload-multiple?folder=form`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  const { results } = (await answer.json()) as { results: { name: string; status: number }[] }
  assert.deepEqual(
    results.map(({ name, status }) => [name, status]),
    names.map((name) => [`form/${name}`, 201]),
  )
})
