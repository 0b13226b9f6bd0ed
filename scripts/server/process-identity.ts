// A process id alone proves nothing: ids are used again. Its start time, from the kernel, tells two apart.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export type ProcessIdentity = { pid: number; startedAt: string }

export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  return startedAt === null ? null : { pid, startedAt }
}

/** Whether that very process still runs. */
export const isRunning = (known: ProcessIdentity): boolean =>
  identify(known.pid)?.startedAt === known.startedAt

/** Ends it for good, with its process group if asked, and waits until it is gone; false when it would not go. */
export async function endProcess(known: ProcessIdentity, group = false): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!isRunning(known)) return true
    try {
      process.kill(group ? -known.pid : known.pid, 'SIGKILL')
    } catch {
      // It went on its own between the look and the kill.
    }
    await sleep(50)
  }
  return false
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold spaces: count from its end. Field 3 is the state, field 22 the start in ticks since
    // the machine came up. The command line would be no help: it reads empty for a moment after a start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process is listed until its parent asks for its end; but while one of its threads still winds down, its
    // ports and files are open.
    if (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return null
  }
}

function fromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}
