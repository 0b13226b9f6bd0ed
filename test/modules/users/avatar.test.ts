import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MAX_AVATAR_BYTES } from '../../../src/modules/users/service/avatar.ts'
import { app, call, get } from '../../helpers/api.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'

const PATH = '/api/v1/users/profile/avatar'

const SIGNATURES = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff, 0xe0],
  'image/gif': [0x47, 0x49, 0x46, 0x38, 0x39, 0x61],
  'image/webp': [0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50],
}
type ImageType = keyof typeof SIGNATURES
const TYPES = Object.keys(SIGNATURES) as ImageType[]

function image(type: ImageType, size = 1000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = i % 251
  bytes.set(SIGNATURES[type])
  return bytes
}

const put = (
  as: Person,
  type: string,
  bytes: Uint8Array<ArrayBuffer>,
  length: number | null = bytes.length,
) =>
  call('PUT', PATH, {
    as,
    raw: bytes,
    headers: { 'content-type': type, ...(length === null ? {} : { 'content-length': String(length) }) },
  })

/** In pieces and without a length, like a browser's stream. */
const putInPieces = (as: Person, type: string, bytes: Uint8Array, piece: number) =>
  call('PUT', PATH, {
    as,
    raw: new ReadableStream({
      start(controller) {
        for (let i = 0; i < bytes.length; i += piece) controller.enqueue(bytes.slice(i, i + piece))
        controller.close()
      },
    }),
    headers: { 'content-type': type },
  })

async function read(as: Person, headers: Record<string, string> = {}): Promise<[Response, Uint8Array]> {
  const ctx = createExecutionContext()
  const request = new Request(`http://orrery.test${PATH}`, {
    headers: { authorization: `Bearer ${as.token}`, ...headers },
  })
  const response = await app.fetch(request, env, ctx)
  const bytes = new Uint8Array(await response.arrayBuffer())
  await waitOnExecutionContext(ctx)
  return [response, bytes]
}

const stored = async (person: Person): Promise<string[]> =>
  (await env.FILES.list({ prefix: `avatars/${person.userId}/` })).objects.map((object) => object.key)

test.each(TYPES)(
  'an image of type %s is returned unchanged, cacheable and not displayed inline',
  async (type) => {
    const person = await newPerson()
    const bytes = image(type, 70_000)
    const set = await put(person, type, bytes)
    expect([set.status, set.body.avatarUrl]).toEqual([200, PATH])
    const [response, back] = await read(person)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="avatar\.\w+"$/)
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(back).toEqual(bytes)
  },
)

test('an unchanged avatar is not sent again', async () => {
  const person = await newPerson()
  await put(person, 'image/png', image('image/png'))
  const [first] = await read(person)
  const [second, bytes] = await read(person, { 'if-none-match': first.headers.get('etag') ?? '' })
  expect([second.status, bytes.length]).toEqual([304, 0])
})

test.each([1, 7, 999])(
  'a body in pieces of %i bytes without a length is accepted completely',
  async (piece) => {
    const person = await newPerson()
    const bytes = image('image/gif', 3000)
    expect((await putInPieces(person, 'image/gif', bytes, piece)).status).toBe(200)
    expect((await read(person))[1]).toEqual(bytes)
  },
)

test.each(TYPES)('content that is not %s is refused with that type, and nothing is stored', async (type) => {
  const person = await newPerson()
  for (const other of TYPES.filter((one) => one !== type))
    expect((await put(person, type, image(other))).status).toBe(415)
  const page = new Uint8Array(new TextEncoder().encode('<html><script>alert(1)</script></html>'))
  expect((await put(person, type, page)).status).toBe(415)
  expect((await put(person, type, new Uint8Array(SIGNATURES[type]))).status).toBe(415)
  expect(await stored(person)).toEqual([])
})

test.each(['image/svg+xml', 'text/html', 'application/octet-stream'])(
  'the type %s is refused',
  async (type) => {
    const person = await newPerson()
    expect((await put(person, type, image('image/png'))).status).toBe(415)
  },
)

test('2 MB are accepted and one byte more is not, announced or not', async () => {
  const person = await newPerson()
  const most = image('image/png', MAX_AVATAR_BYTES)
  const more = image('image/png', MAX_AVATAR_BYTES + 1)
  expect((await put(person, 'image/png', most)).status).toBe(200)
  expect((await put(person, 'image/png', more)).status).toBe(413)
  expect((await put(person, 'image/png', more, null)).status).toBe(413)
  expect((await put(person, 'image/png', more, 100)).status).toBeGreaterThanOrEqual(400)
  expect(await stored(person)).toHaveLength(1)
})

test.each([100, 5000])('a body without the announced %i bytes is refused', async (length) => {
  const person = await newPerson()
  const answer = await put(person, 'image/png', image('image/png', 1000), length)
  expect([answer.status, answer.body.code]).toEqual([400, 'request.malformed'])
  expect((await get('/api/v1/users/profile', person)).body.avatarUrl).toBeNull()
})

test.each([null, 3000])(
  'an upload that breaks off (announced: %s) is the sender’s failure',
  async (length) => {
    const person = await newPerson()
    const raw = new ReadableStream({
      start(controller) {
        controller.enqueue(image('image/png', 1000))
      },
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    const headers: Record<string, string> = { 'content-type': 'image/png' }
    if (length !== null) headers['content-length'] = String(length)
    const answer = await call('PUT', PATH, { as: person, raw, headers })
    expect([answer.status, answer.body.code]).toEqual([400, 'request.malformed'])
    expect(await stored(person)).toEqual([])
  },
)

test('a replaced or removed avatar leaves nothing behind', async () => {
  const person = await newPerson()
  await put(person, 'image/png', image('image/png'))
  const [old] = await stored(person)
  await put(person, 'image/gif', image('image/gif'))
  await runJobs()
  expect(await stored(person)).toHaveLength(1)
  expect(await stored(person)).not.toContain(old)
  expect((await call('DELETE', PATH, { as: person })).status).toBe(204)
  expect((await get(PATH, person)).status).toBe(404)
  expect((await call('DELETE', PATH, { as: person })).status).toBe(404)
  await runJobs()
  expect(await stored(person)).toEqual([])
})

test('avatars set concurrently leave one readable image, and no orphan', async () => {
  const person = await newPerson()
  const answers = await Promise.all(TYPES.map((type) => put(person, type, image(type))))
  expect(answers.some((answer) => answer.status === 200)).toBe(true)
  for (const answer of answers) expect([200, 409]).toContain(answer.status)
  expect((await read(person))[0].status).toBe(200)
  await runJobs()
  expect(await stored(person)).toHaveLength(1)
  expect((await read(person))[0].status).toBe(200)
})

test('each user has their own avatar', async () => {
  const [one, two] = [await newPerson(), await newPerson()]
  await put(one, 'image/png', image('image/png'))
  expect((await get(PATH, two)).status).toBe(404)
  expect((await call('DELETE', PATH, { as: two })).status).toBe(404)
  expect((await read(one))[0].status).toBe(200)
})
