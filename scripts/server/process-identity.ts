// A process id alone proves nothing: ids are used again. Its start time, from the kernel, tells two apart.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export type ProcessIdentity = { pid: number; startedAt: string; command: string }

export function identify(pid: number): ProcessIdentity | null {
  const found = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  return found && { pid, ...found }
}

/** Whether that very process still runs. */
export function isRunning(known: ProcessIdentity): boolean {
  const found = identify(known.pid)
  return found !== null && found.startedAt === known.startedAt && found.command === known.command
}

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

type Found = { startedAt: string; command: string }

function fromProc(pid: number): Found | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold spaces: count from its end. Field 3 is the state, field 22 the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { startedAt: fields[19] ?? '', command }
  } catch {
    return null
  }
}

function fromPs(pid: number): Found | null {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'lstart=,args=', '-p', String(pid)], { encoding: 'utf8' })
    // lstart is always 24 characters: "Sat Nov 21 09:12:00 2026".
    return { startedAt: line.trim().slice(0, 24), command: line.trim().slice(24) }
  } catch {
    return null
  }
}
