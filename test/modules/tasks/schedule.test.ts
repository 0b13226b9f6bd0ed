import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runCronTasks } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, TASKS, taskOf, untilStatus, waitingSteps } from './tasks.ts'

const MINUTE = 60_000

const tick = () => runCronTasks('fire schedules of tasks', 'wake desks of tasks', 'remind of due tasks')

const schedule = (as: Person, id: string, body: unknown) =>
  call('PUT', `${TASKS}/${id}/schedule`, { as, body })

const occurrences = async (as: Person, id: string): Promise<any[]> =>
  (await get(`${TASKS}?occurrenceOf=${id}&sort=created`, as)).body.items.sort(
    (a: any, b: any) => a.occurrence - b.occurrence,
  )

test('a task with a single time is executed itself at that time', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  const at = new Date(clock.now() + 10 * MINUTE).toISOString()
  const set = await schedule(ada, id, { at })
  expect(set.status, set.text).toBe(200)
  expect(set.body).toMatchObject({ status: 'scheduled', schedule: { at, nextRuns: [at], fired: 0 } })
  await tick()
  expect((await taskOf(ada, id)).status).toBe('scheduled')
  clock.advance(11 * MINUTE)
  await tick()
  const done = await untilStatus(ada, id, 'succeeded')
  expect(done.attempt).toBe(1)
})

test('each occurrence is a separate task with a number and a result', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  const set = await schedule(ada, id, { everyMs: MINUTE, maxRuns: 2, missed: 'all', overlap: 'parallel' })
  expect(set.body.schedule.nextRuns).toHaveLength(2)
  clock.advance(5 * MINUTE)
  await Promise.all([tick(), tick()])
  const made = await occurrences(ada, id)
  expect(made.map(({ occurrence }) => occurrence)).toEqual([1, 2])
  for (const one of made)
    expect((await untilStatus(ada, one.id, 'succeeded')).result).toEqual({ value: 'done' })
  const after = await taskOf(ada, id)
  expect(after).toMatchObject({ status: 'scheduled', schedule: { fired: 2, nextRuns: [] } })
  await tick()
  expect(await occurrences(ada, id)).toHaveLength(2)
})

test('occurrences before a change of the schedule count for the new maxRuns', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  await schedule(ada, id, { everyMs: MINUTE, missed: 'all', overlap: 'parallel' })
  clock.advance(3 * MINUTE)
  await tick()
  const { fired } = (await taskOf(ada, id)).schedule
  expect(fired).toBe(3)
  expect((await schedule(ada, id, { everyMs: MINUTE, maxRuns: 2 })).body).toMatchObject({
    errors: [{ path: '/maxRuns' }],
  })
  const more = { everyMs: MINUTE, maxRuns: 4, missed: 'all', overlap: 'parallel' }
  expect((await schedule(ada, id, more)).body.schedule.nextRuns).toHaveLength(1)
  clock.advance(5 * MINUTE)
  await tick()
  expect((await occurrences(ada, id)).map(({ occurrence }) => occurrence)).toEqual([1, 2, 3, 4])
})

test('a task that gets a schedule again continues its numbers, and schedules due later still fire', async () => {
  const [ada, ben] = [await newPerson(), await newPerson()]
  const [{ id }, { id: later }] = [await newTask(ada), await newTask(ben)]
  const all = { everyMs: MINUTE, missed: 'all', overlap: 'parallel' }
  await schedule(ada, id, all)
  clock.advance(2 * MINUTE)
  await tick()
  expect((await call('DELETE', `${TASKS}/${id}/schedule`, { as: ada })).status).toBe(204)
  expect((await schedule(ada, id, { ...all, maxRuns: 2 })).body).toMatchObject({
    errors: [{ path: '/maxRuns' }],
  })
  expect((await schedule(ada, id, { ...all, maxRuns: 3 })).body.schedule).toMatchObject({ fired: 2 })
  await schedule(ben, later, { at: new Date(clock.now() + MINUTE + 1).toISOString() })
  clock.advance(5 * MINUTE)
  await tick()
  expect((await occurrences(ada, id)).map(({ occurrence }) => occurrence)).toEqual([1, 2, 3])
  await untilStatus(ben, later, 'succeeded')
})

