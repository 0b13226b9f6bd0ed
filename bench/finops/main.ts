// npm run bench:finops [-- --import 100000 --rows 1000000 --seconds 3 --rounds 3 --patience 60 --only list --save bench/finops/results.md]
// How fast costs are imported, summed up and listed. Where a figure needs a measure, that is taken in the same run: the same pages of rows
// written by a plain script, and the list of teams.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { inRoot } from '../../scripts/server/paths.ts'
import { startEngine } from '../engine/servers.ts'
import type { LoadOrder, LoadResult } from '../load.ts'
import { runCases } from '../quiet.ts'
import { median } from '../stats.ts'
import { fillCosts, importText, insertPlainly } from './rows.ts'

const { values } = parseArgs({
  options: {
    import: { type: 'string', default: '100000' },
    rows: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    save: { type: 'string' },
  },
})
const importRows = Number(values.import)
const rows = Number(values.rows)
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const POLL_MS = 50
const PERIOD = 'from=2026-01-01&to=2026-10-31'

const engine = await startEngine(false)
const client = new Worker(inRoot('bench/load.ts'))
const lines: string[] = []
/** Printed at once, since what comes later may fail. */
const say = (text: string): void => {
  lines.push(text)
  console.error(text)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const residentMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${engine.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** How much more memory the server has while this is done. */
async function memoryOf(work: () => Promise<void>): Promise<number> {
  const before = residentMb()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMb())
  }, 20)
  await work().finally(() => clearInterval(watch))
  return most - before
}

type Import = { id: string; status: string; created: number }

async function importFile(fileId: string): Promise<void> {
  const { id } = await engine.call<Import>('POST', '/api/v1/costs/import', { fileId })
  for (;;) {
    const now = await engine.call<Import>('GET', `/api/v1/costs/imports/${id}`)
    if (now.status === 'succeeded' && now.created === importRows) return
    if (now.status !== 'queued' && now.status !== 'running') throw new Error(JSON.stringify(now))
    await sleep(POLL_MS)
  }
}

async function imports(): Promise<void> {
  const uploaded = await fetch(`http://127.0.0.1:${engine.port}/api/v1/files/upload`, {
    method: 'POST',
    headers: { ...engine.headers, 'x-filename': 'costs.csv' },
    body: importText(importRows),
  })
  const { id } = (await uploaded.json()) as { id: string }
  let took = 0
  const memory = await memoryOf(async () => {
    took = await timed(() => importFile(id))
  })
  const plain = await timed(() => insertPlainly(engine, importRows))
  say(
    `import of ${importRows} rows as CSV: ${(took / 1000).toFixed(1)} s, by a plain script ${(plain / 1000).toFixed(1)} s, ${(took / plain).toFixed(2)} times; ${memory.toFixed(0)} MB more`,
  )
}

let isFilled = false
async function filled(): Promise<void> {
  if (isFilled) return
  isFilled = true
  const took = await timed(() => fillCosts(engine, rows))
  say(`${rows} rows were written straight into the tables in ${(took / 1000).toFixed(1)} s`)
}

const get = (path: string): Omit<LoadOrder, 'clients' | 'seconds' | 'port'> => ({
  method: 'GET',
  path,
  headers: engine.headers,
  expect: 200,
})

async function load(path: string, clients = 16): Promise<LoadResult> {
  client.postMessage({ ...get(path), port: engine.port, clients, seconds })
  const [result] = (await once(client, 'message')) as [LoadResult]
  if (result.errors > 0) throw new Error(`${path}: ${result.errors} errors, ${result.error}`)
  return result
}

async function summaries(): Promise<void> {
  await filled()
  for (const path of [
    `/summary?${PERIOD}&groupBy=provider,service`,
    `/summary?from=2026-09-01&to=2026-09-30&groupBy=provider,service`,
    `/summary?${PERIOD}&groupBy=month,provider`,
    `/total?${PERIOD}`,
    '/forecast',
  ]) {
    const { p50, p99 } = await load(`/api/v1/costs${path}`, 1)
    say(`costs${path} over ${rows} rows: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  }
}

async function lists(): Promise<void> {
  await filled()
  const rate = ({ requests, seconds: took }: LoadResult): number => requests / took
  for (const query of [
    '',
    '&provider=provider-3&service=service-5',
    '&sort=-cost&from=2026-09-01&to=2026-09-07',
  ]) {
    const rates: number[] = []
    const shares: number[] = []
    for (let round = 0; round < rounds; round++) {
      const [ours, teams] = [
        rate(await load(`/api/v1/costs?limit=20${query}`)),
        rate(await load('/api/v1/teams?limit=20')),
      ]
      rates.push(ours)
      shares.push(ours / teams)
    }
    say(
      `a list of 20 of ${rows} costs${query === '' ? '' : ` (${query.slice(1)})`}: ${median(rates).toFixed(0)} a second, ${(median(shares) * 100).toFixed(0)} % of teams`,
    )
  }
}

try {
  const cases = [
    ['import', imports],
    ['summary', summaries],
    ['list', lists],
  ] as const
  const busy = await runCases(cases, values)
  const head = `On ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares; ${rounds} rounds, loads of ${seconds} s; ${busy} cases begun on a busy machine`
  const text = `${head}\n\n${lines.map((one) => `- ${one}`).join('\n')}\n`
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:finops\n\n${text}`)
} finally {
  await client.terminate()
  await engine.stop()
}
