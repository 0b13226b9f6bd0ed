// D1 switches between threads for each query, so on a busy machine it reaches only a third of its rate. So a round
// begins when the machine has been idle for a moment.
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const IDLE_SHARE = 0.85
const LOOK_MS = 400

/** True if the machine became idle in time. */
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

type Case = readonly [name: string, run: () => Promise<void>]

/** Runs the cases whose name contains `only`, each when the machine is quiet. Returns how many began on a busy one. */
export async function runCases(
  cases: readonly Case[],
  { only, patience }: { only: string; patience: string },
): Promise<number> {
  let busy = 0
  for (const [name, run] of cases) {
    if (!name.includes(only)) continue
    if (!(await untilQuiet(Number(patience) * 1_000))) busy++
    await run()
  }
  return busy
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
