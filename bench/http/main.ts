// npm run bench:http [-- --rounds 5 --seconds 2 --clients 16 --patience 60 --only read --profile --save
// bench/http/results.md]
// Both servers in one benchmark, with the cases taking turns, so that a busy machine affects all of them equally.
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { inRoot } from '../../scripts/server/paths.ts'
import type { LoadOrder, LoadResult } from '../load.ts'
import { profile, topFunctions } from '../profile.ts'
import { untilQuiet } from '../quiet.ts'
import { type Case, casesOf } from './cases.ts'
import { report } from './report.ts'
import { startBare, startOurs } from './servers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    clients: { type: 'string', default: '16' },
    patience: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    profile: { type: 'boolean', default: false },
    save: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const load = { clients: Number(values.clients), seconds: Number(values.seconds) }

const bare = await startBare(values.profile)
const ours = await startOurs(values.profile)
const client = new Worker(inRoot('bench/load.ts'))
try {
  const cases = casesOf(bare, ours).filter(({ name }) => name.includes(values.only))
  for (const one of cases) await run(one, 1)
  if (values.profile) await profileAll(cases)
  else await measure(cases)
} finally {
  await client.terminate()
  await bare.stop()
  await ours.stop()
}

async function measure(cases: Case[]): Promise<void> {
  const results = new Map<string, LoadResult[]>(cases.map(({ name }) => [name, []]))
  let busyRounds = 0
  for (let round = 0; round < rounds; round++) {
    if (!(await untilQuiet(Number(values.patience) * 1000))) busyRounds++
    for (const one of cases) results.get(one.name)?.push(await run(one, load.seconds))
    console.error(`round ${round + 1} of ${rounds}`)
  }
  const text = report(
    cases,
    results,
    `${load.clients} clients, ${rounds} rounds of ${load.seconds} s (${busyRounds} begun on a busy machine)`,
  )
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:http\n\n${text}`)
}

async function profileAll(cases: Case[]): Promise<void> {
  mkdirSync(inRoot('dist/bench'), { recursive: true })
  for (const one of cases) {
    const { inspectorPort } = one.name.startsWith('bare') ? bare : ours
    const text = await profile(inspectorPort, () => run(one, load.seconds))
    const path = `dist/bench/${one.name.replaceAll(' ', '-')}.cpuprofile`
    writeFileSync(inRoot(path), text)
    console.log(`\n${one.name}  (${path})`)
    for (const { name, share } of topFunctions(text, 12))
      console.log(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
}

async function run(one: Case, seconds: number): Promise<LoadResult> {
  const order: LoadOrder = { ...one.order, ...load, seconds }
  client.postMessage(order)
  const [result] = (await once(client, 'message')) as [LoadResult]
  if (result.error) console.error(`${one.name}: ${result.error}`)
  return result
}
