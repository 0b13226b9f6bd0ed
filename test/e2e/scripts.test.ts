// Every npm script starts. Long ones get input that makes them stop: the test is that they load and read their
// options.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { call } from './client.ts'
import {
  end,
  forget,
  freePort,
  type Installation,
  kill,
  newStateDir,
  readState,
  start,
} from './installation.ts'

type Short = { args?: string[]; code?: number; says: RegExp }

const NO_OPTION: Short = { args: ['--no-such-option'], code: 1, says: /Unknown option '--no-such-option'/ }

const VITEST_HELP: Short = { args: ['--help'], says: /vitest run \[\.\.\.filters\]/ }

const SHORT: Record<string, Short> = {
  'bench:deploy': NO_OPTION,
  'bench:agents': NO_OPTION,
  'bench:endurance': NO_OPTION,
  'bench:engine': NO_OPTION,
  'bench:fanout': NO_OPTION,
  'bench:finops': NO_OPTION,
  'bench:files': NO_OPTION,
  'bench:http': NO_OPTION,
  'bench:tasks': NO_OPTION,
  check: { args: ['--only', 'openapi'], says: /^1 passed, 0 failed$/m },
  'check:types': { args: ['--version'], says: /^Version \d/m },
  deploy: { code: 1, says: /run npm run setup:cloud first/ },
  format: { args: ['--help'], says: /--write/ },
  lint: { args: ['--help'], says: /--write/ },
  mutants: { args: ['--only', 'no such mutant'], code: 1, says: /No mutant has that name/ },
  'new-module': { code: 1, says: /Usage: npm run new-module/ },
  openapi: { args: ['--check'], says: /files are up to date/ },
  'setup:cloud': { args: ['--dry-run'], says: /npx wrangler d1 create/ },
  size: { says: /^total +[\d.]+ KiB minified/m },
  test: VITEST_HELP,
  'dev:console': { args: ['--help'], says: /vite/ },
  'test:bomb': VITEST_HELP,
  'test:chaos': VITEST_HELP,
  'test:kill': VITEST_HELP,
  'test:long': VITEST_HELP,
  'test:providers': { says: /skipped/ },
}

/** Started on an installation, below. */
const SERVING = ['start', 'demo', 'mail', 'dev', 'reset']

/** Installs packages from the network first. */
const LEFT_OUT = ['test:clients']

const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

const MAX_MS = 280_000

let dir: string
let running: Installation | null = null
let dev: ChildProcess | null = null

beforeAll(() => {
  dir = newStateDir()
})
afterAll(async () => {
  kill(dev?.pid, true)
  await end(running)
  forget(dir)
})

async function npmRun(name: string, args: string[] = [], settings: Record<string, string> = {}) {
  const npm = spawn('npm', ['run', '--silent', name, '--', ...args], {
    cwd: inRoot(),
    env: { ...process.env, STATE_DIR: dir, NO_COLOR: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  // A script that continues instead of stopping early must not run beside the other tests.
  const timer = setTimeout(() => kill(npm.pid, true), MAX_MS)
  const [stdout, stderr, [code]] = await Promise.all([text(npm.stdout), text(npm.stderr), once(npm, 'exit')])
  clearTimeout(timer)
  return { code, output: stdout + stderr }
}

test('every script is started by a test, and every referenced file exists', () => {
  expect([...Object.keys(SHORT), ...SERVING, ...LEFT_OUT].sort()).toEqual(Object.keys(scripts).sort())
  for (const command of Object.values(scripts))
    for (const [path] of command.matchAll(/\b(?:scripts|bench|test)\/[\w./-]+\.ts\b/g))
      expect(readFileSync(inRoot(path), 'utf8')).not.toBe('')
})

test.concurrent.each(Object.entries(SHORT))('npm run %s starts', async (name, { args, code = 0, says }) => {
  const answer = await npmRun(name, args)
  expect(answer.output).toMatch(says)
  expect(answer.code).toBe(code)
})

test('start serves, demo shows a run on it, and mail says where the stored mail is', async () => {
  running = await start(dir)
  const { port } = new URL(running.url)
  expect(await npmRun('demo', [], { PORT: port })).toMatchObject({
    code: 0,
    output: expect.stringContaining('"shipped": true'),
  })
  const { mailboxToken } = readState<{ mailboxToken: string }>(dir, 'secrets.json') ?? { mailboxToken: '' }
  expect(await npmRun('mail')).toMatchObject({
    code: 0,
    output: expect.stringContaining(`/dev/mailbox?token=${mailboxToken}`),
  })
  running.npm.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

test('dev serves the same state, and ends on request', async () => {
  const port = await freePort()
  const child = spawn('npm', ['run', 'dev'], {
    cwd: inRoot(),
    env: { ...process.env, STATE_DIR: dir, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  dev = child
  const ended = once(child, 'exit')
  let output = ''
  const isReady = new Promise<void>((resolve) =>
    child.stdout.on('data', (data) => {
      output += data
      if (output.includes(`Ready on http://localhost:${port}`)) resolve()
    }),
  )
  child.stderr.resume()
  await Promise.race([isReady, ended])
  expect(output).toContain('Sign in: demo@example.com')
  expect((await call(`http://localhost:${port}`, 'GET', '/health')).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('reset removes the state', async () => {
  expect(await npmRun('reset')).toMatchObject({
    code: 0,
    output: expect.stringContaining('Removed the state'),
  })
})
