// Both servers as `npm start` runs one: built, minified, on a direct socket, on a fresh folder, tracing off.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle, type Project } from '../../scripts/server/bundle.ts'
import { openDatabase } from '../../scripts/server/database.ts'
import { findPort } from '../../scripts/server/port.ts'
import { startRuntime } from '../../scripts/server/runtime.ts'
import { serve } from '../../scripts/server/serve.ts'
import { readOwner, takeState } from '../../scripts/server/state.ts'

const host = '127.0.0.1'
/** Looked up once: each state that is taken moves it. */
const TMP = tmpdir()

const BASELINE: Project = {
  config: 'bench/engine/baseline.toml',
  sources: ['bench/engine/baseline.ts', 'bench/engine/baseline.toml', 'package-lock.json'],
  migrations: null,
}

export type Baseline = { port: number; inspectorPort: number | undefined; stop: () => Promise<void> }

export type Engine = Baseline & {
  headers: Record<string, string>
  /** The process of the runtime. */
  pid: number
  call: <Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
  newWorkflow: (definition: object, triggers?: object[]) => Promise<string>
}

export async function startBaseline(debuggable: boolean): Promise<Baseline> {
  const dir = mkdtempSync(join(TMP, 'orrery-baseline-'))
  const state = await takeState(dir)
  const bundle = await buildBundle(BASELINE)
  const database = await openDatabase(state, bundle)
  await database.batch([
    { sql: 'CREATE TABLE workflows (id TEXT PRIMARY KEY, definition TEXT NOT NULL)' },
    { sql: 'CREATE TABLE runs (id TEXT PRIMARY KEY, status TEXT NOT NULL)' },
    { sql: "INSERT INTO workflows VALUES ('wf', '{}')" },
  ])
  await database.close()
  const port = await findPort(0, host)
  const inspectorPort = debuggable ? await findPort(0, host) : undefined
  const miniflare = startRuntime({ state, bundle, host, port, settings: {}, inspectorPort })
  await miniflare.ready
  const stop = async () => {
    await miniflare.dispose()
    state.release()
    rmSync(dir, { recursive: true, force: true })
  }
  return { port, inspectorPort, stop }
}

export async function startEngine(debuggable: boolean, allowHosts = ''): Promise<Engine> {
  const dir = mkdtempSync(join(TMP, 'orrery-engine-'))
  process.env.RATE_LIMITS = 'false'
  process.env.OUTBOUND_ALLOW_HOSTS = allowHosts
  const state = await takeState(dir)
  const inspectorPort = debuggable ? await findPort(0, host) : undefined
  const server = await serve(state, { port: 0, host, inspectorPort })
  const port = Number(new URL(server.url).port)
  const pid = readOwner(dir)?.runtime?.pid
  if (pid === undefined) throw new Error('The runtime was not noted')
  let headers: Record<string, string> = {}
  const call: Engine['call'] = async (method, path, body, more = {}) => {
    const response = await fetch(`http://${host}:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers, ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as never
  }
  const person = { email: 'bench@example.com', password: 'Bench-them-all-1', name: 'Bench' }
  const { accessToken } = await call<{ accessToken: string }>('POST', '/api/v1/auth/register', person)
  headers = { authorization: `Bearer ${accessToken}` }
  const newWorkflow: Engine['newWorkflow'] = async (definition, triggers = []) => {
    const { id } = await call<{ id: string }>('POST', '/api/v1/workflows', {
      name: 'Bench',
      definition,
      triggers,
    })
    return id
  }
  const stop = async () => {
    await server.stop()
    state.release()
    rmSync(dir, { recursive: true, force: true })
  }
  return { port, inspectorPort, headers, pid, call, newWorkflow, stop }
}
