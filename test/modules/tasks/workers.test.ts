import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runCronTasks } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, pureSteps, TASKS, taskOf, untilStatus, verb, waitingSteps } from './tasks.ts'

const claim = (as: Person, body: unknown = {}) => post(`${TASKS}/claim`, as, body)
const outside = async (as: Person, more: Record<string, unknown> = {}) => {
  const task = await newTask(as, { input: {}, autoStart: true, ...more })
  expect(task.status).toBe('queued')
  return task
}

test('workers claim tasks by priority, report and end them', async () => {
  const ada = await newPerson()
  const low = await outside(ada, { priority: 1 })
  const high = await outside(ada, { priority: 9 })
  const next = await newTask(ada, { dependsOn: [{ taskId: high.id }] })
  const first = await claim(ada, { worker: 'desk 1' })
  expect(first.status, first.text).toBe(200)
  expect(first.body.task).toMatchObject({ id: high.id, status: 'running', lease: { by: 'desk 1' } })
  const { leaseToken } = first.body
  const word = await call('PATCH', `${TASKS}/${high.id}/progress`, {
    as: ada,
    body: { progress: 40, message: 'Dialling', leaseToken },
  })
  expect(word.body).toMatchObject({ progress: 40, reason: { message: 'Dialling' } })
  const back = await call('PATCH', `${TASKS}/${high.id}/progress`, {
    as: ada,
    body: { progress: 10, leaseToken },
  })
  expect(back.body.progress).toBe(40)
  const done = await verb(ada, high.id, 'complete', { result: { price: 17 }, leaseToken })
  expect(done.body).toMatchObject({ status: 'succeeded', result: { price: 17 }, lease: null })
  await untilStatus(ada, next.id, 'succeeded')
  expect((await claim(ada, { tags: ['none'] })).body.task).toBeNull()
  expect((await claim(ada)).body.task.id).toBe(low.id)
  expect((await claim(ada)).body).toEqual({ task: null, leaseToken: null, leaseUntil: null })
})

test('a failure is retried as often as the task allows', async () => {
  const ada = await newPerson()
  const { id } = await outside(ada, { retry: { attempts: 2, delayMs: 60_000 } })
  const one = await claim(ada)
  const failed = await verb(ada, id, 'fail', {
    error: { message: 'No answer' },
    retryable: true,
    leaseToken: one.body.leaseToken,
  })
  expect(failed.body.status).toBe('queued')
  expect((await claim(ada)).body.task).toBeNull()
  clock.advance(61_000)
  const two = await claim(ada)
  const ended = await verb(ada, id, 'fail', {
    error: { message: 'No answer' },
    retryable: true,
    leaseToken: two.body.leaseToken,
  })
  expect(ended.body).toMatchObject({
    status: 'failed',
    error: { code: 'worker.failed', message: 'No answer' },
  })
})

test('after its lease a task goes to the next worker, and a late report changes nothing', async () => {
  const ada = await newPerson()
  const { id } = await outside(ada)
  const one = await claim(ada, { leaseMs: 1_000 })
  clock.advance(1_500)
  const two = await claim(ada)
  expect(two.body.task.id).toBe(id)
  const { leaseToken } = one.body
  for (const [name, body] of [
    ['complete', { result: 1, leaseToken }],
    ['fail', { error: { message: 'x' }, leaseToken }],
  ] as const) {
    const late = await verb(ada, id, name, body)
    expect(late.status).toBe(409)
    expect(late.body.code).toBe('task.lease_lost')
  }
  expect(
    (await call('PATCH', `${TASKS}/${id}/progress`, { as: ada, body: { progress: 99, leaseToken } })).status,
  ).toBe(409)
  expect((await taskOf(ada, id)).progress).toBe(0)
  expect((await verb(ada, id, 'complete', { result: 2, leaseToken: two.body.leaseToken })).body.result).toBe(
    2,
  )
})

test('a report after the lease changes nothing, also while nobody else has the task', async () => {
  const ada = await newPerson()
  const { id } = await outside(ada)
  const { leaseToken } = (await claim(ada, { leaseMs: 1_000 })).body
  const reports = () =>
    Promise.all([
      verb(ada, id, 'complete', { result: 1, leaseToken }),
      verb(ada, id, 'fail', { error: { message: 'x' }, leaseToken }),
      call('PATCH', `${TASKS}/${id}/progress`, { as: ada, body: { progress: 99, leaseToken } }),
    ])
  clock.advance(1_500)
  for (const late of await reports())
    expect(late).toMatchObject({ status: 409, body: { code: 'task.lease_expired' } })
  expect(await taskOf(ada, id)).toMatchObject({ status: 'running', progress: 0 })
  await runCronTasks('wake desks of tasks')
  for (const late of await reports())
    expect(late).toMatchObject({ status: 409, body: { code: 'task.lease_expired' } })
  expect((await taskOf(ada, id)).status).toBe('queued')
  const again = await claim(ada)
  expect(again.body.task.id).toBe(id)
  const done = await verb(ada, id, 'complete', { result: 2, leaseToken: again.body.leaseToken })
  expect(done.body).toMatchObject({ status: 'succeeded', result: 2 })
})

