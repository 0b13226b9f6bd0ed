// A task starts exactly once, however often its start is processed, and wherever a process is lost.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { prepare } from '../../../src/db/statement.ts'
import { findDependants } from '../../../src/modules/tasks/desk/repo/held.ts'
import { findTeamsWithQueue } from '../../../src/modules/tasks/desk/repo/queue.ts'
import { sweepTasks } from '../../../src/modules/tasks/desk/sweep.ts'
import { newMemory, processDesk } from '../../../src/modules/tasks/desk/work.ts'
import { claimQueued } from '../../../src/modules/tasks/runs/repo.ts'
import { nextRunId } from '../../../src/modules/tasks/runs/start.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, taskOf, untilStatus, verb } from './tasks.ts'

/** The index gets a run a moment after it started. */
const indexed = (as: Person, taskId: string): Promise<void> =>
  eventually(async () => expect(await runsOf(as, taskId)).toBeGreaterThan(0))

const runsOf = async (as: Person, taskId: string): Promise<number> => {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ? AND subject_id = ?')
    .bind(as.teamId, taskId)
    .first<{ n: number }>()
  return row?.n ?? 0
}

test('two last dependencies that end together, processed by many at once, start their dependant once', async () => {
  const ada = await newPerson()
  for (let n = 0; n < 10; n++) {
    const [a, b] = [await newTask(ada), await newTask(ada)]
    const last = await newTask(ada, { dependsOn: [{ taskId: a.id }, { taskId: b.id }] })
    await Promise.all([
      verb(ada, a.id, 'execute'),
      verb(ada, b.id, 'execute'),
      ...Array.from({ length: 4 }, () =>
        withContext((request) => processDesk(request, ada.teamId, newMemory())),
      ),
    ])
    await Promise.all(
      Array.from({ length: 4 }, () =>
        withContext((request) => processDesk(request, ada.teamId, newMemory())),
      ),
    )
    const done = await untilStatus(ada, last.id, 'succeeded')
    await indexed(ada, last.id)
    expect([done.attempt, await runsOf(ada, last.id)]).toEqual([1, 1])
  }
})

test('a change that was processed and not deleted because of a crash starts nothing again', async () => {
  const ada = await newPerson()
  const first = await newTask(ada)
  const next = await newTask(ada, { dependsOn: [{ taskId: first.id }] })
  await verb(ada, first.id, 'execute')
  await untilStatus(ada, next.id, 'succeeded')
  // The same changes once more, as they were before.
  await env.DB.prepare(
    `INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at)
     SELECT team_id, id, '', 'running', 'succeeded', 'status', 1 FROM tasks WHERE team_id = ?`,
  )
    .bind(ada.teamId)
    .run()
  for (let n = 0; n < 3; n++) await withContext((request) => processDesk(request, ada.teamId, newMemory()))
  await indexed(ada, next.id)
  expect([(await taskOf(ada, next.id)).attempt, await runsOf(ada, next.id)]).toEqual([1, 1])
})

test('a crash between the claim and the start loses nothing: the tick starts the run, once', async () => {
  const ada = await newPerson()
  const tasks = await Promise.all(Array.from({ length: 10 }, () => newTask(ada)))
  const now = clock.now()
  // Claimed like the desk does it, and then nothing more.
  for (const { id } of tasks) {
    await env.DB.prepare("UPDATE tasks SET status = 'queued' WHERE id = ?").bind(id).run()
    await withContext(async (request) => {
      const runId = await nextRunId(request, { id, teamId: ada.teamId, attempt: 0 })
      await prepare(env.DB, claimQueued({ taskId: id, teamId: ada.teamId, attempt: 0, runId, now })).all()
    })
  }
  clock.advance(2 * 60_000)
  await Promise.all(Array.from({ length: 3 }, () => withContext(sweepTasks)))
  for (const { id } of tasks) {
    const done = await untilStatus(ada, id, 'succeeded')
    await indexed(ada, id)
    expect([done.attempt, await runsOf(ada, id)]).toEqual([1, 1])
  }
})

