// Kills of the whole server between the end of a task and the start of its dependant. Each dependant still starts
// exactly once: it has one attempt, one run, and its external call came with one key.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf, type Served, sendJson, serve } from '../fakes/serve.ts'
import { call, register } from './client.ts'
import { end, forget, type Installation, newStateDir, start, startAgain } from './installation.ts'
import { killerOf } from './killers.ts'

const KILLS = Number(process.env.ORRERY_TASK_KILLS ?? 3)
/** Pairs of tasks in each round. The kill comes when the first of them has done its work. */
const PAIRS = 10
/** The latest time of the kill after the first call of a round. By then all dependants have started. */
const SPREAD_MS = 250
const STUCK_MS = 120_000

type Task = { id: string; title: string; status: string; attempt: number; dependsOn: unknown[] }

let dir: string
let counter: Served
let running: Installation | null = null
let token: string
let settings: Record<string, string>
/** For each dependant, the keys of its calls. */
const keys = new Map<string, Set<string>>()
let onFirst: (() => void) | null = null

const server = (): Installation => {
  if (running === null) throw new Error('nothing runs')
  return running
}

beforeAll(async () => {
  dir = newStateDir()
  counter = await serve(() => async (request, response) => {
    const [, kind = '', task = ''] = (request.url ?? '').split('/')
    await bodyOf(request)
    if (kind === 'first') {
      onFirst?.()
      onFirst = null
    } else keys.set(task, (keys.get(task) ?? new Set()).add(String(request.headers['idempotency-key'])))
    sendJson(response, 200, { ok: true })
  })
  settings = { OUTBOUND_ALLOW_HOSTS: new URL(counter.url).host }
  running = await start(dir, settings)
  token = await register(server().url, 'tasks')
  await call(server().url, 'PUT', '/api/v1/users/subscription', { token, json: { plan: 'team' } })
})
afterAll(async () => {
  await end(running)
  await counter.close()
  forget(dir)
})

const work = (kind: string) => ({
  steps: [
    {
      id: 'call',
      type: 'http.request',
      params: { method: 'POST', url: `${counter.url}/${kind}/{{ input.task.id }}` },
    },
  ],
})
const RETRY = { attempts: 5, delayMs: 100, factor: 1, maxDelayMs: 1_000 }

/** First the dependants with their dependencies, then the signal to begin: a kill may come from then on. */
async function makePairs(round: number): Promise<string[]> {
  const items = Array.from({ length: PAIRS }, (_, n) => [
    { ref: `a${n}`, title: `first ${round} ${n}`, type: 'custom', input: work('first'), retry: RETRY },
    {
      title: `second ${round} ${n}`,
      type: 'custom',
      input: work('second'),
      retry: RETRY,
      dependsOn: [{ ref: `a${n}` }],
    },
  ]).flat()
  const { body, status } = await call<{ results: { ok: boolean; id: string }[] }>(
    server().url,
    'POST',
    '/api/v1/tasks/batch',
    { token, json: { items } },
  )
  expect(status, JSON.stringify(body)).toBe(200)
  expect(
    body.results.every(({ ok }) => ok),
    JSON.stringify(body),
  ).toBe(true)
  return body.results.filter((_, at) => at % 2 === 0).map(({ id }) => id)
}

async function tasks(query: string): Promise<Task[]> {
  const found: Task[] = []
  let cursor: string | null = null
  do {
    const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = await call<{ items: Task[]; nextCursor: string | null }>(
      server().url,
      'GET',
      `/api/v1/tasks?limit=100&${query}${more}`,
      { token },
    )
    expect(page.status, JSON.stringify(page.body)).toBe(200)
    found.push(...page.body.items)
    cursor = page.body.nextCursor
  } while (cursor !== null)
  return found
}

test(`${KILLS} kills between the end of a task and the start of the next start each task once`, {
  timeout: 240_000 + KILLS * 60_000,
}, async () => {
  for (let round = 0; round < KILLS; round++) {
    const firsts = await makePairs(round)
    const begun = new Promise<void>((resolve) => {
      onFirst = resolve
    })
    const items = firsts.map((taskId) => ({ taskId }))
    // Its answer may be lost with the server.
    const asked = call(server().url, 'POST', '/api/v1/tasks/batch/execute', { token, json: { items } }).catch(
      () => null,
    )
    await begun
    await sleep(Math.random() * SPREAD_MS)
    running = await killerOf(round).strike(server(), () => startAgain(dir, server(), settings))
    await asked
    // Requests that the kill prevented are repeated.
    const drafts = (await tasks('status=draft')).map(({ id }) => ({ taskId: id }))
    if (drafts.length > 0)
      await call(server().url, 'POST', '/api/v1/tasks/batch/execute', { token, json: { items: drafts } })
  }
  const until = Date.now() + STUCK_MS
  let open: Task[]
  do {
    open = (await tasks('')).filter(({ status }) => status !== 'succeeded')
    if (open.length > 0) await sleep(1_000)
  } while (open.length > 0 && Date.now() < until)
  expect(open.map(({ id, title, status }) => `${id} ${title} ${status}`)).toEqual([])

  const all = await tasks('')
  expect(all).toHaveLength(KILLS * PAIRS * 2)
  for (const { id, title } of all.filter((task) => task.title.startsWith('second'))) {
    const { body } = await call<Task>(server().url, 'GET', `/api/v1/tasks/${id}`, { token })
    expect(body.attempt, title).toBe(1)
    const runs = await call<{ items: { id: string }[] }>(
      server().url,
      'GET',
      `/api/v1/workflows/executions?kind=task&subjectId=${id}`,
      { token },
    )
    expect(
      runs.body.items.map((run) => run.id),
      title,
    ).toHaveLength(1)
    expect([...(keys.get(id) ?? [])], title).toEqual([`${runs.body.items[0]?.id}:call`])
  }
})
