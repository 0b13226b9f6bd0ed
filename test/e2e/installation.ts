// An installation under test: `npm start` in its own process group, on a state folder that outlives it.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from '../../scripts/server/paths.ts'
import { findPort } from '../../scripts/server/port.ts'
import type { Owner } from '../../scripts/server/state.ts'

const READY_MS = 150_000

export type Installation = {
  url: string
  output: () => string
  npm: ChildProcess
  /** The serving process and its runtime, as recorded in the state folder. */
  owner: () => Owner
  ended: Promise<number | null>
}

export const newStateDir = (): string => mkdtempSync(join(tmpdir(), 'orrery-e2e-'))

export const forget = (dir: string): void => rmSync(dir, { recursive: true, force: true })

export function readState<T>(dir: string, name: string): T | null {
  const path = join(dir, name)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null
}

/** The file of the installation's D1 database. */
export function databaseFile(dir: string): string {
  const folder = join(dir, 'v3/d1/miniflare-D1DatabaseObject')
  const name = readdirSync(folder).find((entry) => /^[0-9a-f]{64}\.sqlite$/.test(entry))
  if (!name) throw new Error(`There is no database in ${folder}`)
  return join(folder, name)
}

/** Below the ephemeral ports: an outgoing connection could take the port of a stopped server. */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = 20_000 + randomInt(10_000)
    if (await findPort(port, '127.0.0.1').catch(() => null)) return String(port)
  }
}

/** Starts without waiting, for starts that must fail. `before` is a shell command to run first. */
async function launch(dir: string, settings: Record<string, string> = {}, before = ':') {
  const port = settings.PORT ?? (await freePort())
  const npm = spawn('sh', ['-c', `${before} && exec npm start`], {
    cwd: inRoot(),
    env: { ...process.env, STATE_DIR: dir, RATE_LIMITS: 'false', ...settings, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  npm.stdout.on('data', (data) => {
    output += data
  })
  npm.stderr.on('data', (data) => {
    output += data
  })
  const ended = once(npm, 'exit').then(([code]) => code as number | null)
  return { npm, ended, output: () => output }
}

export async function start(dir: string, settings: Record<string, string> = {}): Promise<Installation> {
  const launched = await launch(dir, settings)
  const until = Date.now() + READY_MS
  while (Date.now() < until && launched.npm.exitCode === null) {
    const url = /^ready (\S+)$/m.exec(launched.output())?.[1]
    if (url) return { ...launched, url, owner: () => readState<Owner>(dir, 'owner.json') as Owner }
    await sleep(20)
  }
  kill(launched.npm.pid, true)
  throw new Error(`It did not get ready:\n${launched.output()}`)
}

/** A start that must be refused. If it becomes ready instead, it is ended and has no code. */
export async function startRefused(...args: Parameters<typeof launch>) {
  const launched = await launch(...args)
  while (launched.npm.exitCode === null && !/^ready /m.test(launched.output())) await sleep(20)
  if (launched.npm.exitCode === null) kill(launched.npm.pid, true)
  return { code: await launched.ended, output: launched.output() }
}

export function kill(pid: number | undefined, group = false): void {
  if (pid === undefined) return
  try {
    process.kill(group ? -pid : pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A dead process is listed until its parent waits for it.
  return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`It never came about that ${what}`)
    await sleep(50)
  }
}

/** Starts on the port of an earlier start, so that its tokens, which contain their issuer, stay valid. */
export const startAgain = (dir: string, earlier: Installation, settings: Record<string, string> = {}) =>
  start(dir, { PORT: new URL(earlier.url).port, ...settings })

/** Ends everything that a test left running. */
export async function end(installation: Installation | null): Promise<void> {
  if (!installation) return
  kill(installation.npm.pid, true)
  await installation.ended
}
