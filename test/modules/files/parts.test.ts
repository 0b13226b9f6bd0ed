import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { sweepFileUploads } from '../../../src/modules/files/service/parts.ts'
import { app, call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { FILES, fetchBytes, hex, isSame, promisesOf, quotaOf, storedKeys, upload } from './support/files.ts'

const MIB = 1024 * 1024

const text = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = 97 + ((i * 7 + (i >> 10)) % 26)
  return bytes
}

const begin = (as: Person, body: object) => post(`${FILES}/uploads`, as, body)

const put = (as: Person, id: string, part: number, raw: Uint8Array<ArrayBuffer>, headers = {}) =>
  call('PUT', `${FILES}/uploads/${id}/parts/${part}`, { as, raw, headers })

const complete = (as: Person, id: string) => call('POST', `${FILES}/uploads/${id}/complete`, { as })

test('parts in any order, repeated and after a pause, become the announced file', async () => {
  const person = await newPerson()
  const bytes = text(2 * MIB + 1234)
  const sha256 = await hex(bytes)
  const { body: started, status } = await begin(person, {
    name: 'big.txt',
    sizeBytes: bytes.length,
    sha256,
    tags: ['x'],
  })
  expect([status, started.partSizeBytes, started.parts, started.received]).toEqual([201, MIB, 3, []])
  const part = (n: number) => bytes.slice((n - 1) * MIB, n * MIB)
  expect((await put(person, started.id, 3, part(3))).status).toBe(200)
  expect((await put(person, started.id, 1, text(MIB).reverse())).status).toBe(200)
  const early = await complete(person, started.id)
  expect([early.status, early.body.errors[0].path]).toEqual([409, '/parts/2'])
  expect((await get(`${FILES}/uploads/${started.id}`, person)).body.received).toEqual([1, 3])
  expect((await put(person, started.id, 2, part(2), { 'x-content-sha256': await hex(part(2)) })).status).toBe(
    200,
  )
  // Part 1 had another content: the whole does not have the announced checksum, and nothing is stored.
  const wrong = await complete(person, started.id)
  expect([wrong.status, wrong.body.code]).toEqual([422, 'file.checksum_mismatch'])
  expect(await promisesOf(person.teamId)).toBe(0)
  expect((await put(person, started.id, 1, part(1))).status).toBe(200)
  const [one, two] = await Promise.all([complete(person, started.id), complete(person, started.id)])
  expect([one.status, two.status].sort()).toEqual([200, 201])
  expect(one.body.id).toBe(two.body.id)
  expect(one.body).toMatchObject({ name: 'big.txt', version: 1, sha256, tags: ['x'] })
  expect(isSame((await fetchBytes(person, one.body.url)).bytes, bytes)).toBe(true)
  expect((await complete(person, started.id)).body.id).toBe(one.body.id)
  expect((await put(person, started.id, 1, part(1))).status).toBe(409)
  expect((await storedKeys(person.teamId)).length).toBe(1)
  const quota = await quotaOf(person.teamId)
  expect([quota.counted, quota.stored, quota.inBucket]).toEqual([bytes.length, bytes.length, bytes.length])
})

/** Has another request complete the upload while this one makes its first such call to the bucket. */
async function completeBeside(person: Person, id: string, during: 'list' | 'get') {
  let other: Awaited<ReturnType<typeof complete>> | undefined
  const bucket = new Proxy(env.FILES, {
    get(target, name) {
      const real = Reflect.get(target, name) as (...args: unknown[]) => unknown
      return async (...args: unknown[]) => {
        if (name === during && other === undefined) {
          other = await complete(person, id)
          await eventually(async () => expect(await storedKeys(person.teamId)).toHaveLength(1))
        }
        return real.apply(target, args)
      }
    },
  })
  const request = new Request(`http://orrery.test${FILES}/uploads/${id}/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.token}` },
  })
  const ctx = createExecutionContext()
  const response = await app.fetch(request, { ...env, FILES: bucket }, ctx)
  const body = (await response.json()) as { id: string }
  await waitOnExecutionContext(ctx)
  return { slower: { status: response.status, body }, faster: other }
}