test('changes that were published are deleted, even if no task could start', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada)
  const changes = async (upTo = Number.MAX_SAFE_INTEGER) => {
    const { results } = await env.DB.prepare('SELECT id FROM task_changes WHERE team_id = ? AND id <= ?')
      .bind(ada.teamId, upTo)
      .all<{ id: number }>()
    return results.map((change) => change.id)
  }
  await eventually(async () => expect(await changes()).toEqual([]))
  // Without a word to the desk, so only the pass of this test sees it.
  await env.DB.prepare("UPDATE tasks SET status = 'queued', queued_at = ?, attempt = 1 WHERE id = ?")
    .bind(clock.now(), id)
    .run()
  const [queued = 0] = await changes()
  const RUNS = {
    idFromName: () => {
      throw new Error('The runs cannot be reached')
    },
  }
  const pass = withContext((request) =>
    processDesk({ ...request, env: { ...request.env, RUNS } as never }, ada.teamId, newMemory()),
  )
  await expect(pass).rejects.toThrow('The runs cannot be reached')
  // Only what the pass itself has changed is left.
  expect(await changes(queued)).toEqual([])
})

test('all tasks that wait for one are found, page by page', async () => {
  const ada = await newPerson()
  const first = await newTask(ada)
  const others = []
  for (let n = 0; n < 5; n++)
    others.push((await newTask(ada, { dependsOn: [{ taskId: first.id }] })).id as string)
  const found: string[] = []
  for (let page = ['']; page.length > 0; found.push(...page))
    page = await findDependants(env.DB, [first.id], page.at(-1) ?? '', 2)
  expect(found).toEqual(others.sort())
})

test('all of more than 10,000 tasks that wait for one are released', async () => {
  const ada = await newPerson()
  const first = await newTask(ada, { autoStart: false })
  const wait = await newTask(ada, { dependsOn: [{ taskId: first.id }] })
  const others = `SELECT 'tsk_' || printf('%026d', value) || ?1 AS id, value FROM
    (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10100) SELECT value FROM n)`
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO tasks (id, team_id, title, type, status, status_since, held, root_id, due_sort, created_by, created_at, updated_at)
       SELECT o.id, ?1, 'n', 'custom', 'blocked', 1, 1, o.id, 1, 'x', o.value, o.value FROM (${others}) o`,
    ).bind(ada.teamId),
    env.DB.prepare(
      `INSERT INTO task_dependencies (task_id, depends_on, team_id, needs) SELECT o.id, ?2, ?1, 'success' FROM (${others}) o`,
    ).bind(ada.teamId, first.id),
    env.DB.prepare('DELETE FROM task_changes WHERE team_id = ?').bind(ada.teamId),
  ])
  await env.DB.prepare("UPDATE tasks SET status = 'succeeded' WHERE id = ?").bind(first.id).run()
  await withContext((request) => processDesk(request, ada.teamId, newMemory()))
  const held = await env.DB.prepare('SELECT count(*) AS n FROM tasks WHERE team_id = ? AND held = 1')
    .bind(ada.teamId)
    .first('n')
  expect([held, (await taskOf(ada, wait.id)).status]).toEqual([0, 'succeeded'])
})

test('the sweep looks at all teams with a queue, however many have one all the time', async () => {
  const [ada, ben] = [await newPerson(), await newPerson()]
  const insert = env.DB.prepare(
    `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, created_by, created_at, updated_at)
     VALUES (?1, ?2, 'n', 'custom', 'queued', 1, ?1, 1, 'x', 1, 1)`,
  )
  const ids = [ada, ben].map(({ teamId }) => `tsk_queued-${teamId}`)
  await env.DB.batch([insert.bind(ids[0], ada.teamId), insert.bind(ids[1], ben.teamId)])
  const seen = new Set<string>()
  for (let n = 0; n < 2_000 && !(seen.has(ada.teamId) && seen.has(ben.teamId)); n++)
    for (const teamId of await findTeamsWithQueue(env.DB, 1)) seen.add(teamId)
  await env.DB.prepare('DELETE FROM tasks WHERE id IN (?, ?)')
    .bind(...ids)
    .run()
  expect([seen.has(ada.teamId), seen.has(ben.teamId)]).toEqual([true, true])
})
