import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { openTeamFile } from '../../../src/modules/files/index.ts'
import { sweepFiles } from '../../../src/modules/files/service/sweep.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { bytesOf, FILES, fetchBytes, isSame, quotaOf, storedKeys, upload } from './support/files.ts'

const names = (answer: any): string[] => answer.body.items.map((one: any) => one.name)

test('lists filter by prefix, name, type, kind, tag, size, uploader and words, and are paged in each order', async () => {
  const { owner, join } = await newTeam()
  const other = await join('member')
  await upload(owner, 'reports/2026/march.csv', 'a,b', { query: '?tags=Money,q1' })
  await upload(owner, 'reports/2026/april.csv', 'a,b,c')
  await upload(other, 'reportsx.txt', 'long text here')
  await upload(owner, 'Notes.md', '# Hi')
  const list = async (query: string) => names(await get(`${FILES}?${query}`, owner)).sort()
  expect(await list('prefix=reports/')).toEqual(['reports/2026/april.csv', 'reports/2026/march.csv'])
  expect(await list('name=Notes.md')).toEqual(['Notes.md'])
  expect(await list('type=data')).toEqual(['reports/2026/april.csv', 'reports/2026/march.csv'])
  expect(await list('type=text/markdown')).toEqual(['Notes.md'])
  expect(await list('tag=money')).toEqual(['reports/2026/march.csv'])
  expect(await list('minBytes=5&maxBytes=6')).toEqual(['reports/2026/april.csv'])
  expect(await list(`uploadedBy=${other.userId}`)).toEqual(['reportsx.txt'])
  expect(await list('q=MARCH')).toEqual(['reports/2026/march.csv'])
  expect(
    await list(`createdAfter=${encodeURIComponent(new Date(clock.now() + DAY_MS).toISOString())}`),
  ).toEqual([])
  for (const sort of [
    'createdAt',
    '-createdAt',
    'name',
    '-name',
    'sizeBytes',
    '-sizeBytes',
    'updatedAt',
    '-updatedAt',
  ]) {
    const whole = names(await get(`${FILES}?sort=${sort}`, owner))
    const paged: string[] = []
    for (let cursor = ''; ; ) {
      const page = await get(`${FILES}?sort=${sort}&limit=1${cursor}`, owner)
      paged.push(...names(page))
      if (page.body.nextCursor === null) break
      cursor = `&cursor=${page.body.nextCursor}`
    }
    expect([sort, paged]).toEqual([sort, whole])
  }
})

test('folders are listed level by level with what is in them, in pages', async () => {
  const { owner } = await newTeam()
  const { owner: stranger } = await newTeam()
  await upload(stranger, 'reports/foreign.txt', 'x')
  await upload(owner, 'top.txt', 'x')
  await upload(owner, 'reports/all.csv', 'a,b')
  await upload(owner, 'reports/2026/q1/march.csv', 'a,b')
  await upload(owner, 'reports/2025/april.csv', 'a,b,c')
  // A hyphen sorts before the slash, and combining marks are composed.
  await upload(owner, 'reports-old/a.txt', 'x')
  await upload(owner, 'ä/b.txt', 'x')
  const deleted = (await upload(owner, 'gone/a.txt', 'x')).body
  await call('DELETE', `${FILES}/${deleted.id}`, { as: owner })
  const folders = async (query: string) =>
    (await get(`${FILES}/folders?${query}`, owner)).body.items.map((one: any) => [
      one.name,
      one.files,
      one.sizeBytes,
    ])
  const top = [
    ['reports', 3, 11],
    ['reports-old', 1, 1],
    ['ä', 1, 1],
  ]
  expect(await folders('')).toEqual(top)
  expect(await folders('sort=-name')).toEqual(top.toReversed())
  expect(await folders('parent=/reports/')).toEqual([
    ['reports/2025', 1, 5],
    ['reports/2026', 1, 3],
  ])
  expect(await folders('parent=reports/2026')).toEqual([['reports/2026/q1', 1, 3]])
  expect(await folders(`parent=${encodeURIComponent('a\u0308')}`)).toEqual([])
  expect(names(await get(`${FILES}?folder=${encodeURIComponent('a\u0308')}`, owner))).toEqual(['ä/b.txt'])
  expect(names(await get(`${FILES}?folder=/`, owner))).toEqual(['top.txt'])
  expect(names(await get(`${FILES}?folder=reports`, owner))).toEqual(['reports/all.csv'])
  for (const sort of ['name', '-name']) {
    const paged: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await get(`${FILES}/folders?sort=${sort}&count=true&limit=1${cursor}`, owner)
      expect(body.total).toBe(3)
      paged.push(...body.items.map((one: any) => one.name))
      if (body.nextCursor === null) break
      cursor = `&cursor=${body.nextCursor}`
    }
    expect([sort, paged.length, new Set(paged).size]).toEqual([sort, 3, 3])
  }
})

