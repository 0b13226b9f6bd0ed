// The folder of an installation. Invariants:
// 1. Only one process uses it: the owner holds an exclusive SQLite lock, which the kernel releases when the process dies.
// 2. The runtime (workerd) outlives a killed owner. So its id is recorded before it gets its configuration, and the next owner ends it before opening
//    the data.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './paths.ts'
import { endProcess, type ProcessIdentity } from './process-identity.ts'

export type Owner = {
  pid: number
  port: number | null
  /** The process that must end before the data is opened again; with `group`, its whole process group. */
  runtime: ProcessIdentity | null
  group: boolean
}

export type State = {
  dir: string
  file: (name: string) => string
  /** Records the port and the runtime for the next owner. */
  note: (changes: Partial<Omit<Owner, 'pid'>>) => void
  release: () => void
}

export class StateInUseError extends Error {
  readonly owner: Owner | null

  constructor(dir: string, owner: Owner | null) {
    const who = owner ? ` (process ${owner.pid}${owner.port ? `, port ${owner.port}` : ''})` : ''
    super(
      `The state in ${dir} is in use by another Orrery${who}. Stop that one, or set STATE_DIR to another folder.`,
    )
    this.name = 'StateInUseError'
    this.owner = owner
  }
}

export const stateDir = (): string => resolve(ROOT, process.env.STATE_DIR || '.orrery')

/** How long a dying owner may take to release the lock. */
const PATIENCE_MS = 3_000

export async function takeState(dir: string, patienceMs = PATIENCE_MS): Promise<State> {
  keepToOurselves(dir)
  const file = (name: string) => join(dir, name)
  const lock = await takeLock(file('lock.sqlite'), Date.now() + patienceMs)
  if (!lock) throw new StateInUseError(dir, readOwner(dir))

  const last = readOwner(dir)
  if (last?.runtime && !(await endProcess(last.runtime, last.group)))
    throw new Error(`The runtime of an earlier start (process ${last.runtime.pid}) does not end.`)

  // Puts the runtime's temporary files where a killed owner cannot leave them behind permanently.
  rmSync(file('tmp'), { recursive: true, force: true })
  mkdirSync(file('tmp'), { recursive: true })
  process.env.TMPDIR = file('tmp')

  const owner: Owner = { pid: process.pid, port: null, runtime: null, group: false }
  const note = (changes: Partial<Owner>) => writeWhole(file('owner.json'), Object.assign(owner, changes))
  note({})
  return {
    dir,
    file,
    note,
    release: () => {
      if (!lock.isOpen) return
      // A runtime whose end was not observed stays recorded, so that the next owner ends it.
      if (owner.runtime === null) rmSync(file('owner.json'), { force: true })
      rmSync(file('tmp'), { recursive: true, force: true })
      lock.close()
    },
  }
}

/** The folder contains keys, mail and the data of all teams, so other users of this machine must not read it. */
function keepToOurselves(dir: string): void {
  process.umask(0o077)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const path of [dir, join(dir, 'v3'), join(dir, 'tmp')]) if (existsSync(path)) closeToOthers(path)
}

function closeToOthers(path: string): void {
  if ((statSync(path).mode & 0o077) === 0) return
  try {
    chmodSync(path, 0o700)
  } catch (error) {
    console.error(`Other users of this machine can look into ${path}: ${(error as Error).message}`)
  }
}

/** The recorded owner; it may have died. */
export function readOwner(dir: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as Owner
  } catch {
    return null
  }
}

/** Written to a temporary file and renamed, so that a kill leaves the old or the new file, never a part of one. */
export function writeWhole(path: string, value: unknown): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(beside, path)
}

async function takeLock(path: string, until: number): Promise<DatabaseSync | null> {
  for (;;) {
    const lock = new DatabaseSync(path)
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return lock
    } catch (error) {
      lock.close()
      if (!String(error).includes('locked')) throw error
      if (Date.now() >= until) return null
      await sleep(100)
    }
  }
}
