// Kills of the whole server while it runs workflows. A run that was accepted before a kill still exists and reaches
// its end by itself. A receiver that outlives the server counts its external calls by key.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf, type Served, sendJson, serve } from '../fakes/serve.ts'
import { call, register } from './client.ts'
import { end, forget, type Installation, newStateDir, start, startAgain } from './installation.ts'
import { killerOf } from './killers.ts'

const KILLS = Number(process.env.ORRERY_RUN_KILLS ?? 3)
/** The minimum number of runs accepted before the last kill. */
const RUNS = Number(process.env.ORRERY_RUNS ?? KILLS * 10)
const CLIENTS = 6
const STUCK_MS = 60_000

type Summary = { id: string; status: string }
type Run = Summary & {
  nodes: { id: string; path: string; status: string; attempt: number }[]
  waitingFor: { kind: string; name: string | null }[]
}

let dir: string
let counter: Served
let running: Installation | null = null
let token: string
let settings: Record<string, string>
/** What the receiver saw: for each run and node, the keys and their counts. */
const calls = new Map<string, Map<string, number>>()
/** Accepted runs with their workflow. */
const accepted = new Map<string, string>()

const server = (): Installation => {
  if (running === null) throw new Error('nothing runs')
  return running
}

beforeAll(async () => {
  dir = newStateDir()
  counter = await serve(() => async (request, response) => {
    const [, runId = '', node = ''] = (request.url ?? '').split('/')
    await bodyOf(request)
    const key = String(request.headers['idempotency-key'] ?? 'no key')
    const keys = calls.get(`${runId}/${node}`) ?? new Map<string, number>()
    calls.set(`${runId}/${node}`, keys.set(key, (keys.get(key) ?? 0) + 1))
    // Long enough for kills to come during calls.
    setTimeout(() => sendJson(response, 200, { ok: true }), 20)
  })
  settings = { OUTBOUND_ALLOW_HOSTS: new URL(counter.url).host }
  running = await start(dir, settings)
  token = await register(server().url, 'runs')
  await call(server().url, 'PUT', '/api/v1/users/subscription', { token, json: { plan: 'team' } })
})
afterAll(async () => {
  await end(running)
  await counter.close()
  forget(dir)
})

