// The current values in /metrics. Tests share the storage, so the differences are checked.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { readSettings } from '../../../src/env.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

async function gauges(): Promise<Map<string, number>> {
  const { text } = await get('/metrics', { token: readSettings(env).METRICS_TOKEN as string })
  return new Map(
    [...text.matchAll(/^(orrery_(?!http)\S+) (\S+)$/gm)].map(([, name, value]) => [
      name ?? '',
      Number(value),
    ]),
  )
}

/** By how much each of these series has grown because of the work. */
async function growth(names: string[], work: () => Promise<unknown>): Promise<number[]> {
  const before = await gauges()
  await work()
  const after = await gauges()
  return names.map((name) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN))
}

const insertRun = (columns: Record<string, string | number>) => {
  const row = {
    id: newId('run', clock.now()),
    team_id: 'team_gauges',
    workflow_version: 1,
    workflow_name: 'Gauges',
    trigger_type: 'manual',
    seq: 1,
    created_at: clock.now(),
    ...columns,
  }
  return env.DB.prepare(
    `INSERT INTO runs (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
      .map(() => '?')
      .join(', ')})`,
  )
    .bind(...Object.values(row))
    .run()
}

const insertMessage = (id: string, status: string, nextAt: number) =>
  env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, status, next_at, created_at) VALUES (?, 'gauge.test', '{}', 'req_test', ?, ?, ?)",
  )
    .bind(id, status, nextAt, nextAt)
    .run()

test('waiting runs are counted by what they wait for, until they continue', async () => {
  const person = await newPerson()
  const nodes = [
    { id: 'event', type: 'flow.waitForEvent', params: { name: 'gauge' } },
    { id: 'hear2', type: 'flow.waitForEvent', params: { name: 'gauge' } },
    { id: 'ask', type: 'flow.approval', params: { title: 'May it?' } },
  ]
  const path = `/api/v1/workflows/${await newWorkflow(person.teamId, { nodes })}/execute`
  const series = [
    'orrery_runs{status="waiting"}',
    'orrery_waits{for="event"}',
    'orrery_waits{for="approval"}',
  ]
  const before = await gauges()
  const grown = async () => {
    const after = await gauges()
    return series.map((name) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN))
  }
  const { id } = (await post(path, person, {})).body
  await eventually(async () => expect(await grown()).toEqual([1, 2, 1]))
  await post(`/api/v1/runs/${id}/cancel`, person, undefined)
  await eventually(async () => expect(await grown()).toEqual([0, 0, 0]))
})

test('open runs are counted by status, and ended ones for five minutes', async () => {
  const now = clock.now()
  const series = ['queued', 'running', 'paused'].map((status) => `orrery_runs{status="${status}"}`)
  const ended = ['succeeded', 'failed', 'cancelled'].map(
    (status) => `orrery_runs_ended_recently{status="${status}"}`,
  )
  const grown = await growth([...series, ...ended], async () => {
    await insertRun({ status: 'queued' })
    await insertRun({ status: 'running' })
    await insertRun({ status: 'running' })
    await insertRun({ status: 'paused' })
    await insertRun({ status: 'running', deleted_at: now })
    await insertRun({ status: 'failed', finished_at: now - 4 * MINUTE_MS })
    await insertRun({ status: 'failed', finished_at: now - 6 * MINUTE_MS })
    await insertRun({ status: 'cancelled', finished_at: now })
  })
  expect(grown).toEqual([1, 2, 1, 0, 1, 1])
})

test('queued and stuck runs are counted', async () => {
  const grown = await growth(['orrery_runs_in_line', 'orrery_runs_stuck'], async () => {
    await insertRun({ status: 'queued', line_since: clock.now() })
    await insertRun({ status: 'queued', line_since: clock.now() })
    await insertRun({ status: 'running', stuck_since: clock.now() })
  })
  expect(grown).toEqual([2, 1])
  await env.DB.prepare(
    "UPDATE runs SET line_since = NULL, stuck_since = NULL WHERE team_id = 'team_gauges'",
  ).run()
})

test('unprocessed messages are counted, with the age of the oldest', async () => {
  const now = clock.now()
  const names = [
    'orrery_queue_due_messages',
    'orrery_outbox_messages{status="pending"}',
    'orrery_outbox_messages{status="dead"}',
  ]
  const ids = ['oldest', 'late', 'in time', 'dead', 'done'].map((what) => `msg_gauge ${what}`)
  const [oldest = '', late = '', inTime = '', dead = '', done = ''] = ids
  const grown = await growth(names, async () => {
    // Older than anything that other tests have left.
    await insertMessage(oldest, 'pending', HOUR_MS)
    await insertMessage(late, 'pending', now - HOUR_MS)
    await insertMessage(inTime, 'pending', now + HOUR_MS)
    await insertMessage(dead, 'dead', 0)
    await insertMessage(done, 'done', 0)
  })
  expect(grown).toEqual([2, 3, 1])
  const delaySeconds = (await gauges()).get('orrery_queue_delay_seconds') ?? 0
  expect(Math.abs(delaySeconds - (clock.now() - HOUR_MS) / 1_000)).toBeLessThan(60)
  await env.DB.prepare('DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
    .run()
})

test('each series has its description and type right before it', async () => {
  const { text } = await get('/metrics', { token: readSettings(env).METRICS_TOKEN as string })
  const names = new Set([...(await gauges()).keys()].map((series) => series.split('{')[0] ?? ''))
  expect(names.size).toBeGreaterThan(7)
  for (const name of names) {
    const type = name.endsWith('_total') ? 'counter' : 'gauge'
    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.+\n# TYPE ${name} ${type}\n${name}[{ ]`, 'm'))
  }
})
