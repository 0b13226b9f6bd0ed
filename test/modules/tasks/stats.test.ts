// Figures compared with a brute-force count over random tasks, also after changes and deletions.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { TASK_STATUSES } from '../../../src/modules/tasks/pure/status.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { SEED } from '../../helpers/random-cases.ts'
import { TASKS } from './tasks.ts'

const DAY = 86_400_000
const TYPES = ['custom', 'research', 'dataAnalysis']

type Row = {
  id: string
  type: string
  status: string
  assignee: string
  createdAt: number
  finishedAt: number | null
  durationMs: number | null
  cost: number
  attempt: number
  dueAt: number | null
}

const ended = (status: string) => ['succeeded', 'failed', 'cancelled', 'skipped'].includes(status)

test('figures equal a brute-force count over 20,000 tasks, also after changes and deletions', async () => {
  const seed = SEED
  const { below } = randomFrom(seed)
  const ada = await newPerson()
  const now = clock.now()
  const newRow = (n: number): Row => {
    const status = TASK_STATUSES[below(TASK_STATUSES.length)] ?? 'draft'
    const createdAt = now - below(20 * DAY)
    const isTimed = ended(status) && below(10) > 0
    return {
      id: `tsk_${String(n).padStart(4, '0')}${ada.teamId.slice(-16)}${String(seed).padStart(6, '0').slice(-6)}`,
      type: TYPES[below(3)] ?? 'custom',
      status,
      assignee: below(2) === 0 ? '' : `usr_${below(3)}`,
      createdAt,
      finishedAt: ended(status) ? Math.min(now, createdAt + below(5 * DAY)) : null,
      durationMs: isTimed ? below(100_000) : null,
      cost: below(5_000_000),
      attempt: below(4),
      dueAt: below(3) === 0 ? now + below(10 * DAY) - 5 * DAY : null,
    }
  }
  const rows = Array.from({ length: 20_000 }, (_, n) => newRow(n))
  const set = (list: Row[], verb: string) =>
    env.DB.prepare(
      verb === 'insert'
        ? `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, due_at, created_by, created_at, updated_at, assignee, finished_at, duration_ms, cost_micro_usd, attempt)
           SELECT value ->> 'id', ?2, 'x', value ->> 'type', value ->> 'status', 1, 'x', coalesce(value ->> 'dueAt', 8640000000000000), value ->> 'dueAt', 'x',
             value ->> 'createdAt', value ->> 'createdAt', value ->> 'assignee', value ->> 'finishedAt', value ->> 'durationMs', value ->> 'cost', value ->> 'attempt' FROM json_each(?1)`
        : `UPDATE tasks SET (type, status, assignee, finished_at, duration_ms, cost_micro_usd, attempt) =
             (SELECT value ->> 'type', value ->> 'status', value ->> 'assignee', value ->> 'finishedAt', value ->> 'durationMs', value ->> 'cost', value ->> 'attempt'
              FROM json_each(?1) WHERE value ->> 'id' = tasks.id)
           WHERE team_id = ?2 AND id IN (SELECT value ->> 'id' FROM json_each(?1))`,
    )
      .bind(JSON.stringify(list), ada.teamId)
      .run()
  for (let at = 0; at < rows.length; at += 2_000) await set(rows.slice(at, at + 2_000), 'insert')
  const changed = Array.from({ length: 300 }, () => below(rows.length))
  for (const n of new Set(changed)) {
    const before = rows[n]
    if (before !== undefined)
      rows[n] = { ...newRow(n), id: before.id, createdAt: before.createdAt, dueAt: before.dueAt }
  }
  await set(
    [...new Set(changed)].flatMap((n) => rows[n] ?? []),
    'update',
  )
  const gone = new Set(Array.from({ length: 500 }, () => below(rows.length)))
  await env.DB.prepare('DELETE FROM tasks WHERE team_id = ?1 AND id IN (SELECT value FROM json_each(?2))')
    .bind(ada.teamId, JSON.stringify([...gone].flatMap((n) => rows[n]?.id ?? [])))
    .run()
  const left = rows.filter((_, n) => !gone.has(n))
  await env.DB.prepare('DELETE FROM task_changes WHERE team_id = ?').bind(ada.teamId).run()

  const { body } = await get(`${TASKS}/stats/summary`, ada)
  const count = (test: (row: Row) => boolean) => left.filter(test).length
  expect(body.total, `seed ${seed}`).toBe(left.length)
  for (const status of TASK_STATUSES)
    expect([status, body.byStatus[status]]).toEqual([status, count((row) => row.status === status)])
  for (const type of TYPES)
    expect([type, body.byType[type]]).toEqual([type, count((row) => row.type === type)])
  expect(body.overdue).toBe(
    count((row) => row.dueAt !== null && row.dueAt < clock.now() && !ended(row.status)),
  )
  const [won, lost] = [count((row) => row.status === 'succeeded'), count((row) => row.status === 'failed')]
  expect(body.successRate).toBeCloseTo(won / (won + lost), 12)
  const timed = left.filter((row) => ['succeeded', 'failed'].includes(row.status) && row.durationMs !== null)
  expect(body.meanDurationMs).toBe(
    Math.round(timed.reduce((sum, row) => sum + (row.durationMs ?? 0), 0) / timed.length),
  )
  const times = left
    .filter((row) => row.status === 'succeeded' && row.durationMs !== null)
    .map((row) => row.durationMs ?? 0)
    .sort((a, b) => a - b)
  expect(body.p95DurationMs).toBe(times[Math.ceil(0.95 * times.length) - 1])
  expect(body.costUsd).toBeCloseTo(
    left.filter((row) => ended(row.status)).reduce((sum, row) => sum + row.cost, 0) / 1e6,
    6,
  )

  // Counts take the filters of the list.
  const late = left.filter((row) => row.type === 'research' && row.assignee === '' && !ended(row.status))
  const due = late.filter((row) => row.dueAt !== null && row.dueAt < clock.now())
  const counted = await get(`${TASKS}/counts?type=research&assignee=none&overdue=true`, ada)
  expect(counted.body.total, `seed ${seed}`).toBe(due.length)
  for (const status of TASK_STATUSES)
    expect([status, counted.body.byStatus[status] ?? 0]).toEqual([
      status,
      due.filter((row) => row.status === status).length,
    ])

  const metrics = await get(
    `${TASKS}/metrics?groupBy=day,type,assignee&from=${new Date(now - 40 * DAY).toISOString().slice(0, 10)}`,
    ada,
  )
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  for (const group of metrics.body.groups) {
    const same = (row: Row) => row.type === group.type && row.assignee === (group.assignee ?? '')
    expect(group.created).toBe(count((row) => same(row) && day(row.createdAt) === group.day))
    for (const status of ['succeeded', 'failed', 'cancelled', 'skipped'])
      expect(group[status]).toBe(
        count((row) => same(row) && row.status === status && day(row.finishedAt ?? 0) === group.day),
      )
  }
}, 120_000)
