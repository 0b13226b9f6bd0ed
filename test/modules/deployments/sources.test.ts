// Sources of a site: files that a run has written, and hostile archives.
import { downloadZip } from 'client-zip'
import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { bucketOf, deploy, fresh, PATH, seenAt, upload } from './deployments.ts'
import { type Packed, zipOf } from './zips.ts'

async function storeOf(as: Person) {
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(as, bucket)
  return { bucket, body: { platform: 'aws-s3', integrationId, project: '/', production: true } }
}

test('files written by the nodes of a run are published, or those in its output', async () => {
  const person = await newPerson()
  const { bucket, body } = await storeOf(person)
  const page = (id: string, name: string) => ({
    id,
    type: 'file.write',
    params: { name, content: `<p>${id}</p>` },
  })
  const nodes = [page('home', 'dist/index.html'), page('other', 'dist/other.html')]
  const run = async (output?: string): Promise<string> => {
    const definition = { nodes, edges: [], ...(output === undefined ? {} : { output }) }
    const saved = await post('/api/v1/workflows', person, { name: `Pages ${output}`, definition })
    const done = await post(`/api/v1/workflows/${saved.body.id}/execute`, person, {}, { prefer: 'wait=25' })
    expect(done.body.status, done.text).toBe('succeeded')
    return done.body.id
  }
  const all = await deploy(person, { ...body, source: { runId: await run('{{ 1 }}'), base: 'dist' } })
  expect(all).toMatchObject({ status: 'ready', files: { total: 2 } })
  const named = await deploy(person, {
    ...body,
    source: { runId: await run('{{ nodes.home }}'), base: 'dist' },
  })
  expect(named).toMatchObject({ status: 'ready', files: { total: 1, changed: 1 } })
  const files = await get(`${PATH}/${named.id}/files`, person)
  expect(files.body.items.map(({ path, state }: { path: string; state: string }) => [path, state])).toEqual([
    ['index.html', 'same'],
    ['other.html', 'removed'],
  ])
  const stranger = await newPerson()
  const theirs = await storeOf(stranger)
  const foreign = await post(`${PATH}/plan`, stranger, { ...theirs.body, source: { runId: all.runId } })
  expect(foreign).toMatchObject({ status: 422, body: { code: 'deployment.invalid_source' } })
  expect((await seenAt(bucket)).contents).not.toEqual({})
})

const BOMB = 'a'.repeat(3_000_000)

const HOSTILE: [what: string, entries: Packed[], message: RegExp][] = [
  [
    'one entry that unpacks to a thousand times its size',
    [{ name: 'a.txt', content: BOMB, deflate: true }],
    /more than 100 times/,
  ],
  [
    'entries that share one content',
    Array.from({ length: 60 }, (_, n) => ({
      name: `${n}.txt`,
      content: BOMB.slice(0, 100_000),
      deflate: true,
      at: 0,
    })),
    /more than 100 times|not where|does not fit|damaged/,
  ],
  [
    'an entry that is larger than it says',
    [{ name: 'a.txt', content: BOMB, deflate: true, claims: 10 }],
    /larger than the directory says/,
  ],
  [
    'an entry that is smaller than it says',
    [{ name: 'a.txt', content: 'short', claims: 9, deflate: true }],
    /smaller than the directory says/,
  ],
  ['a wrong checksum', [{ name: 'a.txt', content: 'text', crc: 1 }], /checksum/],
  ['a content that cannot be unpacked', [{ name: 'a.txt', content: 'no deflate', raw: true }], /damaged/],
  ['a link', [{ name: 'index.html', content: '/etc/passwd', mode: 0o120777 }], /is a link/],
  ['an absolute path', [{ name: '/etc/passwd', content: 'x' }], /absolute/],
  ['a path of Windows', [{ name: 'C:/x.txt', content: 'x' }], /absolute/],
  ['a backslash', [{ name: '..\\x.txt', content: 'x' }], /backslash/],
  ['a path that leads up', [{ name: 'a/../../x', content: 'x' }], /"\.\."/],
  [
    'one path twice',
    [
      { name: 'a.txt', content: '1' },
      { name: 'a.txt', content: '2' },
    ],
    /Two files have the path/,
  ],
  [
    'a file that is a folder as well',
    [
      { name: 'a', content: '1' },
      { name: 'a/b', content: '2' },
    ],
    /a file and a folder/,
  ],
  ['an encrypted entry', [{ name: 'a.txt', content: 'x', flags: 1 }], /encrypted/],
  [
    'nothing but what is not for the public',
    [
      { name: '.git/config', content: 'x' },
      { name: '.env', content: 'A=1' },
    ],
    /no files/,
  ],
  ['nothing but another zip', [{ name: 'site.zip', content: 'PK' }], /another zip/],
  [
    'more entries than are deployed',
    Array.from({ length: 10_001 }, (_, n) => ({ name: `${n}`, content: '' })),
    /10001 files/,
  ],
]

test.each(HOSTILE)('%s is refused, and nothing is sent', async (_what, entries, message) => {
  const person = await newPerson()
  const { bucket, body } = await storeOf(person)
  await upload(person, 'bad.zip', await zipOf(entries))
  const refused = await post(`${PATH}/plan`, person, { ...body, source: { zip: 'bad.zip' } })
  expect([refused.status, refused.body.detail]).toEqual([422, expect.stringMatching(message)])
  expect(['deployment.invalid_source', 'deployment.too_large']).toContain(refused.body.code)
  expect((await seenAt(bucket)).calls).toEqual([])
})

test('harmless problems are left out with a warning', async () => {
  const person = await newPerson()
  const { bucket, body } = await storeOf(person)
  const names = [
    'index.html',
    'Page.html',
    'page.html',
    'inner.zip',
    '.env.production',
    '.git/HEAD',
    'keys/id_rsa',
    'tls/site.key',
  ]
  const zip = await downloadZip(names.map((name) => ({ name, input: `content of ${name}` }))).arrayBuffer()
  await upload(person, 'site.zip', zip)
  const done = await deploy(person, { ...body, source: { zip: 'site.zip' } })
  expect(done).toMatchObject({ status: 'ready', files: { total: 4, sent: 4 } })
  expect(done.warnings).toEqual([
    expect.stringMatching(/\.env\.production.*\.git\/HEAD.*id_rsa.*site\.key/),
    expect.stringContaining('Page.html and page.html'),
    expect.stringContaining('not unpacked: inner.zip'),
  ])
  const sent = (await seenAt(bucket)).calls.filter(({ method }) => method === 'PUT').map(({ path }) => path)
  expect(sent.sort()).toEqual(['Page.html', 'index.html', 'inner.zip', 'page.html'])
})
