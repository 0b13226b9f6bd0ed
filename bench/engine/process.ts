// The resources of a process, as reported by Linux.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const MS_OF_TICK = 10

/** `cpuMs` is the processor time so far. Other work on the machine hardly affects it. */
export type Held = { files: number; rssMb: number; cpuMs: number }

export function heldBy(pid: number): Held {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
  const [userTicks, systemTicks] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
    .split(' ')
    .slice(11, 13)
  const cpuMs = (Number(userTicks) + Number(systemTicks)) * MS_OF_TICK
  return { files: readdirSync(`/proc/${pid}/fd`).length, rssMb: Math.round(rssKb / 1024), cpuMs }
}

/** The size of a folder. A file that is deleted in the meantime does not count. */
export function heldOnDisk(dir: string): { files: number; kb: number } {
  let files = 0
  let bytes = 0
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(dir, name), { throwIfNoEntry: false })
    if (!stats?.isFile()) continue
    files++
    bytes += stats.blocks * 512
  }
  return { files, kb: bytes / 1024 }
}
