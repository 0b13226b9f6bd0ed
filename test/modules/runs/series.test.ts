// Figures over time, grouped errors, and runs found by words. Rows are in the form that reports write.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { get } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'

const NOON = Date.parse('2026-03-10T12:00:00Z')
const MINUTE = 60_000
const RANGE = 'from=2026-03-10T12:00:00Z&to=2026-03-10T14:00:00Z'

type Row = {
  at?: number
  status?: string
  durationMs?: number | null
  costMicroUsd?: number
  workflowId?: string
  title?: string
  error?: { code: string; message: string; cause?: string }
}

async function put(teamId: string, rows: Row[]): Promise<string[]> {
  const ids = rows.map(() => newId('run', NOON))
  await env.DB.batch(
    rows.map((row, i) =>
      env.DB.prepare(
        `INSERT INTO runs (id, team_id, workflow_id, workflow_version, workflow_name, status, trigger_type, seq, title, error,
           cost_micro_usd, duration_ms, created_at)
         VALUES (?, ?, ?, 1, 'Orders', ?, 'manual', 1, ?, ?, ?, ?, ?)`,
      ).bind(
        ids[i] ?? '',
        teamId,
        row.workflowId ?? 'wf_orders',
        row.status ?? 'succeeded',
        row.title ?? null,
        row.error ? JSON.stringify(row.error) : null,
        row.costMicroUsd ?? 0,
        row.durationMs ?? null,
        NOON + (row.at ?? 0),
      ),
    ),
  )
  return ids
}

test('runs are counted by status, with costs and durations, in buckets and in total', async () => {
  const person = await newPerson()
  await put(person.teamId, [
    { durationMs: 100, costMicroUsd: 500_000 },
    { at: MINUTE, durationMs: 300 },
    { at: 61 * MINUTE, status: 'failed', durationMs: 900 },
    { at: 62 * MINUTE, status: 'running' },
    { at: 120 * MINUTE, durationMs: 5 },
    { at: -1, durationMs: 5 },
  ])
  const { status, body } = await get(`/api/v1/workflows/metrics?${RANGE}&bucket=hour`, person)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    bucket: 'hour',
    runs: 4,
    byStatus: { succeeded: 2, failed: 1, running: 1, queued: 0 },
    durationMs: { p50: 300, p95: 900 },
    costUsd: 0.5,
  })
  expect(body.successRate).toBeCloseTo(2 / 3)
  expect(body.points.map((one: any) => [one.at, one.runs, one.durationMs.p50, one.durationMs.p95])).toEqual([
    ['2026-03-10T12:00:00.000Z', 2, 100, 300],
    ['2026-03-10T13:00:00.000Z', 2, 900, 900],
  ])
})

test('a team without runs has empty figures, and another team sees none of them', async () => {
  const { owner, join } = await newTeam()
  await put(owner.teamId, [{ durationMs: 5 }])
  const viewer = await join('viewer')
  expect((await get(`/api/v1/workflows/metrics?${RANGE}`, viewer)).body.runs).toBe(1)
  const stranger = await newPerson()
  const { body } = await get(`/api/v1/workflows/metrics?${RANGE}`, stranger)
  expect(body).toMatchObject({ runs: 0, successRate: null, durationMs: { p50: null, p95: null }, points: [] })
  expect((await get(`/api/v1/runs/errors?${RANGE}`, stranger)).body.items).toEqual([])
})

test('figures of one workflow are its own, and deleted runs do not count', async () => {
  const person = await newPerson()
  const [, gone = ''] = await put(person.teamId, [
    { workflowId: 'wf_a' },
    { workflowId: 'wf_a' },
    { workflowId: 'wf_b' },
  ])
  await env.DB.prepare('UPDATE runs SET deleted_at = 1 WHERE id = ?').bind(gone).run()
  expect((await get(`/api/v1/workflows/metrics?${RANGE}&workflowId=wf_a`, person)).body.runs).toBe(1)
})

test.each([
  ['a time that ends before it begins', 'from=2026-03-10T12:00:00Z&to=2026-03-10T12:00:00Z'],
  ['more points than a chart has', 'from=2026-03-01T12:00:00Z&to=2026-03-10T12:00:00Z&bucket=minute'],
  ['no bucket', `${RANGE}&bucket=week`],
])('%s is refused', async (_what, query) => {
  const answer = await get(`/api/v1/workflows/metrics?${query}`, await newPerson())
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
})

