// node bench/engine/endurance.ts [--runs 20000 --clients 16 --pause 0 --save bench/engine/endurance.md]
// Thousands of short runs in one process: its memory after each thousand, and its speed.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import { startAndWait, startClient } from './client.ts'
import { heldBy } from './process.ts'
import { startEngine } from './servers.ts'
import { line } from './workloads.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '16' },
    save: { type: 'string' },
  },
})
const BATCH = 1_000
/** Idle objects are evicted after ten seconds. */
const IDLE_MS = 15_000

const engine = await startEngine(false)
const client = startClient()
const lines: string[] = []
const say = (text: string): void => {
  lines.push(text)
  console.log(text)
}
try {
  const order = startAndWait(engine, await engine.newWorkflow(line(10)))
  await client.run({ ...order, clients: Number(values.clients), seconds: 60, requests: 200 })
  const atStart = heldBy(engine.pid)
  say('| runs | runs/s | p50 ms | p99 ms | errors | CPU ms a run | open files | memory MB |')
  say('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  let usedMs = atStart.cpuMs
  say(`| before | | | | | | ${atStart.files} | ${atStart.rssMb} |`)
  for (let done = BATCH; done <= Number(values.runs); done += BATCH) {
    const { requests, seconds, p50, p99, errors } = await client.run({
      ...order,
      clients: Number(values.clients),
      seconds: 600,
      requests: BATCH,
    })
    const { files, rssMb, cpuMs } = heldBy(engine.pid)
    const rate = Math.round(requests / seconds)
    const cpu = ((cpuMs - usedMs) / BATCH).toFixed(2)
    usedMs = cpuMs
    say(
      `| ${done} | ${rate} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${errors} | ${cpu} | ${files} | ${rssMb} |`,
    )
  }
  await sleep(IDLE_MS)
  const { files, rssMb } = heldBy(engine.pid)
  say(`| idle for ${IDLE_MS / 1000} s | | | | | | ${files} | ${rssMb} |`)
} finally {
  await client.stop()
  await engine.stop()
}
if (values.save)
  writeFileSync(inRoot(values.save), `# node bench/engine/endurance.ts\n\n${lines.join('\n')}\n`)
