import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import {
  bytesOf,
  FILES,
  fetchBytes,
  hex,
  inPieces,
  isSame,
  promisesOf,
  quotaOf,
  storedKeys,
  upload,
} from './support/files.ts'

const PDF = '%PDF-1.7\n'

const pdf = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 7 + (i >> 8)) & 255
  bytes.set(bytesOf(PDF))
  return bytes
}

async function nothingLeft(teamId: string): Promise<void> {
  expect(await storedKeys(teamId)).toEqual([])
  expect(await promisesOf(teamId)).toBe(0)
  expect(await quotaOf(teamId)).toEqual({ counted: 0, stored: 0, inBucket: 0 })
  const { results } = await env.DB.prepare('SELECT id FROM files WHERE team_id = ?').bind(teamId).all()
  expect(results).toEqual([])
}

test.each([1, 8_191, 8_192, 70_000, 1024 * 1024, 1024 * 1024 + 1, 11 * 1024 * 1024])(
  'a file of %i bytes comes back as it was sent, with or without a length',
  async (size) => {
    const person = await newPerson()
    const bytes = size < PDF.length ? bytesOf('x') : pdf(size)
    const name = size < PDF.length ? 'one.txt' : 'plan.pdf'
    const sent = await upload(person, name, bytes)
    expect(sent.status).toBe(201)
    const sha256 = await hex(bytes)
    expect(sent.body).toMatchObject({
      name,
      version: 1,
      sizeBytes: bytes.length,
      sha256,
      uploadedBy: person.userId,
    })
    expect(isSame((await fetchBytes(person, sent.body.url)).bytes, bytes)).toBe(true)
    const again = await call('POST', `${FILES}/upload`, {
      as: person,
      raw: inPieces(bytes, 60_001),
      headers: { 'x-filename': `other-${name}` },
    })
    expect([again.status, again.body.sha256]).toEqual([201, sha256])
    expect(isSame((await fetchBytes(person, again.body.url)).bytes, bytes)).toBe(true)
    const quota = await quotaOf(person.teamId)
    expect(quota).toEqual({ counted: 2 * bytes.length, stored: 2 * bytes.length, inBucket: 2 * bytes.length })
    expect(await promisesOf(person.teamId)).toBe(0)
  },
)

test('the same bytes with the same name add no version, other bytes do', async () => {
  const person = await newPerson()
  const first = await upload(person, 'notes.txt', 'one')
  const same = await upload(person, 'notes.txt', 'one')
  expect([same.status, same.body]).toEqual([200, first.body])
  const second = await upload(person, 'notes.txt', 'two')
  expect([second.status, second.body.id, second.body.version]).toEqual([201, first.body.id, 2])
  const versions = await get(`${FILES}/${first.body.id}/versions`, person)
  expect(versions.body.items.map((one: any) => [one.version, one.isCurrent])).toEqual([
    [2, true],
    [1, false],
  ])
  expect(new TextDecoder().decode((await fetchBytes(person, versions.body.items[1].url)).bytes)).toBe('one')
  expect((await storedKeys(person.teamId)).length).toBe(2)
})

test('a conflict is refused, or gets the next free name', async () => {
  const person = await newPerson()
  await upload(person, 'a/notes.txt', 'one')
  const refused = await upload(person, 'a/notes.txt', 'two', { query: '?onConflict=refuse' })
  expect([refused.status, refused.body.code]).toEqual([409, 'file.name_taken'])
  const names = []
  for (const content of ['two', 'two', 'three'])
    names.push((await upload(person, 'a/notes.txt', content, { query: '?onConflict=rename' })).body.name)
  expect(names).toEqual(['a/notes (1).txt', 'a/notes (2).txt', 'a/notes (3).txt'])
  expect((await quotaOf(person.teamId)).counted).toBe(3 * 3 + 5)
  expect(await promisesOf(person.teamId)).toBe(0)
})

test('concurrent uploads with one name are a version each, and none is lost', async () => {
  const person = await newPerson()
  const contents = Array.from({ length: 8 }, (_, i) => `content ${i}`)
  const answers = await Promise.all(contents.map((content) => upload(person, 'race.txt', content)))
  expect(answers.map((one) => one.status)).toEqual(contents.map(() => 201))
  expect(new Set(answers.map((one) => one.body.id)).size).toBe(1)
  const { body } = await get(`${FILES}/${answers[0]?.body.id}/versions`, person)
  expect(body.items.map((one: any) => one.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const found = await Promise.all(
    body.items.map(async (one: any) => new TextDecoder().decode((await fetchBytes(person, one.url)).bytes)),
  )
  expect(found.sort()).toEqual(contents)
})

test('old versions are deleted as the plan says, with their objects and their size', async () => {
  const person = await newPerson({ plan: 'free' })
  for (let i = 0; i < 8; i++) await upload(person, 'log.txt', `line ${i}`)
  const { body } = await get(`${FILES}/info/log.txt`, person)
  const versions = (await get(`${FILES}/${body.id}/versions`, person)).body.items
  expect(versions.map((one: any) => one.version)).toEqual([8, 7, 6, 5, 4])
  expect((await quotaOf(person.teamId)).counted).toBe(5 * 6)
})

const refusals: [
  what: string,
  code: string,
  status: number,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  headers?: Record<string, string>,
][] = [
  ['an empty file', 'file.empty', 422, 'a.txt', ''],
  ['an unknown extension', 'file.unsupported_type', 415, 'a.xyz', 'x'],
  ['no extension', 'file.unsupported_type', 415, 'README', 'x'],
  ['a program by its name', 'file.forbidden_type', 415, 'setup.EXE', 'MZ'],
  [
    'a program by its content',
    'file.forbidden_type',
    415,
    'photo.png',
    new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0]),
  ],
  ['HTML named as an image', 'file.type_mismatch', 415, 'photo.png', '<html><script>alert(1)</script>'],
  ['bytes named as text', 'file.type_mismatch', 415, 'a.txt', new Uint8Array([1, 2, 3, 0, 255])],
  ['text that breaks off', 'file.type_mismatch', 415, 'a.txt', new Uint8Array([0x61, 0xc3])],
  ['a wrong checksum', 'file.checksum_mismatch', 422, 'a.txt', 'x', { 'x-content-sha256': 'a'.repeat(64) }],
  ['a name that climbs', 'file.invalid_name', 422, '../a.txt', 'x'],
  ['an empty segment', 'file.invalid_name', 422, 'a//b.txt', 'x'],
  ['a backslash', 'file.invalid_name', 422, 'a\\b.txt', 'x'],
  ['a control character', 'file.invalid_name', 422, 'a\u0007.txt', 'x'],
  ['a segment that is too long', 'file.invalid_name', 422, `${'é'.repeat(128)}.txt`, 'x'],
  ['text that turns around', 'file.invalid_name', 422, 'a\u202Egpj.txt', 'x'],
]