test('a schedule that cannot be read stops no schedule that is due after it', async () => {
  const [ada, ben] = [await newPerson(), await newPerson()]
  const [{ id }, { id: later }] = [await newTask(ada), await newTask(ben)]
  const given = (await schedule(ada, id, { at: new Date(clock.now() + MINUTE).toISOString() })).body
  await schedule(ben, later, { at: new Date(clock.now() + MINUTE + 1).toISOString() })
  const store = (text: string) =>
    env.DB.prepare('UPDATE task_schedules SET schedule = ? WHERE task_id = ?').bind(text, id).run()
  await store('{')
  clock.advance(2 * MINUTE)
  await tick()
  await store(JSON.stringify({ at: given.schedule.at }))
  await untilStatus(ben, later, 'succeeded')
  expect((await taskOf(ada, id)).status).toBe('scheduled')
  await tick()
  await untilStatus(ada, id, 'succeeded')
})

test('of times that were missed before the end of a schedule, the newest is made up for', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  const endAt = new Date(clock.now() + 2.5 * MINUTE).toISOString()
  await schedule(ada, id, { everyMs: MINUTE, endAt })
  clock.advance(10 * MINUTE)
  await tick()
  const [made, ...others] = await occurrences(ada, id)
  expect(others).toEqual([])
  expect(Date.parse(made.scheduledFor)).toBeGreaterThan(Date.parse(endAt) - MINUTE)
  expect((await taskOf(ada, id)).schedule.nextRuns).toEqual([])
})

test('an occurrence that overlaps an earlier one is skipped and recorded, or waits for it', async () => {
  const ada = await newPerson()
  for (const [overlap, second] of [
    ['skip', 'skipped'],
    ['queue', 'blocked'],
  ]) {
    const { id } = await newTask(ada, { input: waitingSteps })
    await schedule(ada, id, { everyMs: MINUTE, overlap })
    clock.advance(MINUTE + 1)
    await tick()
    clock.advance(MINUTE + 1)
    await tick()
    const [first, next] = await occurrences(ada, id)
    await untilStatus(ada, first.id, 'waiting')
    expect(next).toMatchObject({
      status: second,
      occurrence: 2,
      reason: { code: overlap === 'skip' ? 'overlap' : expect.any(String) },
    })
    if (overlap === 'queue') {
      await call('POST', `${TASKS}/${first.id}/cancel`, { as: ada })
      await untilStatus(ada, next.id, 'waiting', 'running')
    }
    expect((await call('DELETE', `${TASKS}/${id}/schedule`, { as: ada })).status).toBe(204)
    expect((await taskOf(ada, id)).status).toBe('draft')
  }
})

test('a schedule that never fires is refused', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  const now = new Date(clock.now()).toISOString()
  for (const body of [
    { cron: '0 0 30 2 *' },
    { everyMs: 3_600_000, startAt: now, endAt: new Date(clock.now() - MINUTE).toISOString() },
    { cron: '61 * * * *' },
    {},
  ])
    expect((await schedule(ada, id, body)).status, JSON.stringify(body)).toBe(422)
})

test('due soon and overdue are each reported once', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada, { dueAt: new Date(clock.now() + 30 * 3_600_000).toISOString() })
  const reminders = async () => {
    const { results } = await env.DB.prepare(
      "SELECT action FROM audit_log WHERE target_id = ? AND action IN ('task.due_soon', 'task.overdue') ORDER BY seq",
    )
      .bind(id)
      .all<{ action: string }>()
    return results.map(({ action }) => action)
  }
  clock.advance(7 * 3_600_000)
  await tick()
  await tick()
  expect(await reminders()).toEqual(['task.due_soon'])
  clock.advance(25 * 3_600_000)
  await tick()
  await tick()
  expect(await reminders()).toEqual(['task.due_soon', 'task.overdue'])
})
