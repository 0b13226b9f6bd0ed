import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { dayOf } from '../../../src/core/clock.ts'
import { addDays } from '../../../src/modules/finops/summaries/period.ts'
import { startDueExports } from '../../../src/modules/finops/transfer/schedule/run.ts'
import { call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { COSTS, postCost } from './rows.ts'

const SCHEDULE = `${COSTS}/export/schedule`

test('the costs of a day are written to a file once, also when the tick and the message come twice', async () => {
  const person = await newPerson()
  const day = addDays(dayOf(clock.now()), -1)
  await postCost(person, { date: day, costUsd: 12.5 })
  await postCost(person, { date: addDays(day, -1), costUsd: 7 })
  const set = await call('PUT', SCHEDULE, { as: person, body: { every: 'day', folder: 'bills' } })
  expect(set.body).toMatchObject({ every: 'day', format: 'csv', folder: 'bills' })
  expect((await get(SCHEDULE, person)).body).toEqual(set.body)
  // Its time has come.
  await env.DB.prepare('UPDATE cost_export_schedules SET next_at = ? WHERE team_id = ?')
    .bind(Date.parse(dayOf(clock.now())), person.teamId)
    .run()
  await Promise.all([withContext(startDueExports), withContext(startDueExports)])
  await runJobs()
  await runJobs()
  const files = (await get('/api/v1/files?prefix=bills/', person)).body.items
  expect(files).toMatchObject([{ name: `bills/costs-${day}.csv`, version: 1, tags: ['costs', 'export'] }])
  const content = await call('GET', new URL(files[0].url, 'http://orrery.test').pathname, { as: person })
  expect(content.text.split('\r\n')).toHaveLength(3)
  expect(content.text).toContain('12.5')
  expect(Date.parse((await get(SCHEDULE, person)).body.nextAt)).toBeGreaterThan(clock.now())
  expect((await call('DELETE', SCHEDULE, { as: person })).status).toBe(204)
  expect((await get(SCHEDULE, person)).status).toBe(404)
})

test('an export that cannot be written stands in the audit log', async () => {
  const person = await newPerson()
  await call('PUT', SCHEDULE, { as: person, body: { every: 'month', format: 'jsonl' } })
  await env.DB.prepare('UPDATE cost_export_schedules SET next_at = 1 WHERE team_id = ?')
    .bind(person.teamId)
    .run()
  await withContext(startDueExports)
  await runJobs()
  const row = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE team_id = ? AND action = 'export.failed'",
  )
    .bind(person.teamId)
    .first<{ after: string }>()
  expect(JSON.parse(row?.after ?? '{}')).toMatchObject({ code: 'file.empty' })
})

test.each(['../up', '/a', 'a//b', 'a/../b', 'a\\b', '.'])('the folder %j is refused', async (folder) => {
  const answer = await call('PUT', SCHEDULE, { as: await newPerson(), body: { every: 'day', folder } })
  expect(answer.status).toBe(422)
})