test.each(refusals)(
  '%s is refused as %s and leaves nothing',
  async (_what, code, status, name, content, headers = {}) => {
    const person = await newPerson()
    const answer = await upload(person, name, content, { headers })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    await nothingLeft(person.teamId)
  },
)

test('a document with macros is refused, wherever they are', async () => {
  const person = await newPerson()
  const bytes = new Uint8Array(200_000)
  bytes.set(bytesOf('PK\x03\x04________________________[Content_Types].xml word/document.xml'))
  expect((await upload(person, 'plain.docx', bytes)).status).toBe(201)
  bytes.set(bytesOf('word/vbaProject.bin'), 131_064)
  const answer = await upload(person, 'macro.docx', bytes)
  expect([answer.status, answer.body.code]).toEqual([415, 'file.forbidden_type'])
})

test('an announced length over the limit is refused before the body is read, any other body at the limit', async () => {
  const person = await newPerson()
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(65_536).fill(65))
      },
    })
  const announced = await call('POST', `${FILES}/upload`, {
    as: person,
    raw: endless(),
    headers: { 'x-filename': 'a.txt', 'content-length': String(50 * 1024 * 1024 + 1) },
  })
  expect([announced.status, announced.body.code]).toEqual([413, 'file.too_large'])
  const unannounced = await call('POST', `${FILES}/upload`, {
    as: person,
    raw: endless(),
    headers: { 'x-filename': 'a.txt' },
  })
  expect([unannounced.status, unannounced.body.code]).toEqual([413, 'file.too_large'])
  await nothingLeft(person.teamId)
})

test.each([null, 3_000, 3_000_000])(
  'a body that is cut off (announced: %s) leaves nothing',
  async (length) => {
    const person = await newPerson()
    const raw = new ReadableStream({
      start: (controller) => controller.enqueue(pdf(1_000)),
      pull: (controller) => controller.error(new Error('gone')),
    })
    const headers: Record<string, string> = { 'x-filename': 'a.pdf' }
    if (length !== null) headers['content-length'] = String(length)
    const answer = await call('POST', `${FILES}/upload`, { as: person, raw, headers })
    expect([answer.status, answer.body.code]).toEqual([400, 'request.malformed'])
    await nothingLeft(person.teamId)
  },
)

test('an upload beyond the plan is refused with the numbers, and parallel uploads cannot exceed it together', async () => {
  const person = await newPerson({ plan: 'free' })
  const limit = 1024 ** 3
  const setUsed = (bytes: number) =>
    env.DB.prepare(
      `INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?1, 'now', 'storageBytes', ?2)
       ON CONFLICT (team_id, period, metric) DO UPDATE SET value = ?2`,
    )
      .bind(person.teamId, bytes)
      .run()
  await setUsed(limit - 10)
  const refused = await upload(person, 'a.txt', 'eleven char')
  expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
    402,
    'plan.limit_reached',
    '/limits/storageBytes',
  ])
  expect(await storedKeys(person.teamId)).toEqual([])
  const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => upload(person, `${i}.txt`, 'four')))
  expect(answers.map((one) => one.status).sort()).toEqual([201, 201, 402, 402, 402])
  expect((await quotaOf(person.teamId)).counted).toBe(limit - 2)
  expect((await storedKeys(person.teamId)).length).toBe(2)
})

const raw = (person: any, headers: Record<string, string>) =>
  call('POST', `${FILES}/upload`, { as: person, raw: 'text', headers })

test('a name is required, once, and may be encoded', async () => {
  const person = await newPerson()
  expect((await raw(person, {})).body.errors[0].path).toBe('/X-Filename')
  expect((await raw(person, { 'x-filename': 'a.txt, b.txt' })).body.errors[0].path).toBe('/X-Filename')
  expect((await raw(person, { 'x-filename': "UTF-8''%ff" })).body.code).toBe('request.malformed')
  expect((await raw(person, { 'x-filename': "UTF-8''na%C3%AFve%2C%20%E2%82%AC.txt" })).body.name).toBe(
    'naïve, €.txt',
  )
  // Composed or decomposed, it is one name.
  const decomposed = await upload(person, 'nai\u0308ve, €.txt', 'text')
  expect([decomposed.status, decomposed.body.name]).toEqual([200, 'naïve, €.txt'])
})
