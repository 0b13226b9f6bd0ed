import { downloadZip } from 'client-zip'
import { expect, test } from 'vitest'
import { sizeLimit } from '../../../durable-objects/run-host/rows/size.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { bucketOf, deploy, ended, failAt, fresh, PATH, seenAt, upload, uploadSite } from './deployments.ts'

async function siteOf(as: Person) {
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(as, bucket)
  await uploadSite(as, bucket, {
    'index.html': '<!doctype html><p>One</p>',
    'a.css': 'p {}',
    'old.txt': 'old',
  })
  const body = {
    platform: 'aws-s3',
    integrationId,
    project: '/',
    source: { prefix: bucket },
    production: true,
  }
  return { bucket, body }
}

const zipOf = async (files: Record<string, string>): Promise<ArrayBuffer> =>
  downloadZip(Object.entries(files).map(([name, input]) => ({ name, input }))).arrayBuffer()

test('a zip is published from one of its folders, and private files are left out with a warning', async () => {
  const person = await newPerson()
  const { bucket, body } = await siteOf(person)
  const files = {
    'dist/index.html': '<p>',
    'dist/.env': 'KEY=1',
    'dist/X.css': 'a',
    'dist/x.css': 'b',
    'src/main.ts': 'x',
  }
  await upload(person, 'site.zip', await zipOf(files))
  const done = await deploy(person, { ...body, source: { zip: 'site.zip', base: 'dist' } })
  expect(done).toMatchObject({ status: 'ready', files: { total: 3 } })
  expect(done.warnings).toEqual([expect.stringContaining('.env'), expect.stringContaining('X.css and x.css')])
  expect((await seenAt(bucket)).calls.filter(({ path }) => /env|src/.test(path))).toEqual([])
})

test.each([
  ['a path that leads up', { '../up.html': 'x' }, /".."/],
  ['an absolute path', { '/etc/passwd': 'x' }, /absolute/],
  ['nothing but a zip', { 'inner.zip': 'x' }, /another zip/],
  ['nothing', { '.git/config': 'x' }, /no files/],
])('a zip with %s is refused in the plan and fails the deployment', async (_what, files, message) => {
  const person = await newPerson()
  const { body } = await siteOf(person)
  await upload(person, 'bad.zip', await zipOf(files))
  const bad = { ...body, source: { zip: 'bad.zip' } }
  const plan = await post(`${PATH}/plan`, person, bad)
  expect(plan).toMatchObject({
    status: 422,
    body: { code: 'deployment.invalid_source', detail: expect.stringMatching(message) },
  })
  expect(await deploy(person, bad)).toMatchObject({
    status: 'failed',
    error: { code: 'deployment.invalid_source', message: expect.stringMatching(message) },
  })
})

test('files that are no longer published are removed; rollback and deletion work, and foreign objects stay', async () => {
  const person = await newPerson()
  const { bucket, body } = await siteOf(person)
  const first = await deploy(person, body)
  await call('DELETE', `/api/v1/files/${encodeURIComponent(`${bucket}/old.txt`)}`, { as: person })
  const plan = await post(`${PATH}/plan`, person, body)
  expect(plan.body).toMatchObject({
    files: { upload: 0, remove: 1 },
    changes: [{ change: 'remove', path: 'old.txt' }],
  })
  const second = await deploy(person, body)
  expect(second).toMatchObject({ status: 'ready', files: { total: 2, changed: 1 } })
  const back = await post(`${PATH}/${first.id}/rollback`, person, {})
  expect(await ended(person, back.body.id)).toMatchObject({
    status: 'ready',
    rollbackOf: first.id,
    files: { changed: 1 },
  })
  const gone = await call('DELETE', `${PATH}/${first.id}?keepRemote=true`, { as: person })
  expect(gone.status).toBe(204)
  expect((await get(`${PATH}/${first.id}`, person)).status).toBe(404)
  expect((await call('DELETE', `${PATH}/${back.body.id}`, { as: person })).status).toBe(204)
  const { calls } = await seenAt(bucket)
  expect(calls.filter(({ method, path }) => method === 'POST' && path === '?delete')).toHaveLength(2)
})

