import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { bytesOf, FILES, fetchBytes, isSame, quotaOf, upload } from './support/files.ts'

const pathOf = (url: string): string => new URL(url).pathname

async function linkTo(person: Person, fileId: string, body: object = {}) {
  const { body: link } = await post(`${FILES}/${fileId}/link`, person, body)
  return { id: link.id as string, path: pathOf(link.url), link }
}

test('a link downloads the file without an account, as often as it allows', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'naïve.txt', 'some text')
  const { path, link } = await linkTo(person, file.id, { maxDownloads: 2 })
  expect(link).toMatchObject({ kind: 'download', fileId: file.id, maxUses: 2, uses: 0 })
  const first = await fetchBytes(null, path)
  expect([first.status, isSame(first.bytes, bytesOf('some text'))]).toEqual([200, true])
  expect(first.headers.get('content-disposition')).toContain("filename*=UTF-8''na%C3%AFve.txt")
  // HEAD, later parts and cached content do not count.
  expect((await fetchBytes(null, path, {}, 'HEAD')).status).toBe(200)
  expect((await fetchBytes(null, path, { range: 'bytes=5-' })).status).toBe(206)
  expect((await fetchBytes(null, path, { 'if-none-match': first.headers.get('etag') ?? '' })).status).toBe(
    304,
  )
  expect((await fetchBytes(null, path, { range: 'bytes=0-3' })).status).toBe(206)
  const third = await call('GET', path)
  expect([third.status, third.body.code]).toEqual([410, 'file.link_expired'])
  // A started download may continue for an hour.
  expect((await fetchBytes(null, path, { range: 'bytes=5-' })).status).toBe(206)
  const listed = await get(`${FILES}/links?fileId=${file.id}`, person)
  expect(listed.body.items).toMatchObject([{ id: link.id, uses: 2 }])
  expect(JSON.stringify(listed.body)).not.toContain(path.slice(3))
  clock.advance(3_600_001)
  expect((await fetchBytes(null, path, { range: 'bytes=5-' })).status).toBe(410)
})

test('of many concurrent downloads no more succeed than the link allows', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'x')
  const { path } = await linkTo(person, file.id, { maxDownloads: 3 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => fetchBytes(null, path)))
  expect(answers.filter((one) => one.status === 200).length).toBe(3)
})

test('a link ends with its expiry, its revocation, its file and the rights of its creator', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  const { body: file } = await upload(owner, 'a.txt', 'x')
  const ofOwner = await linkTo(owner, file.id, { expiresInS: 60 })
  const ofMember = await linkTo(member, file.id)
  expect((await fetchBytes(null, ofMember.path)).status).toBe(200)
  await env.DB.prepare("UPDATE team_members SET role = 'viewer' WHERE team_id = ? AND user_id = ?")
    .bind(teamId, member.userId)
    .run()
  expect((await fetchBytes(null, ofMember.path)).status).toBe(404)
  const revoked = await linkTo(owner, file.id)
  expect((await call('DELETE', `${FILES}/links/${revoked.id}`, { as: owner })).status).toBe(204)
  expect((await call('DELETE', `${FILES}/links/${revoked.id}`, { as: owner })).status).toBe(404)
  expect((await fetchBytes(null, revoked.path)).status).toBe(404)
  clock.advance(61_000)
  expect((await call('GET', ofOwner.path)).body.code).toBe('file.link_expired')
  const last = await linkTo(owner, file.id)
  await call('DELETE', `${FILES}/${file.id}`, { as: owner })
  expect((await fetchBytes(null, last.path)).status).toBe(404)
  expect((await call('GET', `/f/${'A'.repeat(43)}`)).body.code).toBe('resource.not_found')
  const page = await call('GET', `/f/${'A'.repeat(43)}`, { headers: { accept: 'text/html' } })
  expect([page.status, page.text]).toEqual([404, expect.stringContaining('The link does not work')])
  expect((await post(`${FILES}/${file.id}/link`, owner, { expiresInS: 7 * 86_400 + 1 })).status).toBe(422)
})

test('a link only shows harmless types', async () => {
  const person = await newPerson()
  const { body: page } = await upload(person, 'a.html', '<script>1</script>')
  const { body: pdf } = await upload(person, 'a.pdf', '%PDF-1.4 x')
  const kind = async (id: string) => {
    const { path } = await linkTo(person, id, { disposition: 'inline' })
    return (await fetchBytes(null, path)).headers.get('content-disposition')?.split(';')[0]
  }
  expect([await kind(page.id), await kind(pdf.id)]).toEqual(['attachment', 'inline'])
})

const send = (path: string, name: string, content: string, headers = {}) =>
  call('POST', path, { raw: content, headers: { 'x-filename': name, ...headers } })

