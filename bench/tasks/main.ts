// npm run bench:tasks [-- --rows 100000 --seconds 2 --rounds 3 --patience 60 --only list --save
// bench/tasks/results.md]
// Tasks compared with what they consist of, on one server, with the cases taking turns: creating a task and creating
// a team, a task of one step and a bare run of one node, a thousand tasks and a thousand runs. Cases without a
// baseline are measured alone.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { inRoot } from '../../scripts/server/paths.ts'
import { type Engine, startEngine } from '../engine/servers.ts'
import { line } from '../engine/workloads.ts'
import type { LoadOrder, LoadResult } from '../load.ts'
import { runCases } from '../quiet.ts'
import { median } from '../stats.ts'
import { FILLED_UNTIL, fillTasks } from './rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    save: { type: 'string' },
  },
})
const rows = Number(values.rows)
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)

const engine = await startEngine(false)
const client = new Worker(inRoot('bench/load.ts'))
const lines: string[] = []
/** Printed immediately, because later cases may fail. */
const say = (text: string): void => {
  lines.push(text)
  console.error(text)
}
const TASK = '{"title":"Task {n}","type":"custom","input":{}}'
const TEAM = '{"name":"Team {n}"}'
type Order = Omit<LoadOrder, 'clients' | 'seconds' | 'port'>

function post(path: string, body: string, expect: number): Order {
  return {
    method: 'POST',
    path,
    headers: { ...engine.headers, 'content-type': 'application/json' },
    body,
    expect,
  }
}
function get(path: string): Order {
  return { method: 'GET', path, headers: engine.headers, expect: 200 }
}

async function load(order: Order, clients = 16): Promise<LoadResult> {
  client.postMessage({ ...order, port: engine.port, clients, seconds })
  const [result] = (await once(client, 'message')) as [LoadResult]
  if (result.errors > 0) throw new Error(`${order.path}: ${result.errors} errors, ${result.error}`)
  return result
}

const rateOf = ({ requests, seconds: took }: LoadResult): number => requests / took

async function againstTeams(name: string, ours: Order, theirs: Order): Promise<void> {
  const shares: number[] = []
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const [one, other] = [rateOf(await load(ours)), rateOf(await load(theirs))]
    rates.push(one)
    shares.push(one / other)
  }
  say(`${name}: ${median(rates).toFixed(0)} a second, ${(median(shares) * 100).toFixed(0)} % of teams`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const STEPS = (length: number) => ({ steps: line(length).nodes })
const WAIT = { prefer: 'wait=30' }

async function oneStep(): Promise<void> {
  const workflow = await engine.newWorkflow(line(1))
  const [tasks, runs]: [number[], number[]] = [[], []]
  for (let n = 0; n < rounds * 40; n++) {
    const { id } = await engine.call<{ id: string }>('POST', '/api/v1/tasks', {
      ...{ title: 'One step', type: 'custom', input: STEPS(1) },
    })
    tasks.push(await timed(() => engine.call('POST', `/api/v1/tasks/${id}/execute`, undefined, WAIT)))
    runs.push(await timed(() => engine.call('POST', `/api/v1/workflows/${workflow}/execute`, {}, WAIT)))
  }
  const [ours, bare] = [median(tasks), median(runs)]
  say(
    `a task of one step: ${ours.toFixed(1)} ms, a bare run ${bare.toFixed(1)} ms, ${(ours / bare).toFixed(2)} times`,
  )
}

/** Waits until the list has no task with one of these statuses. */
async function untilNone(path: string): Promise<void> {
  for (;;) {
    const { items } = await engine.call<{ items: unknown[] }>('GET', path)
    if (items.length === 0) return
    await sleep(10)
  }
}

async function drain(): Promise<void> {
  const count = 1_000
  const workflow = await engine.newWorkflow(line(10))
  await engine.call('PUT', '/api/v1/tasks/limits', {
    limits: [{ kind: 'status', subject: 'running', most: 50 }],
  })
  const items = Array.from({ length: count }, (_, n) => ({ title: `${n}`, type: 'custom', input: STEPS(10) }))
  const tasks = await timed(async () => {
    await engine.call('POST', '/api/v1/tasks/batch/execute', { items })
    await untilNone('/api/v1/tasks?status=queued,running,waiting&limit=1')
  })
  await engine.call('PUT', '/api/v1/tasks/limits', { limits: [] })
  const runs = await timed(async () => {
    const batch = { items: Array.from({ length: 100 }, () => ({ workflowId: workflow, input: {} })) }
    const batches = Array.from({ length: count / 100 }, () =>
      engine.call('POST', '/api/v1/workflows/batch/execute', batch),
    )
    await Promise.all(batches)
    await untilNone('/api/v1/workflows/executions?kind=workflow&status=queued,running&limit=1')
  })
  say(
    `1,000 tasks of ten steps with a limit of 50: ${(tasks / 1000).toFixed(1)} s, 1,000 runs at once ${(runs / 1000).toFixed(1)} s, ${(tasks / runs).toFixed(2)} times`,
  )
}

async function dependants(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const tag = `dep-${round}`
    const items = [
      { ref: 'first', title: 'first', type: 'custom', input: STEPS(1) },
      ...Array.from({ length: 100 }, (_, n) => ({
        ...{ title: `${n}`, type: 'custom', tags: [tag], input: STEPS(1), dependsOn: [{ ref: 'first' }] },
      })),
    ]
    const { results } = await engine.call<{ results: { id: string }[] }>('POST', '/api/v1/tasks/batch', {
      items,
    })
    await engine.call('POST', `/api/v1/tasks/${results[0]?.id}/execute`, undefined, WAIT)
    times.push(await timed(() => untilNone(`/api/v1/tasks?tag=${tag}&status=blocked,queued&limit=1`)))
  }
  say(`100 dependants have started ${median(times).toFixed(0)} ms after the end of what they wait for`)
}