test('a file is found by name and by id, and an id takes precedence', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'Ärger/plan b.txt', 'b')
  expect((await get(`${FILES}/info/${encodeURIComponent('Ärger/plan b.txt')}`, person)).body).toEqual(file)
  expect((await get(`${FILES}/info/A%CC%88rger/plan%20b.txt`, person)).body.id).toBe(file.id)
  const { body: trap } = await upload(person, `${file.id}.txt`, 'trap')
  await call('PATCH', `${FILES}/${trap.id}`, { as: person, body: { name: `${file.id}/x.txt` } })
  expect((await get(`${FILES}/info/${file.id}`, person)).body.id).toBe(file.id)
  const path = `${FILES}/download/${person.userId}/${encodeURIComponent('Ärger/plan b.txt')}`
  expect(isSame((await fetchBytes(person, path)).bytes, bytesOf('b'))).toBe(true)
  const wrong = `${FILES}/download/${newId('usr', 1)}/${encodeURIComponent('Ärger/plan b.txt')}`
  expect((await fetchBytes(person, wrong)).status).toBe(404)
})

test('renaming keeps the content and the type', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'text')
  await upload(person, 'b.txt', 'other')
  const rename = (name: string, headers = {}) =>
    call('PATCH', `${FILES}/${file.id}`, { as: person, body: { name }, headers })
  expect((await rename('b.txt')).body.code).toBe('file.name_taken')
  expect((await rename('a.png')).body.code).toBe('file.type_mismatch')
  expect((await rename('a.exe')).body.code).toBe('file.forbidden_type')
  expect((await rename('a.svg')).body.code).toBe('file.type_mismatch')
  expect((await rename('../a.txt')).body.code).toBe('file.invalid_name')
  const moved = await rename('docs/a.md', { 'if-match': '"1"' })
  expect([moved.status, moved.body.name, moved.body.contentType]).toEqual([200, 'docs/a.md', 'text/markdown'])
  expect((await rename('docs/b.md', { 'if-match': '"1"' })).status).toBe(412)
  expect(
    (await call('PUT', `${FILES}/${file.id}`, { as: person, body: { tags: ['x', 'x', 'y'] } })).body.tags,
  ).toEqual(['x', 'y'])
  expect((await get(`${FILES}/info/docs/a.md`, person)).body.version).toBe(1)
})

test('a deleted file frees its name, can be restored for a week, and is removed afterwards', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'one')
  await upload(person, 'a.txt', 'two')
  const deleted = await call('DELETE', `${FILES}/a.txt`, { as: person })
  expect(deleted.body).toMatchObject({ id: file.id, name: 'a.txt', uses: [] })
  expect((await call('DELETE', `${FILES}/a.txt`, { as: person })).status).toBe(404)
  expect((await fetchBytes(person, file.url)).status).toBe(404)
  expect(names(await get(FILES, person))).toEqual([])
  expect(names(await get(`${FILES}?deleted=true`, person))).toEqual(['a.txt'])
  expect((await quotaOf(person.teamId)).counted).toBe(6)
  const { body: next } = await upload(person, 'a.txt', 'three')
  expect(next.id).not.toBe(file.id)
  const taken = await post(`${FILES}/${file.id}/restore`, person, {})
  expect([taken.status, taken.body.code]).toEqual([409, 'file.name_taken'])
  const restored = await post(`${FILES}/${file.id}/restore`, person, { name: 'old.txt', version: 1 })
  expect([restored.status, restored.body.name, restored.body.version]).toEqual([200, 'old.txt', 1])
  expect(isSame((await fetchBytes(person, file.url)).bytes, bytesOf('one'))).toBe(true)
  // The number of a new version follows the newest one, not the restored one.
  expect((await upload(person, 'old.txt', 'four')).body.version).toBe(3)
  await call('DELETE', `${FILES}/${file.id}`, { as: person })
  clock.advance(6 * DAY_MS)
  await withContext(sweepFiles)
  expect(names(await get(`${FILES}?deleted=true`, await again(person)))).toEqual(['old.txt'])
  clock.advance(DAY_MS)
  for (let i = 0; i < 5; i++) await withContext(sweepFiles)
  await runJobs()
  expect(await quotaOf(person.teamId)).toEqual({ counted: 5, stored: 5, inBucket: 5 })
  expect((await post(`${FILES}/${file.id}/restore`, await again(person), {})).status).toBe(404)
})

