// One function for each figure. Each closes everything that it opened.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { heldBy } from '../engine/process.ts'
import type { Baseline, Engine } from '../engine/servers.ts'
import { rateOf } from '../files/client.ts'
import { median } from '../stats.ts'
import { type Member, placesOf } from './people.ts'
import { openCrowd } from './sockets.ts'

const EVENT = '"type":"node.succeeded"'
const SUBSCRIBED = '"subscribed"'
const BURST = 20
const FRAME_BYTES = 400

type Run = { id: string }
type Spread = { p50: number; p99: number }

const spread = (numbers: readonly number[]): Spread => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

const waits = (count: number) => ({
  nodes: Array.from({ length: count }, (_, n) => ({
    id: `w${n}`,
    type: 'flow.waitForEvent',
    params: { name: 'go' },
  })),
  edges: Array.from({ length: count - 1 }, (_, n) => ({ from: `w${n}`, to: `w${n + 1}` })),
})

async function startWaits(
  engine: Engine,
  count: number,
): Promise<{ run: Run; signal: () => Promise<unknown> }> {
  const workflowId = await engine.newWorkflow(waits(count))
  const run = await engine.call<Run>('POST', `/api/v1/workflows/${workflowId}/execute`, {})
  return {
    run,
    signal: () =>
      engine.call('POST', `/api/v1/workflows/executions/${run.id}/signal`, { name: 'go', data: 1 }),
  }
}

/** From the signal of a run to its event on each socket: the time until the first and the last socket have it. */
export async function eventToSockets(engine: Engine, members: readonly Member[], sockets: number) {
  const { run, signal } = await startWaits(engine, BURST)
  const crowd = await openCrowd(placesOf(engine, members, sockets, `run:${run.id}`), EVENT, SUBSCRIBED)
  const delays: number[] = []
  const lasts: number[] = []
  let first = 0
  for (let n = 0; n < BURST; n++) {
    crowd.reset()
    const sent = performance.now()
    if (n === 0) first = sent
    const all = crowd.until(sockets)
    await signal()
    await all
    const came = crowd.times().map((time) => time - sent)
    delays.push(...came)
    lasts.push(Math.max(...came))
  }
  const seconds = (performance.now() - first) / 1_000
  crowd.close()
  // Each signal causes two events: the end of a node and the start of the next.
  return { ...spread(delays), last: spread(lasts).p99, perSecond: (BURST * sockets) / seconds }
}

const LINE = 200

/** Deliveries per second of a run that does two hundred steps after one signal. */
export async function burst(engine: Engine, members: readonly Member[], sockets: number): Promise<number> {
  const steps = Array.from({ length: LINE }, (_, n) => ({
    id: `s${n}`,
    type: 'data.set',
    params: { values: { n } },
  }))
  const workflowId = await engine.newWorkflow({
    nodes: [{ id: 'go', type: 'flow.waitForEvent', params: { name: 'go' } }, ...steps],
    edges: steps.map(({ id }, n) => ({ from: n === 0 ? 'go' : `s${n - 1}`, to: id })),
  })
  const run = await engine.call<Run>('POST', `/api/v1/workflows/${workflowId}/execute`, {})
  const crowd = await openCrowd(placesOf(engine, members, sockets, `run:${run.id}`), EVENT, SUBSCRIBED)
  crowd.reset()
  const all = crowd.until(sockets * (LINE + 1))
  await engine.call('POST', `/api/v1/workflows/executions/${run.id}/signal`, { name: 'go' })
  await all
  const times = crowd.times()
  crowd.close()
  return times.length / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000)
}

/** The same for an object that does nothing else. */
export async function bareBurst(bare: Baseline, sockets: number): Promise<number> {
  const url = `127.0.0.1:${bare.port}/`
  const places = Array.from({ length: sockets }, () => ({ url: `ws://${url}`, headers: {} }))
  const crowd = await openCrowd(places, EVENT)
  const frame = `{${EVENT}}`.padEnd(FRAME_BYTES)
  const all = crowd.until(sockets * LINE)
  for (let n = 0; n < LINE; n++) await fetch(`http://${url}`, { method: 'POST', body: frame })
  await all
  const times = crowd.times()
  crowd.close()
  return times.length / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000)
}

const IDLE_MS = 5_000

/** Memory per idle socket, and the processor time of all of them. */
export async function idle(engine: Engine, members: readonly Member[], sockets: number) {
  const before = heldBy(engine.pid).rssMb
  const crowd = await openCrowd(placesOf(engine, members, sockets, 'announcements'), EVENT, SUBSCRIBED)
  await sleep(IDLE_MS)
  const { cpuMs } = heldBy(engine.pid)
  await sleep(IDLE_MS)
  const after = heldBy(engine.pid)
  crowd.close()
  return { mb: after.rssMb - before, cpuShare: (after.cpuMs - cpuMs) / IDLE_MS }
}

const ITEMS = 400

