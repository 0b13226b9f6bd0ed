// Published sites of a running installation, checked by third-party stores and clients: an S3 store that rejects
// invalid signatures, read back with the AWS SDK and with rclone.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import S3rver from '@20minutes/s3rver'
import { GetObjectCommand, HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import { type Deployment, publish as publishSite, type Site } from './platforms/site.ts'

const BUCKET = 'site-bucket'
const MEGABYTE = 1024 * 1024

const stateDir = newStateDir()
const storeDir = newStateDir()
const store = new S3rver({
  ...{ address: '127.0.0.1', port: 0, silent: true, directory: storeDir },
  configureBuckets: [{ name: BUCKET, configs: [] }],
})
let installation: Installation
let storeUrl: string
let token: string
let client: S3Client

before(async () => {
  storeUrl = `http://127.0.0.1:${(await store.run()).port}`
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: new URL(storeUrl).host })
  token = await signInAsDemo(installation.url, stateDir)
  client = new S3Client({
    ...{ endpoint: storeUrl, region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  })
})

after(async () => {
  client.destroy()
  await end(installation)
  await store.close()
  forget(stateDir)
  forget(storeDir)
})

const send = <T>(method: string, path: string, json?: unknown) =>
  call<T>(installation.url, method, `/api/v1${path}`, { token, json })

const bucketWith = async (secretAccessKey: string): Promise<string> => {
  const { body } = await send<{ id: string }>('POST', '/users/integrations', {
    ...{ type: 'aws-s3', name: `Bucket ${secretAccessKey}` },
    config: { bucket: BUCKET, region: 'us-east-1', endpoint: storeUrl, pathStyle: true },
    secrets: { accessKeyId: 'S3RVER', secretAccessKey },
  })
  return body.id
}

const publish = (integrationId: string, site: Site): Promise<Deployment> =>
  publishSite({ url: installation.url, token }, site, { platform: 'aws-s3', integrationId, project: 'docs' })

const SITE = {
  'index.html': '<!doctype html><p>Hello</p>',
  'assets/app-B7x9kQ22.js': 'console.log(1)',
  'Grüße und mehr/it’s (1)+2.txt': 'text',
  // Uploaded in parts.
  'large.bin': new Uint8Array(20 * MEGABYTE).map((_, at) => at % 251),
}

/** The SDK signs lists in a way that this store cannot verify, so each key is requested. */
async function isThere(name: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: `docs/${name}` }))
    return true
  } catch (error) {
    if (error instanceof NotFound) return false
    throw error
  }
}

test('the AWS SDK reads back the site unchanged, with types and cache rules', async () => {
  const done = await publish(await bucketWith('S3RVER'), SITE)
  assert.deepEqual([done.status, done.error], ['ready', null])
  for (const [name, content] of Object.entries(SITE)) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: `docs/${name}` }))
    assert.deepEqual(Buffer.from((await Body?.transformToByteArray()) ?? []), Buffer.from(content), name)
  }
  const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'docs/index.html' }))
  assert.equal(head.ContentType, 'text/html; charset=utf-8')
})

const HAS_RCLONE = spawnSync('rclone', ['version']).status === 0

/** Lists, reads and compares the bucket. */
function rclone(...args: string[]): Promise<string> {
  // It cannot load the bundle of certificates in this variable.
  const { AWS_CA_BUNDLE: _, ...env } = process.env
  const settings = {
    ...{ TYPE: 's3', PROVIDER: 'Other', ENDPOINT: storeUrl, REGION: 'us-east-1', FORCE_PATH_STYLE: 'true' },
    ...{ ACCESS_KEY_ID: 'S3RVER', SECRET_ACCESS_KEY: 'S3RVER' },
  }
  for (const [name, value] of Object.entries(settings)) env[`RCLONE_CONFIG_STORE_${name}`] = value
  return new Promise((resolve, reject) => {
    const program = spawn('rclone', args, { env: { ...env, RCLONE_CONFIG: '/dev/null' } })
    let said = ''
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (data) => (said += data))
    program.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(said))))
  })
}

test('rclone finds the site in the bucket, file by file', {
  skip: HAS_RCLONE ? false : 'rclone is not installed',
}, async () => {
  const copy = newStateDir()
  for (const [name, content] of Object.entries(SITE)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    writeFileSync(join(copy, name), content)
  }
  const names = (await rclone('lsf', '-R', '--files-only', `store:${BUCKET}/docs`)).trim().split('\n')
  assert.deepEqual(names.sort(), Object.keys(SITE).sort())
  assert.match(await rclone('check', '--download', copy, `store:${BUCKET}/docs`), /0 differences found/)
  forget(copy)
})

test('the next deployment sends only changes, and removes deleted files', async () => {
  const integration = (await send<{ items: { id: string; name: string }[] }>('GET', '/users/integrations'))
    .body.items
  const id = integration.find(({ name }) => name === 'Bucket S3RVER')?.id ?? ''
  const { 'assets/app-B7x9kQ22.js': _gone, ...rest } = SITE
  const done = await publish(id, { ...rest, 'index.html': '<!doctype html><p>Again</p>' })
  assert.deepEqual([done.status, done.files.changed, done.files.sent], ['ready', 2, 2])
  assert.deepEqual([await isThere('assets/app-B7x9kQ22.js'), await isThere('large.bin')], [false, true])
})

test('the store refuses a wrong key, and the deployment says what to do', async () => {
  const done = await publish(await bucketWith('another'), { 'index.html': '<p>' })
  assert.equal(done.status, 'failed')
  assert.equal(done.error?.code, 'deployment.unauthorized')
})

type LastRun = { status: string; file: string; object: string | null; error: string | null }

async function exported(): Promise<LastRun> {
  await send('POST', '/costs/export/schedule/run')
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const { body } = await send<{ lastRun: LastRun }>('GET', '/costs/export/schedule')
    if (body.lastRun.status !== 'running') return body.lastRun
    await pause(100)
  }
  throw new Error('The export is still running')
}

test('a scheduled export of costs can be read from the bucket, and a wrong key is reported', async () => {
  const { body: list } = await send<{ items: { id: string; name: string }[] }>('GET', '/users/integrations')
  const [good, wrong] = ['S3RVER', 'another'].map(
    (key) => list.items.find(({ name }) => name === `Bucket ${key}`)?.id ?? '',
  )
  const schedule = { every: 'month', folder: 'bills', path: 'costs/year={year}/' }
  await send('PUT', '/costs/export/schedule', { ...schedule, integration: good })
  const done = await exported()
  assert.deepEqual([done.status, done.error], ['succeeded', null])
  assert.match(done.object ?? '', /^costs\/year=\d{4}\/costs-.*\.csv$/)
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: done.object ?? '' }))
  assert.match((await Body?.transformToString()) ?? '', /^date,provider/)
  await send('PUT', '/costs/export/schedule', { ...schedule, integration: wrong })
  const failed = await exported()
  assert.equal(failed.status, 'failed')
  assert.match(failed.error ?? '', /Check the secret access key/)
})