let isFilled = false
async function filled(): Promise<void> {
  if (isFilled) return
  isFilled = true
  await fillTasks(engine, rows)
}

async function list(): Promise<void> {
  await filled()
  const query = '/api/v1/tasks?limit=20&status=succeeded,failed&type=custom&priority=3,4,5'
  await againstTeams(
    `a list of 20 with three filters at ${rows} tasks`,
    get(query),
    get('/api/v1/teams?limit=20'),
  )
}

async function figures(): Promise<void> {
  await filled()
  for (const path of ['/stats/summary', '/metrics?groupBy=day,type']) {
    const { p50, p99 } = await load(get(`/api/v1/tasks${path}`), 1)
    say(`${path} at ${rows} tasks: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  }
}

const residentMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${engine.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

async function exports(): Promise<void> {
  await filled()
  for (const format of ['csv', 'jsonl', 'xlsx']) {
    const before = residentMb()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, residentMb())
    }, 20)
    const took = await timed(async () => {
      const { run } = await engine.call<{ run: string }>('POST', '/api/v1/tasks/export', {
        format,
        filter: { createdTo: FILLED_UNTIL },
      })
      await untilEnd(engine, run)
    }).finally(() => clearInterval(watch))
    say(
      `export of ${rows} tasks as ${format}: ${(took / 1000).toFixed(1)} s, ${(most - before).toFixed(0)} MB more`,
    )
  }
}

async function untilEnd({ call }: Engine, run: string): Promise<void> {
  for (;;) {
    const { status, error } = await call<{ status: string; error: unknown }>('GET', run)
    if (status === 'succeeded') return
    if (status === 'failed') throw new Error(JSON.stringify(error))
    await sleep(20)
  }
}

try {
  const cases = [
    [
      'create',
      () => againstTeams('create', post('/api/v1/tasks', TASK, 201), post('/api/v1/teams', TEAM, 201)),
    ],
    ['one step', oneStep],
    ['drain', drain],
    ['dependants', dependants],
    ['list', list],
    ['figures', figures],
    ['export', exports],
  ] as const
  const busy = await runCases(cases, values)
  const head = `${rounds} rounds, loads of ${seconds} s by 16 clients; ${busy} cases begun on a busy machine`
  const text = `${head}\n\n${lines.map((one) => `- ${one}`).join('\n')}\n`
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:tasks\n\n${text}`)
} finally {
  await client.terminate()
  await engine.stop()
}
