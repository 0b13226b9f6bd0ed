// D1 hops between threads for each question, so that a machine with other work to do shows a third of its rate. A round
// therefore begins when the machine has been idle for a moment.
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const IDLE_SHARE = 0.85
const LOOK_MS = 400

/** True when it became quiet in time. */
export async function untilQuiet(patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs
  do {
    const before = times()
    await sleep(LOOK_MS)
    const after = times()
    if ((after.idle - before.idle) / (after.all - before.all) >= IDLE_SHARE) return true
  } while (performance.now() < until)
  return false
}

function times(): { idle: number; all: number } {
  let idle = 0
  let all = 0
  for (const { times } of cpus()) {
    idle += times.idle
    all += times.idle + times.user + times.sys + times.nice + times.irq
  }
  return { idle, all }
}
