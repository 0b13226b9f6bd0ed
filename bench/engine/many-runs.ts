// node bench/engine/many-runs.ts [--runs 100000 --waiting 1000 --limit 64 --retiring 30]
// One host with many stored runs, some of them waiting: the memory of the Worker after a garbage collection, and how fast all runs are
// listed and one of them is read. Then all ended runs become due for deletion, and one tick follows another for some seconds: how many
// runs are deleted, and how long a new run takes meanwhile. Fails above the limit, or if a page misses a run.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { LoadResult } from '../load.ts'
import { inspect } from '../profile.ts'
import { startAndWait, startClient } from './client.ts'
import { heldBy } from './process.ts'
import { startEngine } from './servers.ts'
import { line } from './workloads.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    waiting: { type: 'string', default: '1000' },
    limit: { type: 'string', default: '64' },
    retiring: { type: 'string', default: '30' },
  },
})
const runs = Number(values.runs)
const waiting = Number(values.waiting)
const CLIENTS = 16
const PAGE = 100
/** A waiting run leaves memory ten seconds after its last call. */
const REST_MS = 12_000
const MB = 1024 ** 2

process.env.RUN_SHARDS = '1'
const engine = await startEngine(true)
const client = startClient()
const inspector = await inspect(engine.inspectorPort)

async function heapMb(): Promise<number> {
  // An idle Worker does not respond to its inspector either.
  const pokes = setInterval(
    () => void fetch(`http://127.0.0.1:${engine.port}/health`).catch(() => undefined),
    50,
  )
  try {
    for (let n = 0; n < 3; n++) await inspector.ask('HeapProfiler.collectGarbage')
    return (await inspector.ask<{ usedSize: number }>('Runtime.getHeapUsage')).usedSize / MB
  } finally {
    clearInterval(pokes)
  }
}

try {
  const short = startAndWait(engine, await engine.newWorkflow(line(3)))
  const waits = await engine.newWorkflow({
    nodes: [{ id: 'hear', type: 'flow.waitForEvent', params: { name: 'go' } }],
  })
  const { prefer: _prefer, ...headers } = short.headers
  const start = { ...startAndWait(engine, waits), headers, expect: 202, expectText: '"status":"' }
  await client.run({ ...short, clients: CLIENTS, seconds: 60, requests: 500 })
  const before = await heapMb()
  const began = performance.now()
  const asked = { clients: CLIENTS, seconds: 3_600 }
  const parked = await client.run({ ...start, ...asked, requests: waiting })
  const ended = await client.run({ ...short, ...asked, requests: runs - waiting })
  const rate = Math.round(runs / ((performance.now() - began) / 1000))
  if (parked.errors + ended.errors > 0) throw new Error(`${parked.errors + ended.errors} starts failed`)
  await sleep(REST_MS)
  // The host unloads idle runs during calls.
  await client.run({ ...short, clients: 1, seconds: 60, requests: 3 })
  await sleep(1_000)
  const after = await heapMb()
  const pages = await pageThrough()
  if (pages.seen < runs) throw new Error(`The pages hold ${pages.seen} of ${runs} runs`)
  console.log(
    [
      `${runs} runs in one host, ${waiting} of them waiting, made at ${rate} a second`,
      `heap of the Worker: ${before.toFixed(1)} MB before, ${after.toFixed(1)} MB with them`,
      `memory of the process: ${heldBy(engine.pid).rssMb} MB`,
      `${pages.count} pages of ${PAGE}: the slowest tenth takes ${pages.p90.toFixed(1)} ms or more; a run by its id ${pages.readMs.toFixed(1)} ms`,
      ...(await retire(short)),
    ].join('\n'),
  )
  if (after - before > Number(values.limit)) throw new Error(`They take more than ${values.limit} MB`)
} finally {
  inspector.close()
  await client.stop()
  await engine.stop()
}

/** Runs that begin and end, one after the other, without and with deletions beside them. */
async function retire(short: ReturnType<typeof startAndWait>): Promise<string[]> {
  const seconds = Number(values.retiring)
  // The first ones have other work to do, such as sealing the audit log.
  for (let n = 0; n < 3; n++) await engine.tick()
  const alone = await client.run({ ...short, clients: 1, seconds })
  await engine.batch([{ sql: 'UPDATE runs SET finished_at = 1 WHERE finished_at IS NOT NULL' }])
  const left = async () => {
    const [[row] = []] = await engine.batch([
      { sql: 'SELECT count(*) AS n FROM runs WHERE finished_at = 1 AND deleted_at IS NULL' },
    ])
    return Number(row?.n)
  }
  const before = await left()
  let isOver = false
  const ticking = (async () => {
    while (!isOver) await engine.tick()
  })()
  const beside = await client.run({ ...short, clients: 1, seconds })
  const removed = before - (await left())
  isOver = true
  await ticking
  const times = ({ p50, p99 }: LoadResult) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  return [
    `a run while nothing is deleted: ${times(alone)}`,
    `beside ticks that delete ${Math.round(removed / seconds)} runs a second: ${times(beside)}`,
  ]
}

async function pageThrough(): Promise<{ seen: number; count: number; p90: number; readMs: number }> {
  const times: number[] = []
  const reads: number[] = []
  let seen = 0
  let cursor: string | null = null
  do {
    const from = performance.now()
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { items: { id: string }[]; nextCursor: string | null } = await engine.call(
      'GET',
      `/api/v1/runs?limit=${PAGE}${query}`,
    )
    times.push(performance.now() - from)
    seen += page.items.length
    cursor = page.nextCursor
    const [one] = page.items
    if (one !== undefined && times.length % 10 === 0) {
      const asked = performance.now()
      await engine.call('GET', `/api/v1/runs/${one.id}`)
      reads.push(performance.now() - asked)
    }
  } while (cursor !== null)
  const sorted = times.toSorted((a, b) => a - b)
  const readMs = reads.reduce((sum, ms) => sum + ms, 0) / Math.max(1, reads.length)
  return { seen, count: times.length, p90: sorted[Math.floor(times.length * 0.9)] ?? 0, readMs }
}
