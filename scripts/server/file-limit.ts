// Each loaded run holds files open. A runtime without free file descriptors crashes with all its runs, so a limit that is too low is rejected
// before anything is opened.
import { execFileSync } from 'node:child_process'

const LEAST_FILES = 4_096

/** The limit for a child of this process. Node has already raised the soft limit to the hard one. */
function readFileLimit(): number {
  const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
}

export function requireFileLimit(): void {
  const limit = readFileLimit()
  if (!(limit < LEAST_FILES)) return
  throw new Error(
    `The limit of open files is ${limit}, and Orrery needs ${LEAST_FILES}. ` +
      'Raise it in this shell with "ulimit -n 65536", or for a service with LimitNOFILE=65536.',
  )
}
