// Both servers, started like `npm start` does: built, minified, on a direct socket, with a new folder, tracing off.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle, type Project } from '../../scripts/server/bundle.ts'
import { openDatabase, type Row, type Sql } from '../../scripts/server/database.ts'
import { findPort } from '../../scripts/server/port.ts'
import { noteRuntimes, startRuntime } from '../../scripts/server/runtime.ts'
import { serve } from '../../scripts/server/serve.ts'
import { readOwner, takeState } from '../../scripts/server/state.ts'

const host = '127.0.0.1'
/** Found once, because each reserved folder changes it. */
const TMP = tmpdir()

/** A separate Worker with the configuration `<path>.toml`. */
const projectOf = (path: string): Project => ({
  config: `${path}.toml`,
  sources: [`${path}.ts`, `${path}.toml`, 'package-lock.json'],
  migrations: null,
  assets: false,
})

export type Baseline = {
  port: number
  /** The process of the runtime. */
  pid: number
  stop: () => Promise<void>
}

export type Engine = Baseline & {
  /** Its state folder. */
  dir: string
  teamId: string
  /** Only for profiling, because an open inspector costs time. */
  inspectorPort: number | undefined
  headers: Record<string, string>
  call: <Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
  newWorkflow: (definition: object, triggers?: object[]) => Promise<string>
  /** Writes directly to its database. */
  batch: (statements: Sql[]) => Promise<Row[][]>
  /** Runs the cron task of every minute once. */
  tick: () => Promise<void>
}

export const startBaseline = (allowHosts: string): Promise<Baseline> =>
  startWorker('bench/engine/baseline', { OUTBOUND_ALLOW_HOSTS: allowHosts }, [
    { sql: 'CREATE TABLE workflows (id TEXT PRIMARY KEY, definition TEXT NOT NULL)' },
    { sql: 'CREATE TABLE runs (id TEXT PRIMARY KEY, status TEXT NOT NULL)' },
    { sql: "INSERT INTO workflows VALUES ('wf', '{}')" },
  ])

export async function startWorker(
  path: string,
  settings: Record<string, string> = {},
  rows: Sql[] = [],
): Promise<Baseline> {
  const dir = mkdtempSync(join(TMP, 'orrery-baseline-'))
  const state = await takeState(dir)
  const bundle = await buildBundle(projectOf(path))
  if (rows.length > 0) {
    const database = await openDatabase(state, bundle)
    await database.batch(rows)
    await database.close()
  }
  const port = await findPort(0, host)
  const forgetRuntimes = noteRuntimes(state)
  const miniflare = startRuntime({
    state,
    bundle,
    host,
    port,
    settings,
  })
  await miniflare.ready
  forgetRuntimes()
  const stop = async () => {
    await miniflare.dispose()
    state.note({ runtime: null })
    state.release()
    rmSync(dir, { recursive: true, force: true })
  }
  return { port, pid: pidOf(dir), stop }
}

function pidOf(dir: string): number {
  const pid = readOwner(dir)?.runtime?.pid
  if (pid === undefined) throw new Error('The runtime was not noted')
  return pid
}

export async function startEngine(debuggable: boolean, allowHosts = ''): Promise<Engine> {
  const dir = mkdtempSync(join(TMP, 'orrery-engine-'))
  process.env.RATE_LIMITS = 'false'
  process.env.OUTBOUND_ALLOW_HOSTS = allowHosts
  const state = await takeState(dir)
  const inspectorPort = debuggable ? await findPort(0, host) : undefined
  const server = await serve(state, { port: 0, host, inspectorPort })
  const port = Number(new URL(server.url).port)
  const pid = pidOf(dir)
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
  // The only plan without a limit of runs.
  await call('PUT', '/api/v1/users/subscription', { plan: 'team' })
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
  const tick = async () => {
    const query = new URLSearchParams({ cron: '* * * * *' })
    const response = await server.miniflare.dispatchFetch(`http://localhost/cdn-cgi/local/scheduled?${query}`)
    if (!response.ok) throw new Error(await response.text())
  }
  const { items } = await call<{ items: { id: string }[] }>('GET', '/api/v1/teams')
  const teamId = items[0]?.id ?? ''
  return {
    ...{ dir, port, inspectorPort, headers, pid, teamId, batch: server.batch },
    ...{ call, newWorkflow, tick, stop },
  }
}
