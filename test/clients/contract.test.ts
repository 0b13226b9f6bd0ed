// Third-party tools check the contract: linters report no errors in it, and two generators create clients that
// compile and run a program. The clients are generated each time, in a folder that is removed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { inRoot } from '../../scripts/server/paths.ts'
import { signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'

const FOLDER = inRoot('test/clients')
const CONTRACT = inRoot('docs/openapi.json')
const made = mkdtempSync(join(FOLDER, '.made-'))

function tool(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(join(FOLDER, 'node_modules/.bin', program), args, {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return stdout
}

let server: Installation
let token: string
const stateDir = newStateDir()

before(async () => {
  server = await start(stateDir)
  token = await signInAsDemo(server.url, stateDir)
})

after(async () => {
  await end(server)
  forget(stateDir)
  rmSync(made, { recursive: true })
})

test('Spectral reports no error', () => {
  tool('spectral', 'lint', CONTRACT, '--ruleset', '.spectral.yaml', '--fail-severity', 'error')
})

test('Redocly reports no error', () => {
  tool('redocly', 'lint', CONTRACT, '--config', 'redocly.yaml', '--format', 'summary')
})

/** Compiles and runs a program, which prints its results as JSON. */
function runProgram(name: string, program: string): unknown {
  const file = join(made, `${name}.ts`)
  writeFileSync(file, program)
  const options =
    '--strict --noEmit --skipLibCheck --target es2023 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable --types node'
  tool('tsc', ...options.split(' '), '--allowImportingTsExtensions', file)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', join(FOLDER, 'extensions.mjs'), file],
    {
      encoding: 'utf8',
      env: { ...process.env, ORRERY_URL: server.url, ORRERY_TOKEN: token },
    },
  )
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout.split('\n').at(-2) ?? '')
}

const EXPECTED = {
  status: 'succeeded',
  output: 'Hello Ada',
  last: 'run.succeeded',
  found: 3,
  refused: 'workflow.invalid',
}

const DEFINITION = `{
  nodes: [{ id: 'greet', type: 'data.set', params: { values: { text: 'Hello {{ input.name }}' } } }],
  output: '{{ nodes.greet.text }}',
}`

test('a client of openapi-typescript and openapi-fetch creates, starts, follows and pages', () => {
  // Fields with a default may be left out of a request.
  tool('openapi-typescript', CONTRACT, '-o', join(made, 'schema.d.ts'), '--default-non-nullable', 'false')
  const found = runProgram(
    'fetch-client',
    `import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

const api = createClient<paths>({
  baseUrl: process.env.ORRERY_URL ?? '',
  headers: { authorization: \`Bearer \${process.env.ORRERY_TOKEN}\` },
})
const workflow = await api.POST('/api/v1/workflows', { body: { name: 'By openapi-fetch', definition: ${DEFINITION} } })
const id = workflow.data?.id ?? ''
let last = ''
let run: { status: string; output?: unknown } | undefined
for (let i = 0; i < 3; i++) {
  const started = await api.POST('/api/v1/workflows/{id}/execute', {
    params: { path: { id }, header: { Prefer: 'wait=20' } },
    body: { input: { name: 'Ada' } },
  })
  run = started.data
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await api.GET('/api/v1/runs/{id}/events', {
      params: { path: { id: started.data?.id ?? '' }, query: { limit: 2, ...(cursor ? { cursor } : {}) } },
      headers: { accept: 'application/json' },
    })
    if (page.data === undefined || typeof page.data === 'string') throw new Error('a page was asked for')
    last = page.data.items.at(-1)?.type ?? last
    cursor = page.data.nextCursor
  }
}
const seen: string[] = []
// A list may lag behind its runs by a moment.
await new Promise((resolve) => setTimeout(resolve, 2_000))
for (let cursor: string | null | undefined; cursor !== null; ) {
  const page = await api.GET('/api/v1/runs', { params: { query: { workflowId: id, limit: 2, ...(cursor ? { cursor } : {}) } } })
  seen.push(...(page.data?.items ?? []).map((one) => one.id))
  cursor = page.data?.nextCursor ?? null
}
const bad = await api.POST('/api/v1/workflows', { body: { name: 'Bad', definition: { nodes: [{ id: 'a', type: 'no.such' }] } } })
console.log(JSON.stringify({ status: run?.status, output: run?.output, last, found: new Set(seen).size, refused: bad.error?.code }))
`,
  )
  assert.deepEqual(found, EXPECTED)
})

test('a client of @hey-api/openapi-ts creates, starts, follows and pages', () => {
  tool('openapi-ts', '-i', CONTRACT, '-o', join(made, 'hey'))
  const found = runProgram(
    'hey-client',
    `import { client } from './hey/client.gen'
import { runsGet, runsList, runsListEvents, runsStart, workflowsCreate } from './hey/index'

client.setConfig({ baseUrl: process.env.ORRERY_URL ?? '', auth: () => process.env.ORRERY_TOKEN })
const workflow = await workflowsCreate({ body: { name: 'By openapi-ts', definition: ${DEFINITION} }, throwOnError: true })
const { id } = workflow.data
let last = ''
let run: { status: string; output?: unknown } | undefined
for (let i = 0; i < 3; i++) {
  const started = await runsStart({ path: { id }, body: { input: { name: 'Ada' } }, headers: { Prefer: 'wait=20' }, throwOnError: true })
  run = (await runsGet({ path: { id: started.data.id }, throwOnError: true })).data
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await runsListEvents({
      path: { id: started.data.id },
      query: { limit: 2, ...(cursor ? { cursor } : {}) },
      headers: { accept: 'application/json' },
      throwOnError: true,
    })
    if (typeof page.data === 'string') throw new Error('a page was asked for')
    last = page.data.items.at(-1)?.type ?? last
    cursor = page.data.nextCursor
  }
}
const seen: string[] = []
// A list may lag behind its runs by a moment.
await new Promise((resolve) => setTimeout(resolve, 2_000))
for (let cursor: string | null | undefined; cursor !== null; ) {
  const page = await runsList({ query: { workflowId: id, limit: 2, ...(cursor ? { cursor } : {}) }, throwOnError: true })
  seen.push(...page.data.items.map((one) => one.id))
  cursor = page.data.nextCursor
}
const bad = await workflowsCreate({ body: { name: 'Bad', definition: { nodes: [{ id: 'a', type: 'no.such' }] } } })
console.log(JSON.stringify({ status: run?.status, output: run?.output, last, found: new Set(seen).size, refused: bad.error?.code }))
`,
  )
  assert.deepEqual(found, EXPECTED)
})