const http = (id: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${counter.url}/{{ run.id }}/${id}` },
  retry: { attempts: 5, delayMs: 100 },
})
const set = (id: string) => ({ id, type: 'data.set', params: { values: { at: id } } })
const chain = (...nodes: { id: string }[]) => ({
  nodes,
  edges: nodes.slice(1).map(({ id }, at) => ({ from: nodes[at]?.id, to: id })),
})

/** Pure, with effects, with timers, and one that waits for a signal that never comes. */
const definitions = (): Record<string, unknown> => ({
  pure: chain(...Array.from({ length: 10 }, (_, i) => set(`s${i}`))),
  effects: chain(set('a'), http('first'), set('b'), http('second'), set('c')),
  waits: chain(
    set('a'),
    { id: 'short', type: 'flow.wait', params: { durationMs: 700 } } as { id: string },
    http('between'),
    { id: 'long', type: 'flow.wait', params: { durationMs: 5_000 } } as { id: string },
    set('b'),
  ),
  event: chain(set('a'), { id: 'word', type: 'flow.waitForEvent', params: { name: 'go' } } as { id: string }),
})

async function makeWorkflows(): Promise<[name: string, id: string][]> {
  const made: [string, string][] = []
  for (const [name, definition] of Object.entries(definitions())) {
    const json = { name, definition }
    const answer = await call<{ id: string }>(server().url, 'POST', '/api/v1/workflows', { token, json })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    made.push([name, answer.body.id])
  }
  return made
}

/**
 * Clients that start one run after another. Without an answer, they repeat the request with the same key, as they
 * should.
 */
function startLoad(workflows: [string, string][]) {
  let stopped = false
  let count = 0
  const client = async (number: number): Promise<void> => {
    while (!stopped) {
      const [name, id] = workflows[(number + count++) % workflows.length] as [string, string]
      const key = `${number}-${count}-${accepted.size}-${Math.random()}`
      for (;;) {
        const answer = await call<Run>(server().url, 'POST', `/api/v1/workflows/${id}/execute`, {
          token,
          json: {},
          headers: { 'idempotency-key': key },
        }).catch(() => null)
        if (answer?.status === 200 || answer?.status === 202) accepted.set(answer.body.id, name)
        else if (answer !== null && answer.status < 500) throw new Error(JSON.stringify(answer.body))
        if (answer !== null || stopped) break
        await sleep(20)
      }
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
  return async (): Promise<void> => {
    stopped = true
    await Promise.all(clients)
  }
}

/** Only from the index: reading a run's object would wake it, and it must wake by itself. */
async function statuses(): Promise<Map<string, string>> {
  const known = new Map<string, string>()
  let cursor: string | null = null
  do {
    const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = await call<{ items: Summary[]; nextCursor: string | null }>(
      server().url,
      'GET',
      `/api/v1/workflows/executions?limit=100${more}`,
      { token },
    )
    expect(page.status).toBe(200)
    for (const { id, status } of page.body.items) known.set(id, status)
    cursor = page.body.nextCursor
  } while (cursor !== null)
  return known
}

const isDone = (name: string, status: string | undefined): boolean =>
  name === 'event' ? status === 'waiting' : status === 'succeeded'

test(`${KILLS} kills under load lose no accepted run, leave none stuck and repeat no recorded work`, {
  timeout: 240_000 + KILLS * 60_000 + RUNS * 100,
}, async () => {
  const workflows = await makeWorkflows()
  for (let round = 0; round < KILLS; round++) {
    const stop = startLoad(workflows)
    const share = (RUNS * (round + 1)) / KILLS
    await sleep(200 + Math.random() * 900)
    while (accepted.size < share) await sleep(20)
    const { strike } = killerOf(round)
    running = await strike(server(), () => startAgain(dir, server(), settings))
    await stop()
  }
  const restartedAt = Date.now()
  let open: string[] = []
  do {
    const known = await statuses()
    open = [...accepted]
      .filter(([id, name]) => !isDone(name, known.get(id)))
      .map(([id]) => `${id} ${known.get(id)}`)
    if (open.length > 0) await sleep(1_000)
  } while (open.length > 0 && Date.now() - restartedAt < STUCK_MS)
  const tookMs = Date.now() - restartedAt
  const whyNot = await Promise.all(
    open.map(async (one) => `${one} ${await errorOf(one.split(' ')[0] ?? '')}`),
  )
  expect(whyNot, 'neither ended nor at their wait a minute after the last restart').toEqual([])

  let repeated = 0
  const lost = [0, 0]
  for (const [id, name] of accepted) {
    const { body: run } = await call<Run>(server().url, 'GET', `/api/v1/workflows/executions/${id}`, {
      token,
    })
    expect(isDone(name, run.status), `${id} is ${run.status}`).toBe(true)
    if (name === 'event') expect(run.waitingFor).toMatchObject([{ kind: 'signal', name: 'go' }])
    repeated += checkCalls(run)
    if (name === 'pure') continue
    for (const times of (await checkEvents(id)).values()) lost[times - 1] = (lost[times - 1] ?? 0) + 1
  }
  console.log(
    `${KILLS} kills, ${accepted.size} accepted runs, all there ${tookMs} ms after; ${repeated} calls repeated, ` +
      `${lost.join(', ')} lost once, twice, …`,
  )
})

const errorOf = async (id: string): Promise<string> =>
  JSON.stringify(
    (await call<{ error: unknown }>(server().url, 'GET', `/api/v1/workflows/executions/${id}`, { token }))
      .body.error,
  )

/** Each activation has only called with its own key, and never more often than it was started. */
function checkCalls(run: Run): number {
  let repeated = 0
  for (const { id, path, attempt } of run.nodes) {
    const keys = calls.get(`${run.id}/${id}`)
    if (!['first', 'second', 'between'].includes(id)) continue
    expect([...(keys?.keys() ?? [])], `${run.id} ${path}`).toEqual([`${run.id}:${path}`])
    const count = keys?.get(`${run.id}:${path}`) ?? 0
    expect(count, `${run.id} ${path} was started ${attempt} times`).toBeLessThanOrEqual(attempt)
    repeated += count - 1
  }
  return repeated
}

/** How often each activation was lost with the server. */
async function checkEvents(id: string): Promise<Map<string, number>> {
  const path = `/api/v1/workflows/executions/${id}/events?limit=500`
  const { body } = await call<{ items: { seq: number; type: string; path?: string; reason?: string }[] }>(
    server().url,
    'GET',
    path,
    { token, headers: { accept: 'application/json' } },
  )
  expect(body.items.map(({ seq }) => seq)).toEqual(body.items.map((_, at) => at + 1))
  const recorded = body.items.filter(({ type }) => type === 'node.succeeded').map((event) => event.path)
  expect(new Set(recorded).size).toBe(recorded.length)
  const losses = new Map<string, number>()
  for (const { type, path = '', reason } of body.items)
    if (type === 'node.retrying' && reason === 'crashed') losses.set(path, (losses.get(path) ?? 0) + 1)
  return losses
}
