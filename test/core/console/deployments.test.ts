// Deployments in the console: what can be done with one, its form, its log and its rules.
import { expect, test } from 'vitest'
import {
  progressOf,
  sourceText,
  verbsOf,
  webAddress,
} from '../../../console/src/features/deployments/model/deployment.ts'
import { queryOf, readDeploymentFilter } from '../../../console/src/features/deployments/model/filter.ts'
import {
  bodyOf,
  EMPTY,
  type Form,
  formLike,
  hasSource,
  settingsOf,
  targetOf,
} from '../../../console/src/features/deployments/model/form.ts'
import { hasGap, merged } from '../../../console/src/features/deployments/model/log.ts'
import {
  headerText,
  readHeaders,
  readRedirects,
  redirectText,
} from '../../../console/src/features/deployments/model/rules.ts'
import { folderFor, sourceFor } from '../../../console/src/features/deployments/model/upload.ts'
import { listPlatforms } from '../../../src/modules/deployments/service/read.ts'

const ENDED = { readyAt: null, error: null, environment: 'production' }
const READY = { ...ENDED, status: 'ready', readyAt: '2026-01-31T12:00:00.000Z' }

test.each([
  [{ ...ENDED, status: 'queued' }, ['cancel']],
  [{ ...ENDED, status: 'processing' }, ['refresh', 'cancel']],
  [READY, ['delete', 'redeploy', 'rollback']],
  [{ ...READY, environment: 'preview' }, ['delete', 'redeploy', 'promote']],
  [{ ...ENDED, status: 'failed' }, ['delete', 'redeploy']],
  [{ ...ENDED, status: 'failed', error: { code: 'deployment.timeout' } }, ['delete', 'refresh', 'redeploy']],
])('%j can: %j', (deployment, verbs) => {
  expect(verbsOf(deployment)).toEqual(verbs)
})

test('the progress grows with the files that are sent', () => {
  const files = { changed: 10, sent: 5 }
  const steps = ['queued', 'uploading', 'processing', 'ready'].map((status) => progressOf({ status, files }))
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect(progressOf({ status: 'uploading', files: { changed: 0, sent: 0 } })).toBe(5)
})

test.each([
  ['https://a.example/x', 'https://a.example/x'],
  ['javascript:alert(1)', null],
  [null, null],
])('of the address %s, a link leads to %s', (url, address) => {
  expect(webAddress(url)).toBe(address)
})

const FORM: Form = { ...EMPTY, platform: 'netlify', integrationId: 'int_1', project: ' docs ' }
const NETLIFY = { previews: true, settings: ['spaFallback'] }

test.each([
  [{ kind: 'prefix', prefix: 'site/ ', base: 'dist' }, { prefix: 'site/' }],
  [
    { kind: 'zip', zip: 'a.zip', base: ' dist ' },
    { zip: 'a.zip', base: 'dist' },
  ],
  [{ kind: 'runId', runId: 'run_1' }, { runId: 'run_1' }],
  [
    {
      kind: 'files',
      files: [
        { file: 'a.html', path: '' },
        { file: 'b.html', path: 'index.html' },
      ],
    },
    { files: ['a.html', { file: 'b.html', path: 'index.html' }] },
  ],
] as [Partial<Form>, object][])('the form %j sends the source %j', (change, source) => {
  expect(targetOf({ ...FORM, ...change }, NETLIFY)).toMatchObject({ project: 'docs', source })
})

test('settings of another platform are not sent, and a platform without previews always publishes', () => {
  const form = { ...FORM, prefix: 'x/', settings: { spaFallback: true, branch: 'gh-pages' }, message: ' ' }
  expect(bodyOf(form, NETLIFY)).toMatchObject({ production: false, settings: { spaFallback: true } })
  expect(bodyOf(form, { previews: false, settings: [] })).toMatchObject({ production: true })
  expect(bodyOf(form, { previews: false, settings: [] })).not.toHaveProperty('settings')
  expect(bodyOf(form, NETLIFY)).not.toHaveProperty('message')
})

test('a form like an earlier deployment sends the same target', () => {
  const earlier = {
    platform: 'netlify',
    integrationId: 'int_1',
    project: 'docs',
    environment: 'production',
    source: { files: ['a.html', { file: 'b.html', path: 'c.html' }, { $file: 'file_1' }], base: 'dist' },
    settings: { spaFallback: true },
  }
  expect(targetOf(formLike(earlier), NETLIFY)).toEqual({
    platform: 'netlify',
    integrationId: 'int_1',
    project: 'docs',
    source: { files: ['a.html', { file: 'b.html', path: 'c.html' }, 'file_1'], base: 'dist' },
    production: true,
    settings: { spaFallback: true },
  })
  expect(formLike({ ...earlier, source: null }).kind).toBe('prefix')
})

