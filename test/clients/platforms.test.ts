// Sites that a running installation publishes at GitHub Pages, Netlify and Vercel. Its requests are checked against
// published contracts: GitHub's OpenAPI, Netlify's Swagger, the SDK and the client of Vercel. GitHub's repository is
// one of `git`, which computes its ids.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { hash } from '@vercel/client/dist/utils/hashes.js'
import { signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import { repositoryFolder } from '../fakes/platforms/github.ts'
import { type Judged, serveJudged } from './platforms/exchange.ts'
import { judgeByContract } from './platforms/openapi.ts'
import { type Account, connect, type Deployment, ended, publish, send } from './platforms/site.ts'
import { judgeBySdk } from './platforms/vercel-sdk.ts'

const contractOf = (name: string): object =>
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve(name), 'utf8'))

const SITE = {
  'index.html': '<!doctype html><p>Hello</p>',
  'assets/app-B7x9kQ22.js': 'console.log(1)',
  'assets/copy.js': 'console.log(1)',
  'assets.txt': 'sorts between a folder and its files',
  'Grüße und mehr/it’s (1)+2.txt': 'text',
  'empty.txt': '',
  'picture.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255, 128]),
}

const stateDir = newStateDir()
const folder = mkdtempSync(join(tmpdir(), 'orrery-platforms-'))
let installation: Installation
let platforms: Judged
let account: Account

before(async () => {
  platforms = await serveJudged({
    '/github': judgeByContract(contractOf('@octokit/openapi/generated/api.github.com.json')),
    '/netlify/[^/]+/api/v1': judgeByContract(contractOf('@netlify/open-api/dist/swagger.json')),
    '/vercel': await judgeBySdk(),
  })
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: new URL(platforms.url).host })
  account = {
    url: installation.url,
    token: await signInAsDemo(installation.url, stateDir),
  }
})

after(async () => {
  await end(installation)
  await platforms.close()
  forget(stateDir)
  rmSync(folder, { recursive: true, force: true })
})

const tokenFor = (type: string, apiUrl: string): Promise<string> =>
  connect(account, {
    ...{ type, name: `${type} account`, config: { apiUrl } },
    secrets: { token: `${type}-token-7f3a` },
    allowedHosts: [new URL(platforms.url).host],
  })

/** Redeploys, promotes, rolls back or deletes. */
async function follow(id: string, verb: string): Promise<Deployment> {
  const { status, body } = await send<Deployment>(account, 'POST', `/deployments/${id}/${verb}`, {})
  assert.equal(status, 201, JSON.stringify(body))
  return ended(account, body.id)
}

const remove = async (id: string): Promise<void> =>
  assert.equal((await send(account, 'DELETE', `/deployments/${id}`)).status, 204)

function requireReady({ status, error }: Deployment): void {
  assert.deepEqual([status, error], ['ready', null])
}

const git = (cwd: string, args: string[], env: Record<string, string> = {}, input = ''): string =>
  execFileSync('git', args, { cwd, input, encoding: 'utf8', env: { ...process.env, ...env } }).trim()

test('GitHub: requests match its OpenAPI, and trees and commits have the ids that git computes', async () => {
  const integrationId = await tokenFor('github', `${platforms.url}/github`)
  const where = { platform: 'github-pages', integrationId, project: 'acme/site', message: 'Grüße' }
  const first = await publish(account, SITE, where)
  requireReady(first)
  const { 'assets.txt': _gone, ...rest } = SITE
  const second = await publish(account, { ...rest, 'index.html': '<!doctype html><p>Again</p>' }, where)
  requireReady(second)
  const back = await follow(first.id, 'rollback')
  requireReady(back)

  const repository = repositoryFolder('acme/site')
  git(repository, ['fsck', '--strict', '--full'])
  assert.equal(git(repository, ['rev-parse', 'gh-pages']), back.platformId)
  // The same files, committed by git from a folder.
  const work = join(folder, 'work')
  mkdirSync(work)
  git(work, ['init', '-q'])
  for (const [name, content] of Object.entries({ ...SITE, '.nojekyll': '' })) {
    mkdirSync(dirname(join(work, name)), { recursive: true })
    writeFileSync(join(work, name), content)
  }
  git(work, ['add', '--all', '--force'])
  const tree = git(work, ['write-tree'])
  for (const { platformId } of [first, back])
    assert.equal(git(repository, ['rev-parse', `${platformId}^{tree}`]), tree)
  const date = first.createdAt.replace(/\.\d+Z$/, 'Z')
  const person = { NAME: 'Orrery', EMAIL: 'deployments@orrery.invalid', DATE: date }
  const as = ['AUTHOR', 'COMMITTER'].flatMap((who) =>
    Object.entries(person).map(([field, value]) => [`GIT_${who}_${field}`, value] as const),
  )
  const message = `Grüße\n\nDeployment: ${first.id}`
  const commit = git(work, ['commit-tree', tree], Object.fromEntries(as), message)
  assert.equal(first.platformId, commit)
  assert.equal(git(repository, ['rev-parse', `${second.platformId}^`]), first.platformId)
  await remove(back.id)
  assert.deepEqual(platforms.faults.splice(0), [])
})

test('Netlify: requests match its Swagger', async () => {
  const integrationId = await tokenFor('netlify', `${platforms.url}/netlify/docs/api/v1`)
  const settings = { redirects: [{ from: '/old', to: '/new', status: 302 }], spaFallback: true }
  const where = { platform: 'netlify', integrationId, project: 'docs', settings }
  const preview = await publish(account, SITE, { ...where, production: false })
  requireReady(preview)
  requireReady(await follow(preview.id, 'promote'))
  const second = await publish(account, { ...SITE, 'index.html': '<!doctype html><p>Again</p>' }, where)
  requireReady(second)
  assert.deepEqual([second.files.changed, second.files.sent], [1, 1])
  await remove(second.id)
  assert.deepEqual(platforms.faults.splice(0), [])
})

test('Vercel: calls match its SDK, bodies match its schemas, and digests match its client', async () => {
  const integrationId = await tokenFor('vercel', `${platforms.url}/vercel/shop`)
  const settings = { headers: [{ path: '/*', values: { 'x-frame-options': 'DENY' } }], spaFallback: true }
  const where = { platform: 'vercel', integrationId, project: 'shop', settings }
  const preview = await publish(account, SITE, { ...where, production: false })
  requireReady(preview)
  requireReady(await follow(preview.id, 'promote'))
  const uploads = platforms.seen.filter(({ path }) => path.endsWith('/v2/files'))
  assert.ok(uploads.length > 0)
  for (const { headers, body } of uploads) assert.equal(headers['x-vercel-digest'], hash(body))
  const digests = new Set(Object.values(SITE).map((content) => hash(Buffer.from(content))))
  for (const digest of digests)
    assert.equal(uploads.filter(({ headers }) => headers['x-vercel-digest'] === digest).length, 1)
  await remove(preview.id)
  assert.deepEqual(platforms.faults, [])
})
