// A run whose file is damaged on disk: its object does not answer, and it can be deleted anyway.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, register, signIn } from './client.ts'
import {
  databaseFile,
  end,
  eventually,
  forget,
  type Installation,
  kill,
  newStateDir,
  readState,
  start,
  startAgain,
} from './installation.ts'

const RUNS = '/api/v1/workflows/executions'

let dir: string
let running: Installation | null = null

const server = (): Installation => {
  if (running === null) throw new Error('nothing runs')
  return running
}

beforeAll(async () => {
  dir = newStateDir()
  running = await start(dir)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

const filesOf = (): string[] => {
  const folder = join(dir, 'v3/do/orrery-RunHost')
  return readdirSync(folder).map((name) => join(folder, name))
}

async function startRun(token: string, node: Record<string, unknown>): Promise<string> {
  const json = { name: 'Damaged', definition: { nodes: [{ id: 'n', ...node }] } }
  const workflow = await call<{ id: string }>(server().url, 'POST', '/api/v1/workflows', { token, json })
  const path = `/api/v1/workflows/${workflow.body.id}/execute`
  const run = await call<{ id: string }>(server().url, 'POST', path, { token, json: {} })
  expect([200, 202]).toContain(run.status)
  return run.body.id
}

const listed = async (token: string): Promise<string[]> =>
  (await call<{ items: { id: string }[] }>(server().url, 'GET', RUNS, { token })).body.items.map(
    ({ id }) => id,
  )

test('an administrator deletes one that was active, its team one that had ended', async () => {
  const token = await register(server().url, 'damaged')
  const before = new Set(filesOf())
  const waiting = await startRun(token, { type: 'flow.waitForEvent', params: { name: 'go' } })
  const finished = await startRun(token, { type: 'flow.noop' })
  await eventually('both are in the index', async () => (await listed(token)).length === 2)
  kill(server().npm.pid, true)
  await server().ended
  for (const file of filesOf()) {
    if (before.has(file)) continue
    if (file.endsWith('.sqlite')) writeFileSync(file, readFileSync(file).fill(0x5a))
    else rmSync(file)
  }
  // As the sweep would have it after some minutes.
  const database = new DatabaseSync(databaseFile(dir))
  database.prepare('UPDATE runs SET stuck_since = 1 WHERE id = ?').run(waiting)
  database.close()
  running = await startAgain(dir, server())

  expect((await call(server().url, 'GET', `${RUNS}/${waiting}`, { token })).status).toBe(503)
  expect((await call(server().url, 'DELETE', `${RUNS}/${finished}`, { token })).status).toBe(204)
  const { adminPassword = '' } = readState<{ adminPassword: string }>(dir, 'secrets.json') ?? {}
  const admin = await signIn(server().url, 'admin@example.com', adminPassword)
  const stuck = await call<{ items: { id: string }[] }>(server().url, 'GET', '/api/v1/admin/runs/stuck', {
    token: admin,
  })
  expect(stuck.body.items).toMatchObject([{ id: waiting }])
  const path = `/api/v1/admin/runs/${waiting}`
  expect((await call(server().url, 'DELETE', path, { token: admin })).status).toBe(204)
  expect(await listed(token)).toEqual([])
})