test('a temporary failure is retried, and a permanent one says what to do', async () => {
  const person = await newPerson()
  const { bucket, body } = await siteOf(person)
  await failAt(bucket, { match: 'PUT', status: 503 })
  await failAt(bucket, { match: 'PUT', status: 0 })
  const done = await deploy(person, body)
  expect(done).toMatchObject({ status: 'ready', files: { sent: 3 } })
  expect(new Set(Object.values((await seenAt(bucket)).contents))).toEqual(new Set([1]))

  const elsewhere = '<Error><Code>PermanentRedirect</Code><Region>us-west-2</Region></Error>'
  await failAt(bucket, { match: 'GET', status: 301, body: elsewhere })
  expect(await deploy(person, body)).toMatchObject({
    status: 'failed',
    error: { code: 'deployment.refused', message: expect.stringContaining('us-west-2') },
  })
  await failAt(bucket, { match: 'GET', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
  expect(await deploy(person, body)).toMatchObject({ error: { code: 'deployment.forbidden' } })
})

test('a project has one deployment at a time: the next waits, or replaces it', async () => {
  const person = await newPerson()
  const { bucket, body } = await siteOf(person)
  // The first waits between its attempts.
  await failAt(bucket, { match: 'GET', status: 503, headers: { 'retry-after': '4' }, times: 1 })
  const first = (await post(PATH, person, body)).body
  await eventually(async () => expect((await seenAt(bucket)).calls).not.toEqual([]))
  const second = (await post(PATH, person, body)).body
  expect((await get(`${PATH}/${second.id}`, person)).body.status).toBe('queued')
  const third = (await post(PATH, person, { ...body, whenBusy: 'replace' })).body
  expect(await ended(person, third.id)).toMatchObject({ status: 'ready' })
  expect(await ended(person, first.id)).toMatchObject({
    status: 'cancelled',
    error: { code: 'deployment.replaced' },
  })
  expect(await ended(person, second.id)).toMatchObject({ status: 'cancelled' })
})

test('an active deployment is cancelled, and then it has ended', async () => {
  const person = await newPerson()
  const { bucket, body } = await siteOf(person)
  await failAt(bucket, { match: 'GET', status: 503, headers: { 'retry-after': '60' } })
  const { id, runId } = (await post(PATH, person, body)).body
  await eventually(async () => expect((await seenAt(bucket)).calls).not.toEqual([]))
  expect((await call('DELETE', `${PATH}/${id}`, { as: person })).status).toBe(409)
  expect(await post(`${PATH}/${id}/cancel`, person, {})).toMatchObject({
    status: 200,
    body: { status: 'cancelled' },
  })
  expect(await post(`${PATH}/${id}/cancel`, person, {})).toMatchObject({ status: 409 })
  expect((await get(`/api/v1/runs/${runId}`, person)).body.status).toBe('cancelled')
  expect((await post(`${PATH}/${id}/refresh`, person, {})).status).toBe(409)
})

test('a key needs integrations:use to ask the platform once more', async () => {
  const person = await newPerson()
  const { body } = await siteOf(person)
  const { id } = await deploy(person, body)
  const refreshWith = async (...scopes: string[]) => {
    const { key } = (await post('/api/v1/auth/api-keys', person, { name: 'ci', scopes })).body
    return post(`${PATH}/${id}/refresh`, { apiKey: key } as unknown as Person, {})
  }
  expect(await refreshWith('deployments:write')).toMatchObject({
    status: 403,
    body: { code: 'access.scope_missing' },
  })
  expect((await refreshWith('deployments:write', 'integrations:use')).status).toBe(200)
})

test('a key that publishes files needs the right to read them', async () => {
  const person = await newPerson()
  const { body } = await siteOf(person)
  const scopes = ['deployments:write', 'integrations:use']
  const { key } = (await post('/api/v1/auth/api-keys', person, { name: 'ci', scopes })).body
  for (const path of [PATH, `${PATH}/plan`]) {
    const answer = await post(path, { apiKey: key } as unknown as Person, body)
    expect([answer.status, answer.body.code]).toEqual([403, 'access.scope_missing'])
    expect(answer.body.detail).toContain('files:read')
  }
})

test('invalid input names the field, and nothing of another team is found', async () => {
  const [person, other] = [await newPerson(), await newPerson()]
  const { body } = await siteOf(person)
  const foreign = await siteOf(other)
  const done = await deploy(person, body)
  for (const path of ['', '/logs', '/files'])
    expect((await get(`${PATH}/${done.id}${path}`, other)).status).toBe(404)
  for (const verb of ['cancel', 'refresh', 'redeploy', 'rollback', 'promote'])
    expect((await post(`${PATH}/${done.id}/${verb}`, other, {})).status).toBe(404)
  const asked = (more: object) => post(PATH, person, { ...body, ...more })
  expect(await asked({ integrationId: foreign.body.integrationId })).toMatchObject({
    body: { code: 'credential.not_found' },
  })
  expect(await asked({ project: '../up' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/project' }] },
  })
  expect(await asked({ settings: { branch: 'x' } })).toMatchObject({
    body: { errors: [{ path: '/settings/branch' }] },
  })
  expect(await asked({ platform: 'netlify', project: 'docs' })).toMatchObject({
    body: { code: 'credential.unusable' },
  })
  expect(await asked({ source: {} })).toMatchObject({ status: 422 })
  const { teamId } = await newTeam(person)
  expect((await get(`${PATH}/${done.id}`, { ...person, teamId })).status).toBe(404)
})

test('lists can be filtered, and logs and files are paged', async () => {
  const person = await newPerson()
  const { body } = await siteOf(person)
  const done = await deploy(person, body)
  const list = await get(
    `${PATH}?platform=aws-s3&status=ready,failed&environment=production&count=true`,
    person,
  )
  expect(list.body).toMatchObject({ total: 1, items: [{ id: done.id }] })
  expect((await get(`${PATH}?status=failed`, person)).body.items).toEqual([])
  const page = await get(`${PATH}/${done.id}/logs?limit=2&count=true`, person)
  const rest = await get(`${PATH}/${done.id}/logs?limit=50&cursor=${page.body.nextCursor}`, person)
  expect(page.body.items.length + rest.body.items.length).toBe(page.body.total)
  const files = await get(`${PATH}/${done.id}/files?limit=2`, person)
  expect(files.body.items.map(({ path }: { path: string }) => path)).toEqual(['a.css', 'index.html'])
})

test('a deployment whose host is full refers to the run that it gets in another one', async () => {
  const person = await newPerson()
  const { body } = await siteOf(person)
  const usual = sizeLimit.bytes
  sizeLimit.bytes = 0
  const done = await deploy(person, body).finally(() => {
    sizeLimit.bytes = usual
  })
  expect(done.status).toBe('ready')
  expect((await get(`/api/v1/runs/${done.runId}`, person)).body).toMatchObject({ subjectId: done.id })
})
