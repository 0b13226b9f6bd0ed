// Files in runs: read, written, listed and deleted by nodes, created from responses, attached to mails and given as
// input.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { filesPort } from '../../durable-objects/run-host/ports/files.ts'
import { openContext } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import { call, get, post } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { mailTo, runJobs } from '../helpers/jobs.ts'
import { newPerson } from '../helpers/people.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { FILES, fetchBytes, quotaOf, upload } from '../modules/files/support/files.ts'
import { errorOf, one } from './one.ts'

const target = inject('httpTarget')

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const portOf = (teamId: string) => {
  const ctx = createExecutionContext()
  const context = openContext(env, {
    now: clock.now,
    requestId: 'req_test',
    defer: (work) => ctx.waitUntil(work),
  })
  return { port: filesPort({ context, teamId, startedBy: null }), settled: () => waitOnExecutionContext(ctx) }
}

const chunks = async function* (content: string) {
  yield new TextEncoder().encode(content)
}

test('a run writes files of its team, in the name of the person who started it', async () => {
  const person = await newPerson()
  const run = await one(
    'file.write',
    { name: 'out/{{ input.month }}.json', content: '{{ input }}', tags: ['made'] },
    { teamId: person.teamId, input: { month: 'march', n: [1, 2] }, startedBy: person.userId },
  )
  expect(run).toMatchObject({
    status: 'succeeded',
    output: { name: 'out/march.json', type: 'application/json' },
  })
  const { body } = await get(`${FILES}/info/out/march.json`, person)
  expect(body).toMatchObject({
    uploadedBy: person.userId,
    tags: ['made'],
    version: 1,
    id: (run.output as any).$file,
  })
  expect(JSON.parse(text((await fetchBytes(person, body.url)).bytes))).toEqual({ month: 'march', n: [1, 2] })
})

test('a repeated attempt writes once, and returns the same as the first one', async () => {
  const person = await newPerson()
  const { port } = portOf(person.teamId)
  const write = (key: string, content: string) =>
    port.write({ name: 'a.txt', chunks: chunks(content), sizeBytes: null }, key)
  const first = await write('k1', 'one')
  await write('k2', 'two')
  expect(await write('k1', 'one')).toEqual(first)
  const [one, two] = await Promise.all([write('k3', 'three'), write('k3', 'three')])
  expect(one).toEqual(two)
  expect((await get(`${FILES}/${first.$file}/versions`, person)).body.items.length).toBe(3)
  const quota = await quotaOf(person.teamId)
  expect(quota).toEqual({ counted: 11, stored: 11, inBucket: 11 })
})

