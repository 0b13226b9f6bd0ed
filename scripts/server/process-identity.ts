// Process ids are reused, so an id alone proves nothing. The kernel's start time of the process makes it unique.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export type ProcessIdentity = { pid: number; startedAt: string }

export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  return startedAt === null ? null : { pid, startedAt }
}

/** Whether this exact process is still running. */
export const isRunning = (known: ProcessIdentity): boolean =>
  identify(known.pid)?.startedAt === known.startedAt

/** Kills it, with its process group if requested, and waits until it has ended. Returns false if it does not end. */
export async function endProcess(known: ProcessIdentity, group = false): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!isRunning(known)) return true
    try {
      process.kill(group ? -known.pid : known.pid, 'SIGKILL')
    } catch {
      // It ended between the check and the kill.
    }
    await sleep(50)
  }
  return false
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may contain spaces, so count from its end. Field 3 is the state, field 22 the start time in ticks since boot. The command
    // line is not useful: it is empty for a moment after a start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process is listed until its parent waits for it. While one of its threads is still ending, its ports and files are open.
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
