// A full disk: the real D1 and the real objects fail to write, requests are 503 with a retry time, and everything
// works once there is room. A limit on the size of files simulates the full disk, because it needs no special rights.
// Linux only.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, signIn } from './client.ts'
import { end, eventually, forget, type Installation, newStateDir, readState, start } from './installation.ts'

const workerd = (createRequire(import.meta.url)('workerd') as { default: string }).default

let dir: string
let running: Installation | null = null
let token: string

beforeAll(async () => {
  dir = newStateDir()
  // The signal of the limit would end the runtime. Without it, the write fails like on a full disk.
  const runtime = join(dir, 'workerd')
  writeFileSync(runtime, `#!/bin/sh\ntrap '' XFSZ\nexec ${workerd} "$@"\n`, { mode: 0o700 })
  running = await start(dir, { MINIFLARE_WORKERD_PATH: runtime })
  token = await signIn(
    running.url,
    'demo@example.com',
    readState<{ demoPassword: string }>(dir, 'secrets.json')?.demoPassword ?? '',
  )
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

const send = (path: string, json: unknown) =>
  call<{ id: string; code?: string }>(running?.url ?? '', 'POST', `/api/v1/workflows${path}`, { token, json })

const newWorkflow = () =>
  send('', { name: 'No room', definition: { nodes: [{ id: 'a', type: 'flow.noop' }] } })

const allowFiles = (size: string): void => {
  const pid = String(running?.owner().runtime?.pid)
  execFileSync('prlimit', ['--pid', pid, `--fsize=${size}:unlimited`])
}

test.runIf(process.platform === 'linux')(
  'while the disk is full each write is 503 with Retry-After, and later the same request succeeds',
  async () => {
    const workflow = await newWorkflow()
    expect(workflow.status).toBe(201)
    allowFiles('1000')
    const refused = [await newWorkflow(), await send(`/${workflow.body.id}/execute`, {}), await newWorkflow()]
    for (const { status, body, headers } of refused) {
      expect([status, body.code]).toEqual([503, 'service.unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(refused[0]?.headers.get('retry-after')).toBe('60')
    expect(running?.output()).toContain('SQLITE_IOERR')
    allowFiles('unlimited')
    await eventually('it takes workflows again', async () => (await newWorkflow()).status === 201)
    await eventually(
      'it runs them again',
      async () => (await send(`/${workflow.body.id}/execute`, {})).status < 300,
    )
  },
)