test('of many concurrent claims each gets another task', async () => {
  const ada = await newPerson()
  const made = await Promise.all(Array.from({ length: 8 }, () => outside(ada)))
  const taken = await Promise.all(Array.from({ length: 12 }, () => claim(ada)))
  const ids = taken.map(({ body }) => body.task?.id).filter((id) => id !== undefined)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.sort()).toEqual(made.map(({ id }) => id).sort())
})

test('concurrent claims never exceed a limit', async () => {
  const ada = await newPerson()
  for (let n = 0; n < 6; n++) await outside(ada)
  const body = { limits: [{ kind: 'status', subject: 'running', most: 2 }] }
  expect((await call('PUT', `${TASKS}/limits`, { as: ada, body })).status).toBe(200)
  const taken = await Promise.all(Array.from({ length: 6 }, () => claim(ada)))
  expect(taken.filter(({ body: { task } }) => task !== null)).toHaveLength(2)
})

test('of a concurrent completion and cancel one wins, and the other gets the status', async () => {
  const ada = await newPerson()
  for (let n = 0; n < 25; n++) {
    const { id } = await outside(ada)
    const { leaseToken } = (await claim(ada)).body
    const [done, cancelled] = await Promise.all([
      verb(ada, id, 'complete', { leaseToken }),
      verb(ada, id, 'cancel'),
    ])
    const won = [done, cancelled].filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const lost = [done, cancelled].find(({ status }) => status !== 200)
    expect(lost?.status).toBe(409)
    const { status } = await taskOf(ada, id)
    expect(status).toBe(won[0] === done ? 'succeeded' : 'cancelled')
    expect(lost?.body.errors[0].message).toBe(status)
  }
})

test('a task beyond a limit waits and says so', async () => {
  const ada = await newPerson()
  const limits = await call('PUT', `${TASKS}/limits`, {
    as: ada,
    body: { limits: [{ kind: 'status', subject: 'waiting', most: 1 }] },
  })
  expect(limits.status, limits.text).toBe(200)
  const one = await newTask(ada, { input: waitingSteps })
  await verb(ada, one.id, 'execute')
  // The limit counts what the index knows. A task that is read by its id asks its run.
  await eventually(async () => {
    const { items } = (await get(`${TASKS}?status=waiting`, ada)).body
    expect(items).toMatchObject([{ id: one.id }])
  })
  const two = await newTask(ada, { input: pureSteps('x') })
  await verb(ada, two.id, 'execute')
  await expect.poll(async () => (await taskOf(ada, two.id)).reason?.code).toBe('limit')
  expect((await taskOf(ada, two.id)).place).toBe(1)
  await call('PUT', `${TASKS}/limits`, { as: ada, body: { limits: [] } })
  await untilStatus(ada, two.id, 'succeeded')
})

test('comments mention members, and trees and graphs are shown', async () => {
  const ada = await newPerson()
  const top = await newTask(ada, { title: 'Top "quoted" [x]', input: {} })
  const a = await newTask(ada, { parentId: top.id, title: 'A' })
  const b = await newTask(ada, { parentId: top.id, title: 'B', dependsOn: [{ taskId: a.id }] })
  const comment = await post(`${TASKS}/${top.id}/comments`, ada, {
    text: `Look, @${ada.userId} and @usr_00000000000000000000000000`,
  })
  expect(comment.status, comment.text).toBe(201)
  expect(comment.body.mentions).toEqual([ada.userId])
  expect((await get(`${TASKS}/${top.id}/comments`, ada)).body.items).toEqual([comment.body])
  const tree = await get(`${TASKS}/${top.id}/hierarchy`, ada)
  expect(tree.body.children.map((one: any) => one.task.id)).toEqual([a.id, b.id])
  const graph = await get(`${TASKS}/${b.id}/dependencies`, ada)
  expect(graph.body).toMatchObject({
    edges: [{ from: a.id, to: b.id, on: 'success', waived: false }],
    criticalPath: [a.id, b.id],
  })
  const mermaid = await get(`${TASKS}/${b.id}/dependencies?format=mermaid`, ada)
  expect(mermaid.text).toContain('flowchart LR')
})
