import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { quantileMs } from '../../../src/modules/admin/stats/histogram.ts'
import { rollUpStats, SLICE_MS } from '../../../src/modules/admin/stats/roll-up.ts'
import { planOf, recordSql } from '../../db/support/plans.ts'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'

const STATS = '/api/v1/admin/stats'
const newAdmin = () => newPerson({ platformRole: 'admin' })

/** The middle of a slice for which nothing else was rolled up. */
async function freshSlice(): Promise<number> {
  clock.advance(2 * HOUR_MS)
  const start = clock.now() - (clock.now() % HOUR_MS) + HOUR_MS
  clock.advance(start - clock.now())
  await env.DB.prepare(
    "INSERT INTO sweep_positions (name, position, next_at) VALUES ('stats', ?1, 0) ON CONFLICT (name) DO UPDATE SET position = ?1",
  )
    .bind(String(start))
    .run()
  return start
}

const rollUp = () => withContext(rollUpStats)
const endSlice = () => clock.advance(SLICE_MS + MINUTE_MS)

const endRun = (status: string, finishedAt: number, more: { kind?: string; cost?: number } = {}) =>
  env.DB.prepare(
    `INSERT INTO runs (id, team_id, kind, workflow_version, workflow_name, status, trigger_type, seq, created_at, finished_at, cost_micro_usd)
     VALUES (?, 'team_stats', ?, 1, 'Stats', ?, 'manual', 1, ?, ?, ?)`,
  )
    .bind(newId('run', finishedAt), more.kind ?? 'workflow', status, finishedAt, finishedAt, more.cost ?? 0)
    .run()

const statsSince = async (from: number) =>
  (await get(`${STATS}?from=${new Date(from).toISOString()}`, await newAdmin())).body

test('ended runs are rolled up once, however often the tick comes', async () => {
  const start = await freshSlice()
  await endRun('succeeded', start + 1, { cost: 1_500_000 })
  await endRun('succeeded', start + 2, { kind: 'agent' })
  await endRun('failed', start + SLICE_MS - 1)
  await endRun('failed', start + SLICE_MS)
  endSlice()
  await Promise.all([rollUp(), rollUp()])
  await rollUp()
  const { totals, series } = await statsSince(start)
  expect(totals).toMatchObject({
    runsStarted: 3,
    runsEnded: { succeeded: 2, failed: 1, cancelled: 0 },
    runsByKind: { workflow: 2, agent: 1 },
    modelCostUsd: 1.5,
  })
  expect(totals.successRate).toBeCloseTo(2 / 3)
  expect(series).toHaveLength(1)
  expect(series[0].levels).toMatchObject({ users: expect.any(Number), databaseMs: expect.any(Number) })
  clock.advance(SLICE_MS)
  await rollUp()
  expect((await statsSince(start)).totals.runsEnded).toEqual({ succeeded: 2, failed: 2, cancelled: 0 })
})

test('missed slices are caught up', async () => {
  const start = await freshSlice()
  for (let i = 0; i < 20; i++) await endRun('succeeded', start + i * SLICE_MS)
  clock.advance(20 * SLICE_MS + MINUTE_MS)
  await rollUp()
  expect((await statsSince(start)).totals.runsEnded.succeeded).toBe(12)
  await rollUp()
  const { totals, series } = await statsSince(start)
  expect([totals.runsEnded.succeeded, series.length]).toEqual([20, 2])
})

test('requests are reported by route with their times, and only the growth since the last slice', async () => {
  await freshSlice()
  const admin = await newAdmin()
  endSlice()
  await rollUp()
  const start = clock.now() - (clock.now() % SLICE_MS)
  for (let i = 0; i < 3; i++) await get('/api/v1/teams', admin)
  clock.advance(SLICE_MS)
  await rollUp()
  const hour = start - (start % HOUR_MS)
  const route = (await statsSince(hour)).routes.find(
    (one: { method: string; route: string }) => one.method === 'GET' && one.route === '/api/v1/teams',
  )
  expect(route).toMatchObject({ requests: 3, errorRate: 0 })
  expect(route.p95Ms).toBeGreaterThanOrEqual(route.p50Ms)
})

test('figures by day are the sums of all hours', async () => {
  const start = await freshSlice()
  await endRun('cancelled', start)
  endSlice()
  await rollUp()
  const day = new Date(start).toISOString().slice(0, 10)
  const { body } = await get(`${STATS}?bucket=day&from=${day}T00:00:00Z`, await newAdmin())
  expect(body.series.at(-1)).toMatchObject({ at: `${day}T00:00:00.000Z` })
  expect(body.totals.runsEnded.cancelled).toBeGreaterThanOrEqual(1)
})

test.each([
  ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['bucket=minute'],
  ['from=yesterday'],
])('%s is refused', async (query) => {
  expect((await get(`${STATS}?${query}`, await newAdmin())).status).toBe(422)
})

test('the figures are read along indexes, and no ended run is read', async () => {
  const admin = await newAdmin()
  const sent = (await recordSql(async () => void (await get(STATS, admin)))).filter(({ sql }) =>
    /platform_|\bruns\b/.test(sql),
  )
  const plans = await Promise.all(sent.map(planOf))
  for (const step of plans.flat()) {
    expect(step).not.toMatch(/^SCAN (?!platform_settings|json_each)/)
    if (/\bruns\b/.test(step)) expect(step).toMatch(/SEARCH runs USING .*runs_finished \(finished_at=\?/)
    if (/platform_stats/.test(step)) expect(step).toMatch(/platform_stats_at \(size=\? AND at>\? AND at<\?\)/)
  }
  expect(sent.some(({ sql }) => sql.includes('platform_route_stats'))).toBe(true)
})

test('quantiles are estimated inside the bucket of the histogram', () => {
  const within = [0, 50, 100, 100, 100, 100, 100, 100, 100, 100, 100]
  expect(quantileMs(0.5, within, 100)).toBe(10)
  expect(quantileMs(0.75, within, 100)).toBeCloseTo(17.5)
  expect(quantileMs(0.5, within, 0)).toBeNull()
  expect(quantileMs(0.95, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 5)).toBe(10_000)
})
