import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { dayOf, HOUR_MS } from '../../../src/core/clock.ts'
import { addDays } from '../../../src/modules/finops/summaries/period.ts'
import { startDueExports } from '../../../src/modules/finops/transfer/schedule/run.ts'
import { lastPeriod } from '../../../src/modules/finops/transfer/schedule/times.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import {
  mailTo,
  putDeadMessage,
  runCronTasks,
  runJobs,
  runJobsOfType,
  withContext,
} from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { bucketOf, failAt, fresh, seenAt } from '../deployments/deployments.ts'
import { newIntegration } from '../integrations/integrations.ts'
import { COSTS, postCost } from './rows.ts'

const SCHEDULE = `${COSTS}/export/schedule`

test('the costs of a day are written to a file once, even if the tick and the message are repeated', async () => {
  const person = await newPerson()
  const day = addDays(dayOf(clock.now()), -1)
  await postCost(person, { date: day, costUsd: 12.5 })
  await postCost(person, { date: addDays(day, -1), costUsd: 7 })
  const set = await call('PUT', SCHEDULE, { as: person, body: { every: 'day', folder: 'bills' } })
  expect(set.body).toMatchObject({ every: 'day', format: 'csv', folder: 'bills' })
  expect((await get(SCHEDULE, person)).body).toEqual(set.body)
  // It is due now.
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
  expect(Date.parse((await get(SCHEDULE, person)).body.nextAt)).toBeGreaterThan(
    Date.parse(dayOf(clock.now())),
  )
  expect((await call('DELETE', SCHEDULE, { as: person })).status).toBe(204)
  expect((await get(SCHEDULE, person)).status).toBe(404)
})

test('periods that were missed are exported one after another', async () => {
  const person = await newPerson()
  const today = dayOf(clock.now())
  // The export of yesterday is only due at 06:00.
  const days = [-4, -3, -2].map((n) => addDays(today, n))
  for (const date of days) await postCost(person, { date, costUsd: 1 })
  await call('PUT', SCHEDULE, { as: person, body: { every: 'day', folder: 'late' } })
  await env.DB.prepare('UPDATE cost_export_schedules SET next_at = ? WHERE team_id = ?')
    .bind(Date.parse(addDays(today, -3)), person.teamId)
    .run()
  await withContext(startDueExports)
  await withContext(startDueExports)
  const started = async () =>
    (
      await env.DB.prepare("SELECT id FROM audit_log WHERE team_id = ? AND action = 'export.started'")
        .bind(person.teamId)
        .all()
    ).results.length
  expect(await started(), 'the second waits for the first').toBe(1)
  await eventually(async () => {
    await runJobsOfType('costs.export')
    await withContext(startDueExports)
    const { items } = (await get('/api/v1/files?prefix=late/', person)).body
    const names = items.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(days.map((day) => `late/costs-${day}.csv`)))
    expect(new Set(names).size).toBe(names.length)
  })
})

test('an export that cannot be written is in the audit log', async () => {
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

const lastMonth = (): string => lastPeriod('month', clock.now()).from.slice(0, 7)

async function scheduledFor(person: Person, more: Record<string, unknown>) {
  await postCost(person, { date: `${lastMonth()}-03`, costUsd: 12.5 })
  const answer = await call('PUT', SCHEDULE, { as: person, body: { every: 'month', ...more } })
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ lastRun: null })])
  return answer.body
}

const runNow = async (person: Person) => {
  expect((await post(`${SCHEDULE}/run`, person, {})).body.lastRun).toMatchObject({ status: 'running' })
  await runJobsOfType('costs.export')
  return (await get(SCHEDULE, person)).body.lastRun
}

/** Makes the next attempt of all exports of the team due. */
const hurry = (teamId: string) =>
  env.DB.prepare(
    "UPDATE outbox SET next_at = 0 WHERE type = 'costs.export' AND status = 'pending' AND body ->> 'teamId' = ?",
  )
    .bind(teamId)
    .run()

test('an export is sent to a bucket, with its hash, under the key of the template', async () => {
  const person = await newPerson()
  const bucket = fresh()
  const { id, name } = await bucketOf(person, bucket)
  const set = await scheduledFor(person, { integration: name, path: 'costs/year={year}/{month}/' })
  expect(set).toMatchObject({ integrationId: id, path: 'costs/year={year}/{month}/' })
  const run = await runNow(person)
  const [year, month] = lastMonth().split('-')
  expect(run).toMatchObject({ status: 'succeeded', error: null, from: `${lastMonth()}-01` })
  expect(run.object).toBe(`costs/year=${year}/${month}/${run.file.replace('exports/', '')}`)
  const { calls, contents } = await seenAt(bucket)
  expect(calls).toMatchObject([{ method: 'PUT', status: 200, digest: run.object }])
  const file = (await get(`/api/v1/files/${run.fileId}`, person)).body
  expect(contents).toEqual({ [file.sha256]: 1 })
})