/** The duration of a run of sixteen hundred events with this many followers: of the run itself, and until the last of them has its end. */
export async function followed(
  engine: Engine,
  members: readonly Member[],
  followers: number,
): Promise<{ run: number; received: number }> {
  const workflowId = await engine.newWorkflow({
    nodes: [
      { id: 'go', type: 'flow.waitForEvent', params: { name: 'go' } },
      {
        id: 'each',
        type: 'data.set',
        each: { items: '{{ input.items }}' },
        params: { values: { n: '{{ item }}' } },
      },
    ],
    edges: [{ from: 'go', to: 'each' }],
  })
  const input = { items: Array.from({ length: ITEMS }, (_, n) => n) }
  const { id } = await engine.call<Run>('POST', `/api/v1/workflows/${workflowId}/execute`, { input })
  const ended = '"type":"run.succeeded"'
  const crowd = await openCrowd(
    placesOf(engine, members, Math.max(1, followers), followers > 0 ? `run:${id}` : 'runs'),
    ended,
    SUBSCRIBED,
  )
  const all = crowd.until(Math.max(1, followers))
  const sent = performance.now()
  // It answers when the turn that does all the items is committed.
  const { status } = await engine.call<{ status: string }>(
    'POST',
    `/api/v1/workflows/executions/${id}/signal`,
    { name: 'go' },
  )
  if (status !== 'succeeded') throw new Error(`The run is ${status}`)
  const run = performance.now() - sent
  await all
  const received = performance.now() - sent
  crowd.close()
  return { run, received }
}

const ENDPOINTS = 10
const STARTERS = 8

/** Deliveries per second to a receiver on this machine. */
export async function webhooks(engine: Engine, receiver: Receiver, deliveries: number): Promise<number> {
  const ids: string[] = []
  for (let n = 0; n < ENDPOINTS; n++) {
    const { id } = await engine.call<Run>('POST', '/api/v1/webhooks', {
      url: `http://${receiver.host}/${n}`,
      events: ['run.succeeded'],
    })
    ids.push(id)
  }
  const workflowId = await engine.newWorkflow({
    nodes: [{ id: 'a', type: 'data.set', params: { values: {} } }],
  })
  const sent = performance.now()
  const all = receiver.until(deliveries)
  const runs = deliveries / ENDPOINTS
  const starter = async (own: number): Promise<void> => {
    for (let n = own; n < runs; n += STARTERS)
      await engine.call('POST', `/api/v1/workflows/${workflowId}/execute`, {})
  }
  await Promise.all(Array.from({ length: STARTERS }, (_, own) => starter(own)))
  await all
  const seconds = (performance.now() - sent) / 1_000
  for (const id of ids)
    await fetch(`http://127.0.0.1:${engine.port}/api/v1/webhooks/${id}`, {
      method: 'DELETE',
      headers: engine.headers,
    })
  return deliveries / seconds
}

export type Receiver = { host: string; until: (count: number) => Promise<void>; stop: () => void }

export async function startReceiver(): Promise<Receiver> {
  let came = 0
  let wanted = Number.POSITIVE_INFINITY
  let reached = (): void => undefined
  const server = createServer((request, response) => {
    request.resume()
    response.end()
    if (++came >= wanted) reached()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    until: (count) =>
      new Promise((resolve) => {
        wanted = count
        reached = resolve
        if (came >= count) resolve()
      }),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Lists 20 of a hundred thousand notifications, a thousand of them unread, relative to the rate of a list of teams. */
export async function notificationList(engine: Engine, userId: string): Promise<number> {
  for (let from = 0; from < 100_000; from += 10_000)
    await engine.batch([
      {
        sql: `INSERT INTO notifications (id, user_id, team_id, kind, level, title, message, count, in_app, read_at, created_at, updated_at)
          WITH RECURSIVE n(i) AS (SELECT ?3 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 + 9999)
          SELECT 'ntf_' || printf('%026d', i), ?1, ?2, 'run.failed', 'error', 'Run ' || i, 'It failed.', 1, 1, CASE WHEN i < 99000 THEN i END, i, i FROM n`,
        params: [userId, engine.teamId, from],
      },
    ])
  for (let n = 0; n < 30; n++) await engine.call('POST', '/api/v1/teams', { name: `Team ${n}` })
  const ratios: number[] = []
  for (let round = 0; round < 3; round++) {
    const teams = await rateOf(() => engine.call('GET', '/api/v1/teams?limit=20'), 8, 2)
    const own = await rateOf(() => engine.call('GET', '/api/v1/users/notifications?limit=20'), 8, 2)
    ratios.push(own / teams)
  }
  return median(ratios)
}

const RUNS = 1_000_000

/** Milliseconds of `GET /admin/stats` with a million runs. */
export async function statsOfAMillion(engine: Engine, userId: string): Promise<number> {
  await engine.batch([{ sql: "UPDATE users SET role = 'admin' WHERE id = ?", params: [userId] }])
  for (let from = 0; from < RUNS; from += 50_000)
    await engine.batch([
      {
        sql: `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, started_at, finished_at)
          WITH RECURSIVE n(i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 49999)
          SELECT 'run_bench' || printf('%021d', i), ?1, 1, 'Bench', 'succeeded', 'manual', 5, ?3 - i, ?3 - i, ?3 - i + 5 FROM n`,
        params: [engine.teamId, from, Date.now()],
      },
    ])
  const times: number[] = []
  for (let n = 0; n < 21; n++) {
    const begun = performance.now()
    await engine.call('GET', '/api/v1/admin/stats')
    times.push(performance.now() - begun)
  }
  return median(times)
}
