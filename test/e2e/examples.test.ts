// The commands of the documents and examples, executed on a fresh installation.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { parseHttpFile, runHttpFile } from './http-file.ts'
import { end, forget, type Installation, newStateDir, readState, start } from './installation.ts'

let dir: string
let running: Installation | null = null

beforeAll(async () => {
  dir = newStateDir()
  running = await start(dir)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

const EXAMPLES = inRoot('examples/http')

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.http')))(
  'each request of examples/http/%s is answered with the status that it states',
  async (name) => {
    const passwords = readState<{ adminPassword: string; demoPassword: string; mailboxToken: string }>(
      dir,
      'secrets.json',
    )
    const file = parseHttpFile(readFileSync(`${EXAMPLES}/${name}`, 'utf8'))
    const said: string[] = []
    const expected: string[] = []
    for await (const { request, answer } of runHttpFile(file, {
      host: running?.url ?? '',
      ...(file.variables.get('mailboxToken') === '' ? { mailboxToken: passwords?.mailboxToken ?? '' } : {}),
      ...(file.variables.get('password') === '' ? { password: passwords?.demoPassword ?? '' } : {}),
      ...(file.variables.get('adminPassword') === ''
        ? { adminPassword: passwords?.adminPassword ?? '' }
        : {}),
    })) {
      const what = `${request.title}: ${request.method} ${request.url}`
      expected.push(`${what} ${request.expect}`)
      said.push(`${what} ${answer.status}${answer.status === request.expect ? '' : ` ${answer.text}`}`)
    }
    expect(said).toEqual(expected)
    expect(said.length).toBeGreaterThan(3)
  },
)

test('the tour of the README runs as documented', async () => {
  const blocks = [...readFileSync(inRoot('README.md'), 'utf8').matchAll(/^```bash tour\n(.*?)^```$/gms)]
  const script = ['set -euo pipefail', ...blocks.map(([, commands]) => commands)].join('\n')
  const shell = spawn('bash', ['-c', script], {
    cwd: inRoot(),
    env: { ...process.env, STATE_DIR: dir, PORT: new URL(running?.url ?? '').port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors, code] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    new Promise<number | null>((resolve) => shell.on('close', resolve)),
  ])
  expect({ code, errors, blocks: blocks.length > 5 }).toEqual({ code: 0, errors: '', blocks: true })
  // What the text around the commands promises.
  expect(output).toContain('"total":30')
  expect(output).toMatch(/^event: run\.succeeded$/m)
  expect(output).toMatch(/"shipped": true/)
  expect(output).toMatch(/"action":"api_key\.created"/)
  expect(output).toMatch(/"ok":true/)
  expect(output).toMatch(/^orrery_http_requests_total\{/m)
})
