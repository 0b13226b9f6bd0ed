// node bench/engine/killed.ts [--runs 50 --rounds 2]
// Runs of ten calls each. All servers are killed in the middle (SIGKILL) and restarted. Measures the time from the kill until the
// server is ready, until every run calls again and until every run has made its last call, and how many calls were made twice.
// Includes Restate if it is installed; its service is not killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import { findPort } from '../../scripts/server/port.ts'
import { startRestate } from './restate.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '50' }, rounds: { type: 'string', default: '2' } },
})
const runs = Number(values.runs)
const CALLS = 10
const CALL_MS = 150
const LIMIT_MS = 120_000
const host = '127.0.0.1'

/** The target of the calls: counts them, with a delay. */
async function startTarget() {
  const calls = new Map<string, number>()
  /** When a run called first since the kill. */
  const resumed = new Map<string, number>()
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    calls.set(url, (calls.get(url) ?? 0) + 1)
    const [run = ''] = url.split('?')
    if (!resumed.has(run)) resumed.set(run, Date.now())
    setTimeout(() => response.end('{}'), CALL_MS)
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const isDone = () => [...calls.keys()].filter((url) => url.endsWith(`n=${CALLS - 1}`)).length >= runs
  return {
    host: `${host}:${port}`,
    isBegun: () => calls.size > runs * 2,
    isDone,
    killed: () => resumed.clear(),
    resumedAt: () => Math.max(...resumed.values()),
    twice: () => [...calls.values()].filter((count) => count > 1).length,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
type Target = Awaited<ReturnType<typeof startTarget>>

/** One server and its restarts. */
type Server = {
  start: () => Promise<void>
  begin: (target: Target) => Promise<void>
  kill: () => Promise<void>
  stop: () => Promise<void>
}

async function ours(allowHosts: string): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-killed-'))
  const port = await findPort(0, host)
  const base = `http://${host}:${port}`
  let child: ChildProcess | null = null
  const kill = async (): Promise<void> => {
    if (child?.pid === undefined) return
    const exit = once(child, 'exit')
    process.kill(-child.pid, 'SIGKILL')
    await exit
    child = null
  }
  return {
    kill,
    start: async () => {
      const settings = {
        STATE_DIR: dir,
        PORT: String(port),
        RATE_LIMITS: 'false',
        OUTBOUND_ALLOW_HOSTS: allowHosts,
      }
      child = spawn(process.execPath, [inRoot('scripts/start.ts')], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, ...settings },
      })
      await until(async () => (await fetch(`${base}/health`)).ok)
    },
    begin: async (target) => {
      const person = { email: 'bench@example.com', password: 'Bench-them-all-1', name: 'Bench' }
      const { accessToken } = await post(`${base}/api/v1/auth/register`, person)
      const headers = { authorization: `Bearer ${accessToken}` }
      await post(`${base}/api/v1/users/subscription`, { plan: 'team' }, headers, 'PUT')
      const nodes = Array.from({ length: CALLS }, (_, n) => ({
        ...{ id: `c${n}`, type: 'http.request' },
        params: { url: `http://${target.host}/{{ run.id }}?n=${n}` },
      }))
      const edges = nodes.slice(1).map(({ id }, n) => ({ from: nodes[n]?.id, to: id }))
      const { id } = await post(
        `${base}/api/v1/workflows`,
        { name: 'Calls', definition: { nodes, edges } },
        headers,
      )
      await Promise.all(
        Array.from({ length: runs }, () => post(`${base}/api/v1/workflows/${id}/execute`, {}, headers)),
      )
    },
    stop: async () => {
      await kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function restate(): Promise<Server | null> {
  const server = await startRestate()
  if (server === null) return null
  let isUp = true
  return {
    start: async () => {
      if (!isUp) await server.restart()
      isUp = false
    },
    kill: server.kill,
    stop: server.stop,
    begin: async (target) => {
      await Promise.all(
        Array.from({ length: runs }, (_, run) =>
          post(`http://${host}:${server.port}/bench/calls/send`, {
            url: `http://${target.host}/${run}`,
            calls: CALLS,
          }),
        ),
      )
    },
  }
}

async function post(
  url: string,
  body: unknown,
  more: Record<string, string> = {},
  method = 'POST',
): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', ...more }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, string>
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<number> {
  const from = Date.now()
  while (Date.now() - from < LIMIT_MS) {
    if (await Promise.resolve(isSo()).catch(() => false)) return Date.now() - from
    await sleep(20)
  }
  throw new Error('It takes too long')
}

async function measure(name: string, make: (target: Target) => Promise<Server | null>): Promise<void> {
  const target = await startTarget()
  const server = await make(target)
  if (server === null) return target.stop()
  try {
    await server.start()
    await server.begin(target)
    await until(target.isBegun)
    await server.kill()
    target.killed()
    const killedAt = Date.now()
    await server.start()
    const readyMs = Date.now() - killedAt
    await until(target.isDone)
    const doneMs = Date.now() - killedAt
    const resumedMs = target.resumedAt() - killedAt - readyMs
    console.log(
      `${name}: ready ${readyMs} ms after the kill, the last of ${runs} runs went on ${resumedMs} ms after that, ` +
        `all were done ${doneMs} ms after the kill, ${target.twice()} calls made twice`,
    )
  } finally {
    await server.stop()
    target.stop()
  }
}

for (let round = 0; round < Number(values.rounds); round++) {
  await measure('Orrery', (target) => ours(target.host))
  await measure('Restate', restate)
}