test('an upload link accepts one file, which cannot replace another', async () => {
  const person = await newPerson()
  await upload(person, 'in/a.txt', 'mine')
  const { body: link } = await post(`${FILES}/uploads/link`, person, { folder: 'in', maxBytes: 10 })
  const path = pathOf(link.url)
  const refusals = [
    await send(path, 'a.exe', 'x'),
    await send(path, '../a.txt', 'x'),
    await send(path, 'a.txt', 'x'.repeat(11)),
  ]
  expect(refusals.map((one) => one.body.code)).toEqual([
    'file.forbidden_type',
    'file.invalid_name',
    'file.too_large',
  ])
  const answers = await Promise.all([send(path, 'a.txt', 'theirs'), send(path, 'a.txt', 'theirs')])
  expect(answers.map((one) => one.status).sort()).toEqual([201, 410])
  expect(answers.find((one) => one.status === 201)?.body).toMatchObject({
    name: 'in/a (1).txt',
    sizeBytes: 6,
  })
  expect((await send(path, 'b.txt', 'more')).status).toBe(410)
  const files = await get(`${FILES}?sort=name`, person)
  expect(files.body.items.map((one: any) => [one.name, one.uploadedBy])).toEqual([
    ['in/a (1).txt', null],
    ['in/a.txt', person.userId],
  ])
  expect((await quotaOf(person.teamId)).counted).toBe(10)
})

test('a browser gets a form, and the result of the upload', async () => {
  const person = await newPerson()
  const { body: link } = await post(`${FILES}/uploads/link`, person, {})
  const path = pathOf(link.url)
  const html = { accept: 'text/html' }
  expect((await call('GET', path, { headers: html })).text).toContain('<form')
  const form = new FormData()
  form.append('file', new Blob(['text']), '<b>.txt')
  const thanks = await call('POST', path, { raw: form, headers: html })
  expect([thanks.status, thanks.text.includes('&lt;b&gt;.txt')]).toEqual([201, true])
  expect((await call('GET', path, { headers: html })).text).toContain('A file has already been uploaded')
})

/** The names and contents of an uncompressed zip, read through its central directory. */
function unzip(bytes: Uint8Array<ArrayBuffer>): [string, string][] {
  const view = new DataView(bytes.buffer)
  const end = bytes.length - 22
  expect(view.getUint32(end, true)).toBe(0x06054b50)
  const found: [string, string][] = []
  let at = view.getUint32(end + 16, true)
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    const [size, nameLength, extra] = [
      view.getUint32(at + 20, true),
      view.getUint16(at + 28, true),
      view.getUint16(at + 30, true),
    ]
    const local = view.getUint32(at + 42, true)
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const text = (from: number, length: number) =>
      new TextDecoder().decode(bytes.subarray(from, from + length))
    found.push([text(at + 46, nameLength), text(data, size)])
    at += 46 + nameLength + extra
  }
  return found
}

test('a selection downloads as a zip, by ids in their order or by a prefix', async () => {
  const person = await newPerson()
  const made: Record<string, string> = {}
  for (const name of ['a/ü.txt', 'a/b.csv', 'c.txt'])
    made[name] = (await upload(person, name, `content of ${name}`)).body.id
  const zip = async (body: object) => {
    const answer = await fetchPost(person, body)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip'])
    expect(answer.headers.get('content-length')).toBe(String(answer.bytes.length))
    return unzip(answer.bytes)
  }
  expect(await zip({ ids: [made['c.txt'], made['a/ü.txt']] })).toEqual([
    ['c.txt', 'content of c.txt'],
    ['a/ü.txt', 'content of a/ü.txt'],
  ])
  expect((await zip({ prefix: 'a/' })).map(([name]) => name)).toEqual(['a/b.csv', 'a/ü.txt'])
  const stranger = await newPerson()
  expect((await post(`${FILES}/zip`, stranger, { ids: [made['c.txt']] })).status).toBe(404)
  expect((await post(`${FILES}/zip`, stranger, { prefix: 'a/' })).status).toBe(404)
  expect((await post(`${FILES}/zip`, person, { prefix: 'a', ids: ['x'] })).status).toBe(422)
})

async function fetchPost(person: Person, body: object) {
  const { createExecutionContext, waitOnExecutionContext } = await import('cloudflare:test')
  const { app } = await import('../../helpers/api.ts')
  const ctx = createExecutionContext()
  const request = new Request(`http://orrery.test${FILES}/zip`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const response = await app.fetch(request, env, ctx)
  const bytes = new Uint8Array(await response.arrayBuffer())
  await waitOnExecutionContext(ctx)
  return { status: response.status, headers: response.headers, bytes }
}