test('errors are grouped by code, node and workflow, the most frequent first', async () => {
  const person = await newPerson()
  const status = (cause: string, message: string) => ({ code: 'http.status', message, cause })
  const failed = { status: 'failed' }
  const ids = await put(person.teamId, [
    { ...failed, at: 1, error: status('load', 'answered 503') },
    { ...failed, at: 3, error: status('load:7.inner', 'answered 500') },
    { ...failed, at: 2, error: status('print', 'answered 503') },
    { ...failed, at: 4, error: { code: 'run.timeout', message: 'Too late' } },
    { ...failed, at: 5, error: { code: 'run.timeout', message: 'Too late' }, workflowId: 'wf_other' },
    { at: 6 },
  ])
  const { body } = await get(`/api/v1/runs/errors?${RANGE}&limit=2`, person)
  expect(body.items[0]).toEqual({
    code: 'http.status',
    path: 'load',
    message: 'answered 500',
    workflowId: 'wf_orders',
    workflowName: 'Orders',
    runs: 2,
    firstAt: new Date(NOON + 1).toISOString(),
    lastAt: new Date(NOON + 3).toISOString(),
    runId: ids[1],
  })
  const next = await get(`/api/v1/runs/errors?${RANGE}&limit=2&cursor=${body.nextCursor}`, person)
  const all = [...body.items, ...next.body.items].map((one: any) => [one.code, one.path, one.workflowId])
  expect(all).toEqual([
    ['http.status', 'load', 'wf_orders'],
    ['run.timeout', null, 'wf_other'],
    ['run.timeout', null, 'wf_orders'],
    ['http.status', 'print', 'wf_orders'],
  ])
  expect(next.body.nextCursor).toBeNull()
  expect(next.body.total).toBeUndefined()
  const counted = await get(`/api/v1/runs/errors?${RANGE}&limit=1&count=true`, person)
  expect([counted.body.items.length, counted.body.total]).toEqual([1, 4])
})

test('runs are found by words of their title, error and workflow, and by the end of their id', async () => {
  const person = await newPerson()
  const [first = '', second = '', third = ''] = await put(person.teamId, [
    { title: 'Order A-1002, 100%' },
    { status: 'failed', error: { code: 'http.status', message: 'GET /x answered 503' } },
    { title: null as never },
  ])
  const found = async (q: string) => {
    const { body } = await get(`/api/v1/runs?q=${encodeURIComponent(q)}`, person)
    return body.items.map(({ id }: { id: string }) => id).sort()
  }
  expect(await found('a-1002')).toEqual([first])
  expect(await found('100%')).toEqual([first])
  expect(await found('answered 503')).toEqual([second])
  expect(await found('http.STATUS')).toEqual([second])
  expect(await found(third.slice(-6))).toEqual([third])
  expect(await found(third)).toEqual([third])
  expect(await found('orders')).toEqual([first, second, third].sort())
  expect(await found('nothing')).toEqual([])
  expect((await get('/api/v1/runs/counts?q=answered', person)).body.total).toBe(1)
})

test('the list of workflows can include the last runs of each', async () => {
  const person = await newPerson()
  const { body } = await get('/api/v1/workflows', person)
  expect(body.items).toEqual([])
  const now = Date.now()
  await env.DB.prepare(
    "INSERT INTO workflows (id, team_id, name, tags, created_by, created_at, updated_at) VALUES (?, ?, 'A', '[]', 'usr_x', ?, ?)",
  )
    .bind(`wf_${person.teamId.slice(5)}`, person.teamId, now, now)
    .run()
  const workflowId = `wf_${person.teamId.slice(5)}`
  const stranger = await newPerson()
  await put(stranger.teamId, [{ workflowId, at: 99 }])
  const ids = await put(
    person.teamId,
    Array.from({ length: 40 }, (_, at) => ({
      workflowId,
      at,
      durationMs: at,
      status: at === 39 ? 'failed' : 'succeeded',
    })),
  )
  const [plain] = (await get('/api/v1/workflows', person)).body.items
  expect(plain.recent).toBeUndefined()
  const [item] = (await get('/api/v1/workflows?include=recent', person)).body.items
  expect(item.recent).toHaveLength(32)
  expect(item.recent[0]).toEqual({
    id: ids[39],
    status: 'failed',
    durationMs: 39,
    createdAt: new Date(NOON + 39).toISOString(),
  })
})