test.each(['list', 'get'] as const)('two completions at once get the same file (%s)', async (during) => {
  const person = await newPerson()
  const { body } = await begin(person, { name: 'a.txt', sizeBytes: MIB + 5 })
  for (const [part, size] of [
    [1, MIB],
    [2, 5],
  ] as const)
    await put(person, body.id, part, text(size))
  const { slower, faster } = await completeBeside(person, body.id, during)
  expect([faster?.status, slower.status]).toEqual([201, 200])
  expect(slower.body.id).toBe(faster?.body.id)
  const quota = await quotaOf(person.teamId)
  expect([quota.counted, quota.inBucket]).toEqual([MIB + 5, MIB + 5])
})

test('a part with a wrong size or number is refused', async () => {
  const person = await newPerson()
  const { body } = await begin(person, { name: 'a.txt', sizeBytes: MIB + 5 })
  for (const [part, size, expected] of [
    [1, MIB - 1, 422],
    [1, MIB + 1, 422],
    [2, MIB, 422],
    [2, 4, 422],
    [3, 5, 404],
    [0, 5, 404],
  ] as const)
    expect([part, size, (await put(person, body.id, part, text(size))).status]).toEqual([
      part,
      size,
      expected,
    ])
  const damaged = await put(person, body.id, 2, text(5), { 'x-content-sha256': 'a'.repeat(64) })
  expect(damaged.body.code).toBe('file.checksum_mismatch')
  expect(await storedKeys(person.teamId)).toEqual([])
})

test('an impossible file is refused at the beginning', async () => {
  const person = await newPerson({ plan: 'free' })
  const code = async (body: object) => (await begin(person, body)).body.code
  expect(await code({ name: 'a.exe', sizeBytes: 1 })).toBe('file.forbidden_type')
  expect(await code({ name: '../a.txt', sizeBytes: 1 })).toBe('file.invalid_name')
  expect(await code({ name: 'a.txt', sizeBytes: 0 })).toBe('file.empty')
  expect(await code({ name: 'a.txt', sizeBytes: 50 * MIB + 1 })).toBe('file.too_large')
  // Uploads in progress count together: 20 of 50 MB fit into 1 GB, another does not.
  for (let i = 0; i < 20; i++) expect(await code({ name: `${i}.txt`, sizeBytes: 50 * MIB })).toBeUndefined()
  expect(await code({ name: 'a.txt', sizeBytes: 50 * MIB })).toBe('plan.limit_reached')
})

test('an aborted or abandoned upload leaves nothing', async () => {
  const person = await newPerson()
  const [one, two] = [
    (await begin(person, { name: 'a.txt', sizeBytes: 5 })).body,
    (await begin(person, { name: 'b.txt', sizeBytes: 5 })).body,
  ]
  for (const { id } of [one, two]) await put(person, id, 1, text(5))
  expect((await call('DELETE', `${FILES}/uploads/${one.id}`, { as: person })).status).toBe(204)
  await runJobs()
  expect((await storedKeys(person.teamId)).length).toBe(1)
  expect((await complete(person, one.id)).status).toBe(404)
  clock.advance(DAY_MS)
  for (let i = 0; i < 5; i++) await withContext(sweepFileUploads)
  await runJobs()
  expect(await storedKeys(person.teamId)).toEqual([])
})

test('a repeated beginning with a key is the same upload', async () => {
  const person = await newPerson()
  const ask = () =>
    post(`${FILES}/uploads`, person, { name: 'a.txt', sizeBytes: 5 }, { 'idempotency-key': 'once' })
  const first = (await ask()).body.id
  await put(person, first, 1, text(5))
  const again = await ask()
  expect([again.body.id, again.body.received]).toEqual([first, [1]])
})

test('a file uploaded in parts becomes a version of the file with its name', async () => {
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'first')
  const { body } = await begin(person, { name: 'a.txt', sizeBytes: 5 })
  await put(person, body.id, 1, text(5))
  expect((await complete(person, body.id)).body).toMatchObject({ id: file.id, version: 2 })
})
