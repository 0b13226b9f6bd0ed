// Restate as a comparison, if it is installed: `npm ci --prefix bench/engine/restate`. Its package contains the
// server. The service that it calls is a separate process.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from '../../scripts/server/paths.ts'
import { findPort } from '../../scripts/server/port.ts'

const host = '127.0.0.1'
const PACKAGES = 'bench/engine/restate/node_modules/@restatedev'
const READY_MS = 30_000

export type Restate = {
  /** Where runs are started. */
  port: number
  /** The server and the service. */
  pids: number[]
  dir: string
  /** Kills only the server, like a crash. */
  kill: () => Promise<void>
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/** Null if it is not installed. */
export async function startRestate(): Promise<Restate | null> {
  const program = inRoot(`${PACKAGES}/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
  if (!existsSync(program)) return null
  const dir = mkdtempSync(join(tmpdir(), 'orrery-restate-'))
  const [port, admin, node, services] = await freePorts(4)
  const service = fork(inRoot('bench/engine/restate/service.ts'), {
    env: { ...process.env, PORT: String(services) },
  })
  await once(service, 'message')
  const startServer = (): ChildProcess =>
    spawn(program, ['--base-dir', dir], { stdio: 'ignore', env: serverEnv })
  const serverEnv = {
    ...process.env,
    RESTATE_LOG_FILTER: 'error',
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_BIND_ADDRESS: `${host}:${node}`,
    RESTATE_ADVERTISED_ADDRESS: `http://${host}:${node}`,
    RESTATE_INGRESS__BIND_ADDRESS: `${host}:${port}`,
    RESTATE_ADMIN__BIND_ADDRESS: `${host}:${admin}`,
  }
  let server = startServer()
  const stop = async (): Promise<void> => {
    await Promise.all([ended(server), ended(service)])
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await register(`http://${host}:${admin}/deployments`, `http://${host}:${services}`)
    await answers(`http://${host}:${port}/bench/line`)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    port: Number(port),
    pids: [Number(server.pid), Number(service.pid)],
    dir,
    kill: () => ended(server),
    restart: async () => {
      server = startServer()
      await answers(`http://${host}:${port}/bench/line`)
    },
    stop,
  }
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = await findPort(0, host)
    if (!ports.includes(port)) ports.push(port)
  }
  return ports
}

const register = (admin: string, uri: string): Promise<void> => retried(() => post(admin, { uri }))
const answers = (url: string): Promise<void> => retried(() => post(url, { length: 1 }))

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
}

async function retried(work: () => Promise<void>): Promise<void> {
  const until = Date.now() + READY_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(100)
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
