// npm run bench:engine [-- --rounds 5 --seconds 2 --warm-up 4 --patience 20 --only L10,cf,object --profile L10
// --save]
// Includes Restate if it is installed: npm ci --prefix bench/engine/restate
// Engine and baselines in one benchmark, with the cases taking turns, so that a busy machine affects all of them
// equally. Each is warmed up first for as long as it is measured, because code that has run only a few times is
// interpreted, which doubles the time of a short run.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import type { LoadResult } from '../load.ts'
import { profile, topFunctions } from '../profile.ts'
import { untilQuiet } from '../quiet.ts'
import { type Case, casesOf, restateCases } from './cases.ts'
import { startClient } from './client.ts'
import { startEcho } from './echo.ts'
import { eventDelays } from './live.ts'
import { heldBy, heldOnDisk } from './process.ts'
import { type AfterRuns, type Loaded, type Measured, report } from './report.ts'
import { startRestate } from './restate.ts'
import { startBaseline, startEngine } from './servers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '4' },
    patience: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    held: { type: 'string', default: '5000' },
    profile: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const CLIENTS = 16
const AT_ONCE = 1_000
const TIMES_AT_ONCE = 3
/** Longer than any request. */
const LIMIT_S = 120

const echo = await startEcho()
const baseline = await startBaseline(echo.host)
const engine = await startEngine(values.profile !== undefined, echo.host)
const restate = await startRestate()
const client = startClient()
try {
  const all = [
    ...(await casesOf(baseline, engine, echo.host)),
    ...(restate === null ? [] : restateCases(restate, echo.host)),
  ]
  const wanted = values.only === '' ? null : values.only.split(',')
  const cases = all.filter(({ name }) => wanted === null || wanted.includes(name))
  if (values.profile) await profileOne(all.find(({ name }) => name === values.profile) as Case)
  else await measure(cases)
} finally {
  await client.stop()
  await engine.stop()
  await baseline.stop()
  await restate?.stop()
  echo.stop()
}

async function measure(cases: Case[]): Promise<void> {
  const measured: Measured = {
    alone: new Map(cases.map(({ name }) => [name, []])),
    loaded: new Map(cases.map(({ name }) => [name, []])),
    inside: { cf: [], L10: [] },
    thousand: new Map(),
    held: {},
    liveMs: [],
    grownMb: 0,
  }
  const before = heldBy(engine.pid).rssMb
  for (const one of cases.toReversed()) {
    await inRow(one, 2)
    if (one.name === 'M10000') measured.grownMb = heldBy(engine.pid).rssMb - before
  }
  for (const one of cases)
    await client.run({
      ...one.order,
      clients: one.underLoad ? CLIENTS : 1,
      seconds: Number(values['warm-up']),
    })
  let busyRounds = 0
  for (let round = 0; round < rounds; round++) {
    if (!(await untilQuiet(Number(values.patience) * 1000))) busyRounds++
    for (const one of cases) {
      measured.alone.get(one.name)?.push(await inRow(one, one.inRow))
      if (one.underLoad) measured.loaded.get(one.name)?.push(await underLoad(one))
      if (one.name === 'cf' || one.name === 'L10') measured.inside[one.name].push(...(await insideOf(one)))
    }
    if (values.only === '') measured.liveMs.push(...(await eventDelays(engine)))
    console.error(`round ${round + 1} of ${rounds}`)
  }
  for (let time = 0; time < TIMES_AT_ONCE; time++)
    for (const one of cases) {
      if (!one.atOnce && one.name !== 'cf' && one.name !== 'L10') continue
      const order = { ...one.order, clients: AT_ONCE, seconds: LIMIT_S, requests: AT_ONCE }
      const { seconds } = await client.run(order)
      measured.thousand.set(one.name, [...(measured.thousand.get(one.name) ?? []), seconds])
    }
  const held = Number(values.held)
  if (held > 0) {
    for (const one of cases)
      if (one.name === 'L10') measured.held.L10 = await afterRuns(one, engine.dir, held)
    for (const one of cases)
      if (one.name === 'RL10' && restate !== null)
        measured.held.RL10 = await afterRuns(one, restate.dir, held)
  }
  const how = `${rounds} rounds (${busyRounds} begun on a busy machine)`
  const text = report(cases, measured, how)
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot('bench/engine/results.md'), `# npm run bench:engine\n\n${text}`)
}

function inRow(one: Case, requests: number): Promise<LoadResult> {
  return client.run({ ...one.order, clients: 1, seconds: LIMIT_S, requests })
}

async function underLoad(one: Case): Promise<Loaded> {
  const before = cpuOf(one)
  const result = await client.run({ ...one.order, clients: CLIENTS, seconds: Number(values.seconds) })
  return { ...result, cpuMs: (cpuOf(one) - before) / result.requests }
}

/** The memory and disk space, including all files, that this many more runs use. */
async function afterRuns(one: Case, dir: string, runs: number): Promise<AfterRuns> {
  const before = heldOnDisk(dir)
  await client.run({ ...one.order, clients: CLIENTS, seconds: 600, requests: runs })
  const after = heldOnDisk(dir)
  const rssMb = one.pids.reduce((sum, pid) => sum + heldBy(pid).rssMb, 0)
  return { runs, rssMb, kbARun: (after.kb - before.kb) / runs, files: after.files - before.files }
}

function cpuOf({ pids }: Case): number {
  return pids.reduce((sum, pid) => sum + heldBy(pid).cpuMs, 0)
}

/** The servers' own times for a few runs. */
async function insideOf({ order }: Case): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < 10; n++) {
    const { method, headers, body = '' } = order
    const response = await fetch(`http://127.0.0.1:${order.port}${order.path}`, { method, headers, body })
    const run = (await response.json()) as {
      acceptedToEndMs?: number
      createdAt: string
      finishedAt: string
    }
    times.push(run.acceptedToEndMs ?? Date.parse(run.finishedAt) - Date.parse(run.createdAt))
  }
  return times
}

async function profileOne(one: Case): Promise<void> {
  await inRow(one, 50)
  const text = await profile(engine.inspectorPort, () => underLoad(one))
  mkdirSync(inRoot('dist/bench'), { recursive: true })
  const path = `dist/bench/engine-${one.name}.cpuprofile`
  writeFileSync(inRoot(path), text)
  console.log(path)
  for (const { name, share } of topFunctions(text, 40))
    console.log(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
}