test('a form without files cannot be sent', () => {
  expect(hasSource(FORM)).toBe(false)
  expect(hasSource({ ...FORM, kind: 'zip', zip: 'a.zip' })).toBe(true)
  expect(hasSource({ ...FORM, kind: 'files' })).toBe(false)
})

test('the form of each platform has a field for each setting that it takes', () => {
  for (const { settings, settingsSchema } of listPlatforms().items) {
    const names = settingsOf(settingsSchema).map(({ name }) => name)
    expect([...names, 'headers', 'redirects'].filter((name) => settings.includes(name)).toSorted()).toEqual(
      settings.toSorted(),
    )
    expect(names.every((name) => settings.includes(name))).toBe(true)
    expect(settingsOf(settingsSchema).every(({ description }) => description !== '')).toBe(true)
  }
})

test('the server describes the settings of the form, and rules have fields of their own', () => {
  const schema = { properties: { branch: { type: 'string', description: 'The branch.' }, headers: {} } }
  expect(settingsOf(schema)).toEqual([
    {
      path: 'settings/branch',
      name: 'branch',
      description: 'The branch.',
      schema: { type: 'string' },
      isRequired: false,
      isSecret: false,
    },
  ])
})

const line = (seq: number) => ({ seq, at: '', level: 'info' as const, message: `${seq}` })

test('lines of the log that arrive twice and out of order are shown once and in order', () => {
  const lines = merged([line(3), line(2)], new Map([line(3), line(5)].map((one) => [one.seq, one])))
  expect(lines.map(({ seq }) => seq)).toEqual([2, 3, 5])
  expect(hasGap(lines)).toBe(true)
  expect(hasGap([line(7), line(8)])).toBe(false)
})

test('redirects and headers are read as they are written', () => {
  const redirects = '/old /new 301\n/a/* https://b.example/:splat'
  expect(redirectText(readRedirects(redirects).rules)).toBe(redirects)
  expect(readRedirects('# a comment\n\n/x /y').rules).toEqual([{ from: '/x', to: '/y' }])
  expect(readRedirects('/old').fault).toMatch(/"\/old"/)
  expect(readRedirects('/old /new 200').fault).not.toBeNull()
  const headers = '/* X-A: 1\n/* X-B: a: b'
  expect(readHeaders(headers).rules).toEqual([{ path: '/*', values: { 'X-A': '1', 'X-B': 'a: b' } }])
  expect(headerText(readHeaders(headers).rules)).toBe(headers)
  expect(readHeaders('/* broken').fault).not.toBeNull()
})

test('each upload of a site has a folder of its own', () => {
  const folder = folderFor('owner/my site', new Date('2026-01-31T12:00:00Z'))
  expect(folder).toBe('sites/owner-my-site/2026-01-31 12-00-00')
  expect(folderFor('/', new Date(0))).toBe('sites/site/1970-01-01 00-00-00')
  expect(sourceFor([{ path: 'a.ZIP' }], 'f')).toEqual({ kind: 'zip', zip: 'f/a.ZIP' })
  expect(sourceFor([{ path: 'dist/a' }, { path: 'dist/b/c' }], 'f')).toEqual({
    kind: 'prefix',
    prefix: 'f/dist/',
  })
  expect(sourceFor([{ path: 'a' }, { path: 'dist/b' }], 'f')).toEqual({ kind: 'prefix', prefix: 'f/' })
})

test.each([
  [{ zip: 'a.zip', base: 'dist' }, 'a.zip, folder dist'],
  [{ files: [1] }, '1 file'],
  [{ prefix: 'site/' }, 'site/'],
  [null, '0 files'],
])('the source %j is "%s"', (source, text) => {
  expect(sourceText(source)).toBe(text)
})

test('the filters of the list ignore what they do not know', () => {
  const filter = readDeploymentFilter({ state: 'active', platform: 'ftp', project: ' docs ', other: 1 })
  expect(filter).toEqual({ state: 'active', project: 'docs' })
  // The URL has more than filters, such as the team.
  const search = { ...filter, integration: 'int_1', team: 'team_1' }
  expect(queryOf(search)).toEqual({
    project: 'docs',
    integrationId: 'int_1',
    status: 'queued,preparing,uploading,processing',
  })
})
