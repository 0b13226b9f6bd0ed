// Cancel, retry and delete for many: a list gets a result for each task, a filter is processed by a run whose output
// is the report.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { stepTasks } from '../../../src/modules/tasks/index.ts'
import type { TaskStatus } from '../../../src/modules/tasks/pure/status.ts'
import { type Caller, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { failingSteps, newTask, TASKS, taskOf, verb } from './tasks.ts'

const reportOf = async (as: Caller, name: string, filter: unknown): Promise<any> => {
  const started = await post(`${TASKS}/bulk/${name}`, as, { filter })
  expect(started.status, started.text).toBe(202)
  const run = await eventually(async () => {
    const { body } = await get(`${started.body.link}?include=output`, as)
    if (!['succeeded', 'failed'].includes(body.status)) throw new Error(body.status)
    return body
  })
  expect(run).toMatchObject({ kind: 'bulk', status: 'succeeded', error: null })
  const { body } = await get(`${started.body.link}/output`, as)
  return body.output ?? body
}

/** A list gets the end of a run a moment later than the task itself. */
const untilListed = (as: Caller, id: string, status: string): Promise<unknown> =>
  eventually(async () => {
    const { items } = (await get(`${TASKS}?status=${status}`, as)).body
    expect(items.map((one: { id: string }) => one.id)).toContain(id)
  })

/** Rows as after a create, without the work of creating them one by one. */
const rows = async (as: Person, count: number, status: TaskStatus): Promise<void> => {
  await env.DB.prepare(
    `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, created_by, created_at, updated_at)
     SELECT 'tsk_' || printf('%026d', value) || ?1, ?1, 'n' || value, 'custom', ?3, 1, 'x', 1, ?4, value, value
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?2) SELECT value FROM n)`,
  )
    .bind(as.teamId, count, status, as.userId)
    .run()
}

test('a list gets a result for each task', async () => {
  const ada = await newPerson()
  const [a, b] = [await newTask(ada), await newTask(ada)]
  const deleted = await post(`${TASKS}/bulk/delete`, ada, {
    ids: [a.id, b.id, 'tsk_00000000000000000000000000'],
  })
  expect(deleted.status, deleted.text).toBe(200)
  expect(deleted.body.results.map((one: any) => one.ok)).toEqual([true, true, false])
})

test('tasks that match a filter are cancelled, retried and deleted by runs, each with its report', async () => {
  const ada = await newPerson()
  const bad = await newTask(ada, { input: failingSteps, autoStart: true })
  const draft = await newTask(ada)
  await untilListed(ada, bad.id, 'failed')
  expect(await reportOf(ada, 'cancel', {})).toEqual({ done: 1, refused: 0, errors: [] })
  expect((await taskOf(ada, draft.id)).status).toBe('cancelled')
  expect(await reportOf(ada, 'retry', { status: 'failed' })).toEqual({ done: 1, refused: 0, errors: [] })
  await untilListed(ada, bad.id, 'failed')
  expect((await taskOf(ada, bad.id)).attempt).toBe(2)
  expect(await reportOf(ada, 'delete', {})).toEqual({ done: 2, refused: 0, errors: [] })
  expect((await get(`${TASKS}?count=true`, ada)).body.total).toBe(0)
})

test('more than a page is processed, refused tasks are listed, and another team is not affected', async () => {
  const [ada, eve] = [await newPerson(), await newPerson()]
  await rows(ada, 250, 'draft')
  await rows(eve, 3, 'draft')
  const first = await newTask(ada)
  const waiter = await newTask(ada, { dependsOn: [{ taskId: first.id }] })
  await post(`${TASKS}/${waiter.id}/comments`, ada, { text: 'Still needed' })
  const report = await reportOf(ada, 'delete', { status: 'draft' })
  expect(report).toEqual({
    done: 250,
    refused: 1,
    errors: [{ id: first.id, code: 'resource.conflict', message: expect.any(String) }],
  })
  expect((await get(`${TASKS}?count=true`, ada)).body.total).toBe(2)
  expect((await get(`${TASKS}?count=true`, eve)).body.total).toBe(3)
})

test('a page that is repeated after a crash counts the work of the lost attempt', async () => {
  const ada = await newPerson()
  const tasks = [await newTask(ada), await newTask(ada)]
  for (const { id } of tasks) await verb(ada, id, 'cancel')
  const given = { tasks: tasks.map(({ id }) => [id, 0]), cursor: null, before: null }
  const again = (name: 'cancel' | 'delete', userId = ada.userId) =>
    withContext((request) =>
      stepTasks(
        {
          request,
          teamId: ada.teamId,
          runId: 'run_x',
          userId,
          input: { verb: name, filter: {}, createdTo: 1 },
        },
        'change',
        given,
      ),
    )
  expect(await again('cancel')).toEqual({ done: 2, refused: 0, errors: [] })
  expect(await again('delete')).toEqual({ done: 2, refused: 0, errors: [] })
  expect(await again('delete')).toEqual({ done: 2, refused: 0, errors: [] })
})

test('a person who has left the team in the meantime changes nothing more', async () => {
  const [ada, eve] = [await newPerson(), await newPerson()]
  const { id } = await newTask(ada)
  const step = withContext((request) =>
    stepTasks(
      {
        request,
        teamId: ada.teamId,
        runId: 'run_x',
        userId: eve.userId,
        input: { verb: 'delete', filter: {}, createdTo: 1 },
      },
      'change',
      { tasks: [[id, 0]], cursor: null, before: null },
    ),
  )
  await expect(step).rejects.toMatchObject({ code: 'access.denied' })
  expect((await taskOf(ada, id)).status).toBe('draft')
})

test('either a list or a filter is accepted', async () => {
  const ada = await newPerson()
  expect((await post(`${TASKS}/bulk/cancel`, ada, {})).status).toBe(422)
  expect(
    (await post(`${TASKS}/bulk/cancel`, ada, { ids: ['tsk_00000000000000000000000000'], filter: {} })).status,
  ).toBe(422)
})