test('a file is read by its type, by id, name or reference', async () => {
  const person = await newPerson()
  const { teamId } = person
  const { body: json } = await upload(person, 'a.json', '{"n":1}')
  await upload(person, 'a.txt', '\ufeffnaïve')
  await upload(person, 'a.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]))
  const read = async (params: object) => (await one('file.read', params as never, { teamId })).output
  expect(await read({ file: json.id })).toEqual({ n: 1 })
  expect(await read({ file: { $file: json.id } })).toEqual({ n: 1 })
  expect(await read({ file: 'a.json', as: 'text' })).toBe('{"n":1}')
  expect(await read({ file: 'a.txt' })).toBe('naïve')
  expect(await read({ file: 'a.png' })).toMatchObject({ name: 'a.png', type: 'image/png', sizeBytes: 9 })
  expect(await read({ file: 'a.png', as: 'base64' })).toBe('iVBORw0KGgoB')
  expect(await errorOf('file.read', { file: 'a.png', as: 'text' }, { teamId })).toMatchObject({
    code: 'file.not_text',
  })
  expect(await errorOf('file.read', { file: 'a.txt', as: 'json' }, { teamId })).toMatchObject({
    code: 'file.not_json',
  })
  expect(await errorOf('file.read', { file: 'none.txt' }, { teamId })).toMatchObject({
    code: 'file.not_found',
  })
  // Another team's file is not found.
  const other = await newPerson()
  expect(await errorOf('file.read', { file: json.id }, { teamId: other.teamId })).toMatchObject({
    code: 'file.not_found',
  })
})

test('an invalid file fails the node, with the same code as an upload', async () => {
  const { teamId } = await newPerson()
  const code = async (params: object) => (await errorOf('file.write', params as never, { teamId })).code
  expect(await code({ name: 'a.exe', content: 'x' })).toBe('file.forbidden_type')
  expect(await code({ name: '../a.txt', content: 'x' })).toBe('file.invalid_name')
  expect(await code({ name: 'a.txt', content: '' })).toBe('file.empty')
  expect(await code({ name: 'a.png', content: 'x' })).toBe('file.type_mismatch')
  expect(await code({ name: 'a.png', content: '%%%', encoding: 'base64' })).toBe('params.invalid')
  await one('file.write', { name: 'b.txt', content: 'x' }, { teamId })
  expect(await code({ name: 'b.txt', content: 'y', onConflict: 'refuse' })).toBe('file.name_taken')
})

test('files are listed by the prefix of their names, and deleted', async () => {
  const person = await newPerson()
  const { teamId } = person
  for (const name of ['a/2.txt', 'a/1.txt', 'b.txt']) await upload(person, name, name)
  const list = await one('file.list', { prefix: 'a/' }, { teamId })
  expect((list.output as any[]).map((file) => file.name)).toEqual(['a/1.txt', 'a/2.txt'])
  const deleted = await one('file.delete', { file: 'a/1.txt' }, { teamId })
  expect(deleted.output).toMatchObject({ file: { name: 'a/1.txt' } })
  expect((await one('file.delete', { file: 'a/1.txt' }, { teamId })).output).toEqual({ file: null })
  expect((await get(`${FILES}?deleted=true`, person)).body.items.length).toBe(1)
})

const typed = (type: string, content: string): string =>
  `${target}/typed/x?type=${encodeURIComponent(type)}&base64=${encodeURIComponent(btoa(content))}`

test('a response becomes a file, under its own or a given name', async () => {
  const person = await newPerson()
  const { teamId } = person
  const ask = (params: object) =>
    one('http.request', { responseType: 'file', ...params } as never, { teamId })
  const csv = await ask({ url: typed('text/csv; charset=utf-8', 'a,b\n1,2') })
  expect(csv).toMatchObject({
    status: 'succeeded',
    output: { status: 200, body: { name: 'x.csv', type: 'text/csv', sizeBytes: 7 } },
  })
  const named = await ask({ url: typed('application/octet-stream', 'text'), fileName: 'in/notes.txt' })
  expect((named.output as any).body.name).toBe('in/notes.txt')
  const { body } = await get(`${FILES}/info/in/notes.txt`, person)
  expect(text((await fetchBytes(person, body.url)).bytes)).toBe('text')
  const failing = async (params: object) =>
    (await errorOf('http.request', { responseType: 'file', ...params } as never, { teamId })).code
  expect(await failing({ url: typed('application/octet-stream', 'x') })).toBe('file.unsupported_type')
  expect(await failing({ url: typed('text/html', '<html>'), fileName: 'a.png' })).toBe('file.type_mismatch')
  expect(await failing({ url: `${target}/status/404`, fileName: 'a.txt' })).toBe('http.status')
  expect(await failing({ url: `${target}/huge`, fileName: 'a.txt', maxBytes: 1000 })).toBe('file.too_large')
  expect(await quotaOf(teamId)).toEqual({ counted: 11, stored: 11, inBucket: 11 })
})

test('a mail can have file attachments', async () => {
  const person = await newPerson()
  const { teamId } = person
  await upload(person, 'reports/march.csv', 'a,b')
  const to = `${newId('usr', clock.now())}@example.com`
  const send = { to, subject: 'March', text: 'Here it is.', attachments: ['reports/march.csv'] }
  expect((await one('notify.email', send, { teamId })).status).toBe('succeeded')
  // A file that was deleted after the mail was queued is sent anyway.
  await call('DELETE', `${FILES}/${encodeURIComponent('reports/march.csv')}`, { as: person })
  expect(await mailTo(to)).toHaveLength(1)
  const row = await env.DB.prepare('SELECT attachments FROM mailbox WHERE recipient = ?')
    .bind(to)
    .first<{ attachments: string }>()
  expect(JSON.parse(row?.attachments ?? '')).toEqual([{ filename: 'march.csv', sizeBytes: 3 }])
  expect(await errorOf('notify.email', { ...send, subject: 'b' }, { teamId })).toMatchObject({
    code: 'file.not_found',
  })
})

const READING = { nodes: [{ id: 'read', type: 'file.read', params: { file: '{{ input.doc }}' } }] }

test('a file in the input is checked, filled in, and known to be used until the run is deleted', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'hello')
  const path = `/api/v1/workflows/${await newWorkflow(person.teamId, READING)}/execute`
  const ran = await post(path, person, { input: { doc: { $file: file.id } } }, { prefer: 'wait=10' })
  expect([ran.body.status, ran.body.output]).toEqual(['succeeded', 'hello'])
  const view = await get(`/api/v1/runs/${ran.body.id}`, person)
  expect(view.body.input).toEqual({
    doc: { $file: file.id, name: 'a.txt', type: 'text/plain', sizeBytes: 5, sha256: file.sha256 },
  })
  const stranger = await newPerson()
  const theirs = (await upload(stranger, 'b.txt', 'x')).body.id
  for (const id of [theirs, newId('file', 1), 'a.txt']) {
    const refused = await post(path, person, { input: { list: [{ doc: { $file: id } }] } })
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
      422,
      'run.invalid_input',
      '/input/list/0/doc/$file',
    ])
  }
  const uses = async () => (await call('DELETE', `${FILES}/${file.id}`, { as: person })).body.uses
  expect(await uses()).toEqual([{ kind: 'run', id: ran.body.id }])
  await post(`${FILES}/${file.id}/restore`, person, {})
  expect((await call('DELETE', `/api/v1/runs/${ran.body.id}`, { as: person })).status).toBeLessThan(300)
  await runJobs()
  expect(await uses()).toEqual([])
})
