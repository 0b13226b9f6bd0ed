// Both servers, started like `npm start` does: built, minified, on a direct socket, each with a new folder and 10,000
// rows.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle, type Project } from '../../scripts/server/bundle.ts'
import { openDatabase, type Sql } from '../../scripts/server/database.ts'
import { findPort } from '../../scripts/server/port.ts'
import { startRuntime } from '../../scripts/server/runtime.ts'
import { serve } from '../../scripts/server/serve.ts'
import { takeState } from '../../scripts/server/state.ts'

export const ROWS = 10_000

export type Measured = {
  port: number
  /** Only for profiling, because an open inspector costs time. */
  inspectorPort: number | undefined
  /** Ids of rows to read. */
  ids: string[]
  headers: Record<string, string>
  stop: () => Promise<void>
}

const BARE: Project = {
  config: 'bench/http/bare.toml',
  sources: ['bench/http/bare.ts', 'bench/http/bare.toml', 'package-lock.json'],
  migrations: null,
  assets: false,
}

const host = '127.0.0.1'
/** Found once, because each reserved folder changes it. */
const TMP = tmpdir()
const newId = (prefix: string, n: number) => `${prefix}_${n.toString().padStart(26, '0')}`

export async function startBare(debuggable: boolean): Promise<Measured> {
  const dir = mkdtempSync(join(TMP, 'orrery-bare-'))
  const state = await takeState(dir)
  const bundle = await buildBundle(BARE)
  const ids = Array.from({ length: ROWS }, (_, n) => newId('item', n))
  const database = await openDatabase(state, bundle)
  await database.batch([
    {
      sql: `CREATE TABLE items (id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, personal INTEGER NOT NULL,
        owner_id TEXT NOT NULL, plan TEXT NOT NULL, role TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL)`,
    },
  ])
  await fill(database.batch, (n) => ({
    sql: `INSERT INTO items VALUES (?, ?, 'An item to be read', 0, ?, 'free', 'member', 1, ?, ?)`,
    params: [ids[n] as string, `Item ${n}`, newId('usr', 0), n, n],
  }))
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
  return { port, inspectorPort, ids, headers: {}, stop }
}

export async function startOurs(debuggable: boolean): Promise<Measured> {
  const dir = mkdtempSync(join(TMP, 'orrery-bench-'))
  process.env.RATE_LIMITS = 'false'
  const state = await takeState(dir)
  const inspectorPort = debuggable ? await findPort(0, host) : undefined
  const server = await serve(state, { port: 0, host, inspectorPort })
  const port = Number(new URL(server.url).port)
  const call = async (method: string, path: string, body: unknown, token?: string) => {
    const response = await fetch(`http://${host}:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as { accessToken: string; user: { id: string } }
  }
  const password = 'Bench-them-all-1'
  const register = (name: string) =>
    call('POST', '/api/v1/auth/register', { email: `${name}@example.com`, password, name })
  const [owner, reader] = [await register('owner'), await register('reader')]
  await call('PUT', '/api/v1/users/subscription', { plan: 'team' }, reader.accessToken)

  // The rows belong to another user. If the reader owned them, each create would count them all.
  const ids = Array.from({ length: ROWS }, (_, n) => newId('team', n))
  await fill(server.batch, (n) => ({
    sql: `INSERT INTO teams (id, name, description, owner_id, created_at, updated_at) VALUES (?, ?, 'A team to be read', ?, ?, ?)`,
    params: [ids[n] as string, `Team ${n}`, owner.user.id, n, n],
  }))
  await fill(server.batch, (n) => ({
    sql: `INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'member', ?)`,
    params: [ids[n] as string, reader.user.id, n],
  }))
  const stop = async () => {
    await server.stop()
    state.release()
    rmSync(dir, { recursive: true, force: true })
  }
  return { port, inspectorPort, ids, headers: { authorization: `Bearer ${reader.accessToken}` }, stop }
}

async function fill(batch: (statements: Sql[]) => Promise<unknown>, row: (n: number) => Sql): Promise<void> {
  for (let from = 0; from < ROWS; from += 1_000)
    await batch(Array.from({ length: 1_000 }, (_, n) => row(from + n)))
}
