// npm run bench:fanout [-- --sockets 1000 --only burst --patience 60 --save bench/fanout/results.md]
// The cost of followers, webhooks and statistics, on one server started like `npm start`. Bursts are compared with an
// object that only sends.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import { startEngine, startWorker } from '../engine/servers.ts'
import { untilQuiet } from '../quiet.ts'
import { median } from '../stats.ts'
import {
  bareBurst,
  burst,
  eventToSockets,
  followed,
  idle,
  notificationList,
  startReceiver,
  statsOfAMillion,
  webhooks,
} from './cases.ts'
import { newMembers, SOCKETS_OF_A_USER } from './people.ts'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000' },
    deliveries: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    patience: { type: 'string', default: '60' },
    save: { type: 'string' },
  },
})
const sockets = Number(values.sockets)
const ROUNDS = 3

const receiver = await startReceiver()
const bare = await startWorker('bench/fanout/bare')
const engine = await startEngine(false, receiver.host)
const lines: string[] = []
let busy = 0

/** A failed case gets a line too, so that the others are still measured. */
async function measure(name: string, aim: string, work: () => Promise<string>): Promise<void> {
  if (!name.includes(values.only)) return
  if (!(await untilQuiet(Number(values.patience) * 1_000))) busy++
  const result = await work().catch((error: Error) => `failed: ${error.message.slice(0, 200)}`)
  lines.push(`| ${name} | ${result} | ${aim} |`)
  console.error(`${name}: ${result}`)
}

async function roundsOf<Result>(work: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let round = 0; round < ROUNDS; round++) results.push(await work())
  return results
}
const medianOf = async (work: () => Promise<number>): Promise<number> => median(await roundsOf(work))
const ms = (number: number): string => `${number.toFixed(1)} ms`

try {
  const members = await newMembers(engine, Math.ceil(sockets / SOCKETS_OF_A_USER))
  const { id: userId } = await engine.call<{ id: string }>('GET', '/api/v1/users/profile')

  await measure('event to ten sockets: p50, p99', '5 ms, 20 ms', async () => {
    const { p50, p99 } = await eventToSockets(engine, members, 10)
    return `${ms(p50)}, ${ms(p99)}`
  })
  await measure(`event to ${sockets} sockets: until the last has it, p99`, '120 ms', async () =>
    ms((await eventToSockets(engine, members, sockets)).last),
  )
  await measure(
    `burst to ${sockets} sockets: deliveries a second, share of a bare object`,
    '20,000, 70 %',
    async () => {
      const own = await medianOf(() => burst(engine, members, sockets))
      const theirs = await medianOf(() => bareBurst(bare, sockets))
      return `${Math.round(own)}, ${Math.round((own / theirs) * 100)} %`
    },
  )
  await measure(`${sockets} idle sockets: memory, processor`, '40 MB, none', async () => {
    const { mb, cpuShare } = await idle(engine, members, sockets)
    return `${mb} MB, ${(cpuShare * 100).toFixed(1)} %`
  })
  await measure('a run with 150 followers against one with none', '1.5 times', async () => {
    const without = await roundsOf(() => followed(engine, members, 0))
    const withThem = await roundsOf(() => followed(engine, members, 150))
    const times = (which: 'run' | 'received'): string => {
      const [alone, followedBy] = [without, withThem].map((rounds) => median(rounds.map((one) => one[which])))
      return `${((followedBy ?? 0) / (alone ?? 1)).toFixed(2)} times (${ms(followedBy ?? 0)}, ${ms(alone ?? 0)})`
    }
    return `the run itself ${times('run')}; until the last has its end ${times('received')}`
  })
  await measure('webhooks a second', '300', async () =>
    String(Math.round(await webhooks(engine, receiver, Number(values.deliveries)))),
  )
  await measure('list of 20 of 100,000 notifications, share of the list of teams', '80 %', async () => {
    const share = await notificationList(engine, userId)
    return `${Math.round(share * 100)} %`
  })
  await measure('figures for administrators with a million runs', '30 ms', async () =>
    ms(await statsOfAMillion(engine, userId)),
  )
  const text = `On ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the clients share; ${busy} cases begun on a busy machine.
Bursts and runs are medians of ${ROUNDS} rounds.

| case | measured | aim |
| --- | --- | --- |
${lines.join('\n')}
`
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:fanout\n\n${text}`)
} finally {
  receiver.stop()
  await bare.stop()
  await engine.stop()
}
