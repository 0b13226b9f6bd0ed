// How long data is kept, by the plan of its team.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import type { Plan } from '../../../src/core/plans.ts'
import { newRunId } from '../../../src/core/run-id.ts'
import { TickBudget } from '../../../src/core/tick-budget.ts'
import { retain } from '../../../src/cron/index.ts'
import { retainByPlan } from '../../../src/cron/retention.ts'
import { prepare } from '../../../src/db/statement.ts'
import { findPosition, putPosition } from '../../../src/db/sweep-position.ts'
import { get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newCallback, newNotification } from '../../helpers/deliveries.ts'
import { runCron, withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { retainTeamsSince } from '../../helpers/retention.ts'
import { linear, reported } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { resetSettings, setSettings } from '../admin/settings.ts'

afterEach(resetSettings)

let since = 0
beforeEach(() => {
  since = clock.now()
})

async function newData(plan: Plan, ageDays: number) {
  const person = await newPerson({ plan })
  const createdAt = clock.now() - ageDays * DAY_MS
  const notification = await newNotification(person)
  const delivery = await newCallback(person.teamId)
  await env.DB.batch([
    env.DB.prepare('UPDATE notifications SET created_at = ? WHERE id = ?').bind(createdAt, notification),
    env.DB.prepare('UPDATE webhook_deliveries SET created_at = ? WHERE id = ?').bind(createdAt, delivery),
    env.DB.prepare(
      "INSERT INTO inbound_events (team_id, id, name, data, created_at) VALUES (?, 'evt', 'x', '{}', ?)",
    ).bind(person.teamId, createdAt),
  ])
  const count = async (table: string) =>
    (
      await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE team_id = ?`)
        .bind(person.teamId)
        .first<{ n: number }>()
    )?.n
  return async () => ({
    notifications: await count('notifications'),
    deliveries: await count('webhook_deliveries'),
    events: await count('inbound_events'),
  })
}

const ALL = { notifications: 1, deliveries: 1, events: 1 }
const NONE = { notifications: 0, deliveries: 0, events: 0 }

test('a plan with a shorter retention deletes earlier, others do not', async () => {
  const [free, young, premium] = [
    await newData('free', 8),
    await newData('free', 6),
    await newData('premium', 8),
  ]
  const week = { free: 7 }
  await setSettings({ retention: { notifications: week, deliveries: week, events: week } })
  await retainTeamsSince(since)
  expect([await free(), await young(), await premium()]).toEqual([NONE, ALL, ALL])
})

test('a longer retention only applies to its plan', async () => {
  const [free, team] = [await newData('free', 100), await newData('team', 100)]
  const year = { team: 365 }
  await setSettings({ retention: { notifications: year, deliveries: year, events: year } })
  await runCron()
  await retainTeamsSince(since)
  expect([await free(), await team()]).toEqual([NONE, ALL])
})

test('a tick whose budget is spent visits no team', async () => {
  const free = await newData('free', 8)
  await setSettings({ retention: { notifications: { free: 7 } } })
  const position = newId('team', since - 1)
  await prepare(env.DB, putPosition('retention', { position, nextAt: 0 })).run()
  await withContext((request) => {
    const budget = new TickBudget(request.now)
    budget.spend(500)
    return retainByPlan(request, budget)
  })
  expect(await free()).toEqual(ALL)
  expect(await findPosition(env.DB, 'retention')).toMatchObject({ position })
})

test('a backlog of all teams leaves half of a tick to retention by plan, and gets the rest', async () => {
  const { teamId } = await newPerson()
  const due = Array.from({ length: 120 }, (_, i) => newRunId(teamId, i % 50, clock.now() + i))
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, finished_at)
     VALUES (?, ?, 1, 'n', 'succeeded', 'manual', 1, 1, 1)`,
  )
  await env.DB.batch(due.map((id) => insert.bind(id, teamId)))
  const free = await newData('free', 8)
  await setSettings({ retention: { notifications: { free: 7 } } })
  await prepare(env.DB, putPosition('retention', { position: newId('team', since - 1), nextAt: 0 })).run()
  await prepare(env.DB, putPosition('retire runs', { position: '', nextAt: 0 })).run()
  const tasks = await withContext((request) => {
    const budget = new TickBudget(request.now)
    budget.spend(480)
    return retain(request, budget)
  })
  expect(await free()).toEqual({ ...ALL, notifications: 0 })
  expect(tasks.map(({ name }) => name)).toEqual([
    'retention of all teams',
    'retention by plan',
    'retention of all teams, continued',
  ])
})

test('without a difference no team is visited', async () => {
  await env.DB.prepare("DELETE FROM sweep_positions WHERE name = 'retention'").run()
  await withContext(retainByPlan)
  expect(await env.DB.prepare("SELECT 1 FROM sweep_positions WHERE name = 'retention'").first()).toBeNull()
})

test('runs of a plan with a shorter retention are removed with their objects', async () => {
  const end = async (plan: Plan) => {
    const person = await newPerson({ plan })
    const workflowId = await newWorkflow(person.teamId, linear(1))
    const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
    await reported(body.id)
    const old = clock.now() - 8 * DAY_MS
    await env.DB.prepare('UPDATE runs SET created_at = ?1, finished_at = ?1 WHERE id = ?2')
      .bind(old, body.id)
      .run()
    return async () => (await get(`/api/v1/runs/${body.id}`, person)).status
  }
  const [free, premium] = [await end('free'), await end('premium')]
  await setSettings({ retention: { runs: { free: 7 } } })
  await retainTeamsSince(since)
  expect([await free(), await premium()]).toEqual([404, 200])
})