test('a store that is down is retried, and the configured bucket gets the file once', async () => {
  const person = await newPerson()
  const [first, second] = [fresh(), fresh()]
  await scheduledFor(person, { integration: (await bucketOf(person, first)).id })
  await failAt(first, { status: 503, body: '<Error><Code>SlowDown</Code></Error>' })
  expect(await runNow(person)).toMatchObject({
    status: 'retrying',
    error: 'The store is busy.',
    object: null,
  })
  expect((await post(`${SCHEDULE}/run`, person, {})).status).toBe(409)
  const { id } = await bucketOf(person, second)
  await call('PUT', SCHEDULE, { as: person, body: { every: 'month', integration: id } })
  await hurry(person.teamId)
  await runJobsOfType('costs.export')
  expect((await get(SCHEDULE, person)).body.lastRun).toMatchObject({ status: 'succeeded', error: null })
  expect((await seenAt(first)).contents).toEqual({})
  expect(Object.values((await seenAt(second)).contents)).toEqual([1])
})

test('a permanent fault is not retried, and the owner gets the reason', async () => {
  const person = await newPerson()
  const bucket = fresh()
  await scheduledFor(person, { integration: (await bucketOf(person, bucket)).id })
  await failAt(bucket, { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' })
  expect(await runNow(person)).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('The bucket does not exist.'),
  })
  const [mail] = await mailTo(person.email)
  expect(mail?.subject).toContain('was given up')
  expect(mail?.text).toContain('The bucket does not exist.')
})

test('an export whose message was given up has failed, and the owner is notified once', async () => {
  const person = await newPerson()
  const bucket = fresh()
  await scheduledFor(person, { integration: (await bucketOf(person, bucket)).id })
  await failAt(bucket, { status: 500 })
  const { file } = await runNow(person)
  const day = dayOf(clock.now())
  await putDeadMessage({
    type: 'costs.export',
    teamId: person.teamId,
    format: 'csv',
    from: day,
    to: day,
    name: file,
  })
  await runCronTasks('end exports of costs that were given up', 'end exports of costs that were given up')
  expect((await get(SCHEDULE, person)).body.lastRun).toMatchObject({ status: 'failed' })
  const mails = (await mailTo(person.email)).filter(({ subject }) => subject.includes('was given up'))
  expect(mails).toHaveLength(1)
})

test('an export that never ended blocks neither the schedule nor a manual start after a day', async () => {
  const lost = async (hours: number) => {
    const person = await newPerson()
    await scheduledFor(person, {})
    await runNow(person)
    await env.DB.prepare(
      `UPDATE cost_export_schedules SET next_at = ?1, last_run = json_set(last_run, '$.status', 'running', '$.startedAt', ?2)
       WHERE team_id = ?3`,
    )
      .bind(clock.now(), clock.now() - hours * HOUR_MS, person.teamId)
      .run()
    return person
  }
  const startOf = async (person: Person) => (await get(SCHEDULE, person)).body.lastRun.startedAt
  const [young, old, manual] = [await lost(23), await lost(25), await lost(25)]
  const [youngStart, oldStart] = [await startOf(young), await startOf(old)]
  expect((await post(`${SCHEDULE}/run`, young, {})).status).toBe(409)
  expect((await post(`${SCHEDULE}/run`, manual, {})).status).toBe(202)
  await withContext(startDueExports)
  expect(await startOf(young)).toBe(youngStart)
  expect(await startOf(old)).not.toBe(oldStart)
})

test('only a bucket of the team is accepted, with the right to use it; it counts as a use', async () => {
  const { owner, join } = await newTeam()
  const { id } = await bucketOf(owner, fresh())
  const other = await newIntegration(owner)
  const set = (as: Person, body: object) => call('PUT', SCHEDULE, { as, body: { every: 'day', ...body } })
  expect((await set(await newPerson(), { integration: id })).body.code).toBe('credential.not_found')
  expect((await set(owner, { integration: other.id })).body.code).toBe('credential.unusable')
  expect((await set(owner, { path: 'a/' })).status).toBe(422)
  expect((await set(owner, { integration: id, path: '../{name}' })).status).toBe(422)
  const keyOf = async (...scopes: string[]) => ({
    apiKey: (await post('/api/v1/auth/api-keys', owner, { name: 'k', scopes: ['costs:write', ...scopes] }))
      .body.key,
  })
  const setBy = async (scope: string) =>
    (await call('PUT', SCHEDULE, { as: await keyOf(scope), body: { every: 'day', integration: id } })).body
  expect((await setBy('files:write')).detail).toContain('integrations:use')
  expect((await setBy('integrations:use')).detail).toContain('files:write')
  expect((await set(await join('member'), { integration: id })).status).toBe(200)
  const refused = await call('DELETE', `/api/v1/users/integrations/${id}`, { as: owner })
  expect([refused.status, refused.body.code]).toEqual([409, 'integration.in_use'])
  expect(refused.body.detail).toContain('export')
  const path = `/api/v1/users/integrations/${id}?force=true`
  expect((await call('DELETE', path, { as: owner })).status).toBe(204)
  await postCost(owner, { date: `${lastMonth()}-03` })
  expect((await post(`${SCHEDULE}/run`, owner, {})).body.code).toBe('credential.not_found')
})