/** Sign-ins do not last for a week. */
async function again(person: Awaited<ReturnType<typeof newPerson>>) {
  const next = await newPerson()
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'admin', ?)",
  )
    .bind(person.teamId, next.userId, clock.now())
    .run()
  return { ...next, teamId: person.teamId }
}

test('a file can be deleted immediately and for good', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'one')
  const gone = await call('DELETE', `${FILES}/${file.id}?permanent=true`, { as: person })
  expect([gone.status, gone.body.restorableUntil]).toEqual([200, null])
  await runJobs()
  expect(await quotaOf(person.teamId)).toEqual({ counted: 0, stored: 0, inBucket: 0 })
  expect(await storedKeys(person.teamId)).toEqual([])
  expect((await get(`${FILES}/${file.id}`, person)).status).toBe(404)
})

test('downloads support ranges, conditions and HEAD, and are never a page of this origin', async () => {
  const person = await newPerson()
  const text = 'x'.repeat(50) + 'y'.repeat(50)
  const { body: file } = await upload(person, 'naïve page.html', text)
  const whole = await fetchBytes(person, `${file.url}?inline=1`)
  expect(whole.headers.get('content-disposition')).toBe(
    `attachment; filename="naive page.html"; filename*=UTF-8''na%C3%AFve%20page.html`,
  )
  expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
  expect(whole.headers.get('content-security-policy')).toContain('sandbox')
  expect(whole.headers.get('content-length')).toBe('100')
  const etag = whole.headers.get('etag') ?? ''
  expect(etag).toBe(`"${file.sha256}"`)
  expect((await fetchBytes(person, file.url, { 'if-none-match': etag })).status).toBe(304)
  const part = await fetchBytes(person, file.url, { range: 'bytes=49-50', 'if-range': etag })
  expect([part.status, new TextDecoder().decode(part.bytes)]).toEqual([206, 'xy'])
  expect(part.headers.get('content-range')).toBe('bytes 49-50/100')
  const stale = await fetchBytes(person, file.url, { range: 'bytes=49-50', 'if-range': '"other"' })
  expect([stale.status, stale.bytes.length]).toEqual([200, 100])
  const behind = await fetchBytes(person, file.url, { range: 'bytes=100-' })
  expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */100'])
  const head = await fetchBytes(person, file.url, {}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([200, '100', 0])
})

test('images and PDF may be shown, SVG and HTML never', async () => {
  const person = await newPerson()
  const shown = async (name: string, content: string | Uint8Array<ArrayBuffer>) => {
    const { body } = await upload(person, name, content)
    const plain = await fetchBytes(person, body.url)
    expect(plain.headers.get('content-disposition')).toMatch(/^attachment/)
    return (await fetchBytes(person, `${body.url}?inline=1`)).headers
      .get('content-disposition')
      ?.split(';')[0]
  }
  expect(await shown('a.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]))).toBe(
    'inline',
  )
  expect(await shown('a.pdf', '%PDF-1.4 x')).toBe('inline')
  expect(
    await shown('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  ).toBe('attachment')
  expect(await shown('a.html', '<script>alert(1)</script>')).toBe('attachment')
})

test('a started download completes although the file is deleted in the meantime', async () => {
  const person = await newPerson()
  const bytes = new Uint8Array(2_000_000).fill(65)
  const { body: file } = await upload(person, 'big.txt', bytes)
  const stream = await withContext(async (request) =>
    (await openTeamFile(request, person.teamId, file.id))?.content.open(),
  )
  const reader = stream!.getReader()
  let size = (await reader.read()).value?.byteLength ?? 0
  await call('DELETE', `${FILES}/${file.id}?permanent=true`, { as: person })
  await runJobs()
  expect(await storedKeys(person.teamId)).toEqual([])
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
  }
  expect(size).toBe(bytes.length)
})

const form = (files: [field: string, name: string, content: string][], fields: [string, string][] = []) => {
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  for (const [field, name, content] of files) data.append(field, new Blob([content]), name)
  return data
}

test('a form uploads one file', async () => {
  const person = await newPerson()
  const send = (raw: BodyInit, headers = {}) =>
    call('POST', `${FILES}/upload?folder=in`, { as: person, raw, headers })
  const one = await send(form([['file', 'naïve.txt', 'text']]))
  expect([one.status, one.body.name, one.body.sizeBytes]).toEqual([201, 'in/naïve.txt', 4])
  expect(
    (
      await send(
        form([
          ['file', 'a.txt', '1'],
          ['file', 'b.txt', '2'],
        ]),
      )
    ).body.errors[0].path,
  ).toBe('/b.txt')
  expect((await send(form([], [['name', 'x']]))).body.errors[0].path).toBe('/name')
  expect(
    (await send(form([['file', 'a.txt', '1']]), { 'content-type': 'multipart/form-data; boundary=x' })).body
      .code,
  ).toBe('request.malformed')
  expect((await quotaOf(person.teamId)).inBucket).toBe(4)
})

test('many files of a form have a result each, in order', async () => {
  const person = await newPerson()
  const send = (raw: BodyInit) => call('POST', `${FILES}/upload-multiple`, { as: person, raw })
  const answer = await send(
    form([
      ['a', 'a.txt', '1'],
      ['b', 'b.exe', '2'],
      ['c', 'c.txt', ''],
      ['d', 'd.csv', '4'],
      ['e', 'a.txt', '1'],
    ]),
  )
  expect(answer.body.results.map((one: any) => [one.status, one.name, one.error?.code])).toEqual([
    [201, 'a.txt', undefined],
    [415, 'b.exe', 'file.forbidden_type'],
    [422, 'c.txt', 'file.empty'],
    [201, 'd.csv', undefined],
    [200, 'a.txt', undefined],
  ])
  const many = Array.from({ length: 51 }, (_, i): [string, string, string] => ['f', `${i}.txt`, 'x'])
  expect((await send(form(many))).body.code).toBe('request.too_large')
  expect((await send('{}')).body.code).toBe('request.unsupported_media_type')
})

test('statistics count by type and month, and deleted files separately', async () => {
  const person = await newPerson({ plan: 'free' })
  await upload(person, 'a.txt', '1')
  await upload(person, 'a.txt', '22')
  await upload(person, 'b.csv', '333')
  await upload(person, 'c.csv', '4444')
  await call('DELETE', `${FILES}/c.csv`, { as: person })
  const { body } = await get(`${FILES}/stats`, person)
  expect(body).toMatchObject({
    files: 2,
    sizeBytes: 5,
    storageBytes: 10,
    limitBytes: 1024 ** 3,
    deleted: { files: 1, sizeBytes: 4 },
    byType: [
      { contentType: 'text/csv', kind: 'data', files: 1, sizeBytes: 3 },
      { contentType: 'text/plain', kind: 'text', files: 1, sizeBytes: 2 },
    ],
  })
  expect(body.byMonth).toEqual([
    { month: new Date(clock.now()).toISOString().slice(0, 7), files: 2, sizeBytes: 5 },
  ])
})

test('files of another team are not found, by id or by name or by person', async () => {
  const owner = await newPerson()
  const stranger = await newPerson()
  const { body: file } = await upload(owner, 'secret.txt', 'secret')
  for (const path of [
    `${FILES}/${file.id}`,
    `${FILES}/${file.id}/content`,
    `${FILES}/${file.id}/versions`,
    `${FILES}/${file.id}/uses`,
    `${FILES}/info/secret.txt`,
    `${FILES}/info/${file.id}`,
    `${FILES}/download/${owner.userId}/secret.txt`,
  ])
    expect([path, (await get(path, stranger)).status]).toEqual([path, 404])
  for (const name of [file.id, 'secret.txt'])
    expect((await call('DELETE', `${FILES}/${name}`, { as: stranger })).status).toBe(404)
  expect((await get(`${FILES}/${file.id}`, owner)).status).toBe(200)
})
