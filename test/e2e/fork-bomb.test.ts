// A workflow that starts itself three times, on a free account, while another team works. The number of its runs is
// limited and they are queued, the other team is hardly affected, and a server that is killed in the middle restarts.
// The long form (ORRERY_BOMBS) starts this many at once, up to the 20 of the plan, lets them create the maximum, and
// requires the other team's p99 to stay under five times the normal one. With ORRERY_BOMB_WAITS, each run waits for
// those that it starts.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, register } from './client.ts'
import { end, forget, type Installation, kill, newStateDir, start, startAgain } from './installation.ts'

const LONG = process.env.ORRERY_BOMBS !== undefined
const BOMBS = Number(process.env.ORRERY_BOMBS ?? 1)
const WAITS = process.env.ORRERY_BOMB_WAITS === 'true'
const SECONDS = LONG ? 15 : 4
const CLIENTS = 4
/** The limit of the plan `free`. */
const DESCENDANTS = 1_000
const SLOTS = 20
const RUNS_A_MONTH = 10_000
const END_MS = 180_000 * BOMBS
/** In the short form the machine runs other tests too. */
const MAX_TIMES = LONG ? 5 : 20

let dir: string
let running: Installation | null = null

const server = (): Installation => {
  if (running === null) throw new Error('nothing runs')
  return running
}

beforeAll(async () => {
  dir = newStateDir()
  running = await start(dir)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

const api = <T>(method: string, path: string, token: string, json?: unknown) =>
  call<T>(server().url, method, `/api/v1${path}`, { token, ...(json === undefined ? {} : { json }) })

async function makeWorkflow(token: string, definition: unknown): Promise<string> {
  const made = await api<{ id: string }>('POST', '/workflows', token, { name: 'Bombed', definition })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.id
}

async function makeBomb(token: string): Promise<string> {
  const id = await makeWorkflow(token, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const nodes = [0, 1, 2].map((i) => ({
    id: `c${i}`,
    type: 'flow.workflow',
    params: { workflowId: id, wait: WAITS },
    onError: 'continue',
  }))
  const changed = await api('PATCH', `/workflows/${id}`, token, { definition: { nodes } })
  expect(changed.status, JSON.stringify(changed.body)).toBe(200)
  return id
}

/** How long the other team's starts take, including their runs. */
async function watch(token: string, workflowId: string, seconds: number): Promise<number[]> {
  const times: number[] = []
  const until = performance.now() + seconds * 1_000
  const client = async () => {
    while (performance.now() < until) {
      const sent = performance.now()
      const answer = await api<{ status: string }>('POST', `/workflows/${workflowId}/execute`, token, {})
      expect(answer.body.status, JSON.stringify(answer.body)).toBe('succeeded')
      times.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return times.sort((a, b) => a - b)
}

const p99 = (times: number[]): number => times[Math.floor(times.length * 0.99)] ?? 0

async function countOf(token: string, query = ''): Promise<number> {
  const path = `/workflows/executions?count=true&limit=1${query}`
  return (await api<{ total: number }>('GET', path, token)).body.total
}

const openFiles = (): number => readdirSync(`/proc/${server().owner().runtime?.pid}/fd`).length

async function restart(): Promise<number> {
  kill(server().npm.pid, true)
  await server().ended
  const killedAt = performance.now()
  running = await startAgain(dir, server())
  return Math.round(performance.now() - killedAt)
}

async function untilOver(token: string): Promise<void> {
  const until = performance.now() + END_MS
  for (;;) {
    const counts = await Promise.all(
      ['running', 'queued', 'waiting'].map((status) => countOf(token, `&status=${status}`)),
    )
    if (counts.every((count) => count === 0)) return
    if (performance.now() > until) throw new Error(`${await countOf(token)} runs, and no end: ${counts}`)
    await sleep(1_000)
  }
}

test(
  'a fork bomb is limited, does not slow the other team, and does not prevent a restart',
  async () => {
    const victim = await register(server().url, 'victim')
    await api('PUT', '/users/subscription', victim, { plan: 'team' })
    const steps = Array.from({ length: 10 }, (_, i) => ({
      ...{ id: `s${i}`, type: 'data.set', params: { values: { i } } },
    }))
    const edges = steps.slice(1).map(({ id }, i) => ({ from: `s${i}`, to: id }))
    const work = await makeWorkflow(victim, { nodes: steps, edges })
    const attacker = await register(server().url, 'attacker')
    const bomb = await makeBomb(attacker)
    const seen: Record<string, unknown>[] = []
    const look = async (what: string, times: number[], more = {}) =>
      seen.push({
        ...{ what, runsOfTheBomb: await countOf(attacker), openFiles: openFiles(), ...more },
        ...{ requests: times.length, p50: Math.round(times[Math.floor(times.length / 2)] ?? 0) },
        p99: Math.round(p99(times)),
      })

    await watch(victim, work, SECONDS / 2)
    const normal = await watch(victim, work, SECONDS)
    await look('before', normal)
    for (let i = 0; i < BOMBS; i++)
      expect([200, 202, 402]).toContain(
        (await api('POST', `/workflows/${bomb}/execute`, attacker, {})).status,
      )
    const bombed = await watch(victim, work, SECONDS)
    await look('under the bomb', bombed)
    if (!WAITS) expect(await countOf(attacker, '&status=running')).toBeLessThanOrEqual(SLOTS)

    let readyMs = await restart()
    const after = await watch(victim, work, SECONDS)
    await look('after a kill in the midst of it', after, { readyMs })
    if (LONG) {
      await untilOver(attacker)
      readyMs = await restart()
      await look('after a kill with all that it may create', await watch(victim, work, SECONDS), { readyMs })
      console.table(seen)
    }
    const total = await countOf(attacker)
    expect(total).toBeLessThanOrEqual(Math.min(BOMBS * (DESCENDANTS + 1), RUNS_A_MONTH + SLOTS))
    if (LONG && BOMBS === 1) expect(total).toBe(DESCENDANTS + 1)
    for (const times of [bombed, after]) expect(p99(times)).toBeLessThan(MAX_TIMES * p99(normal))
  },
  END_MS + 180_000,
)
