import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { RequestContext } from '../../../src/context.ts'
import { DAY_MS } from '../../../src/core/clock.ts'
import { utf8 } from '../../../src/core/crypto.ts'
import { hostAt, newRunId } from '../../../src/core/run-id.ts'
import { TickBudget } from '../../../src/core/tick-budget.ts'
import { yieldToEventLoop } from '../../../src/core/yield.ts'
import { writeTeamFile } from '../../../src/modules/files/index.ts'
import { writeRunManifest } from '../../../src/modules/runs/rebuild/manifest.ts'
import { retireRunsOfTeam } from '../../../src/modules/runs/remove/retire.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { retireFromStart } from '../../helpers/retention.ts'
import { linear, newSpec, reported, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

/** Runs use the real clock, and other tests may have moved their clock far ahead. */
const onRunTime = (request: RequestContext): RequestContext => ({
  ...request,
  now: Date.now,
  settings: { ...request.settings, RUN_RETENTION_DAYS: 30 },
})

async function endedRun() {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await reported(body.id)
  return { person, id: body.id as string }
}

const rowOf = (id: string) => env.DB.prepare('SELECT id, status FROM runs WHERE id = ?').bind(id).first()

test('a run that ended long ago is removed with its object, a newer one stays', async () => {
  const old = await endedRun()
  const young = await endedRun()
  await env.DB.prepare('UPDATE runs SET finished_at = ? WHERE id = ?')
    .bind(Date.now() - 31 * DAY_MS, old.id)
    .run()
  expect(await withContext((request) => retireFromStart(onRunTime(request)))).toBeGreaterThan(0)
  expect(await rowOf(old.id)).toBeNull()
  expect((await get(`/api/v1/workflows/executions/${old.id}`, old.person)).status).toBe(404)
  expect((await get(`/api/v1/workflows/executions/${young.id}`, young.person)).status).toBe(200)
})

/** Ended runs of a new team that are due. */
async function dueRuns(count: number, placeOf: (i: number) => number = () => 0) {
  const { teamId } = await newPerson()
  const ids = Array.from({ length: count }, (_, i) => newRunId(teamId, placeOf(i), Date.now() - count + i))
  for (const runId of ids) await runOf(runId).start(newSpec(linear(1), { teamId, runId }), { waitMs: 60_000 })
  const left = async () =>
    Number(
      await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ? AND finished_at = 1')
        .bind(teamId)
        .first('n'),
    )
  await eventually(async () => {
    await env.DB.prepare(
      'UPDATE runs SET finished_at = 1, created_at = rowid WHERE team_id = ? AND finished_at > 1',
    )
      .bind(teamId)
      .run()
    expect(await left()).toBe(count)
  })
  return { teamId, ids, left }
}

test('a tick retires page after page, and new runs are served in between', async () => {
  const { teamId, ids, left } = await dueRuns(120)
  const between: number[] = []
  let isOver = false
  const retiring = withContext((request) => retireFromStart(onRunTime(request))).finally(() => {
    isOver = true
  })
  while (!isOver) {
    const runId = newRunId(teamId, 0, Date.now())
    await runOf(runId).start(newSpec(linear(1), { teamId, runId }), { waitMs: 60_000 })
    between.push(await left())
    await yieldToEventLoop()
  }
  await retiring
  expect(await left()).toBe(0)
  expect(await runOf(ids[119] ?? '').view({})).toBeNull()
  expect(between.filter((n) => n > 0 && n < 120).length).toBeGreaterThan(0)
})

test('a tick without time stops after a page, and the next one continues', async () => {
  const { teamId, left } = await dueRuns(70)
  const tick = (): Promise<boolean> => {
    let now = Date.now()
    return withContext((request) =>
      retireRunsOfTeam({ ...request, now: () => (now += 15_000) }, teamId, Date.now()),
    )
  }
  expect(await tick()).toBe(true)
  expect(await left()).toBe(20)
  expect(await tick()).toBe(false)
  expect(await left()).toBe(0)
})

/** Rows of ended runs that are due, without objects. */
async function dueRows(teamId: string, count: number, placeOf: (i: number) => number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => newRunId(teamId, placeOf(i), Date.now() + i))
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, finished_at)
     VALUES (?, ?, 1, 'n', 'succeeded', 'manual', 1, ?, 1)`,
  )
  await env.DB.batch(ids.map((id, i) => insert.bind(id, teamId, i + 1)))
  return ids
}

const idsOf = async (teamId: string): Promise<string[]> => {
  const { results } = await env.DB.prepare('SELECT id FROM runs WHERE team_id = ? ORDER BY created_at')
    .bind(teamId)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

/** The runs of these hosts cannot be removed. `asked` names the host of each call. */
function withSilent(
  request: RequestContext,
  silent: readonly string[],
  asked: string[] = [],
): RequestContext {
  const RUNS = {
    idFromName: (name: string) => name,
    get: (name: string) => {
      asked.push(name)
      return silent.includes(name)
        ? { removeRuns: () => Promise.reject(new Error('silent')) }
        : env.RUNS.get(env.RUNS.idFromName(name))
    },
  } as unknown as typeof env.RUNS
  return { ...request, env: { ...request.env, RUNS } }
}

test('runs of a host that does not respond do not stop the others, however many they are', async () => {
  const { teamId } = await newPerson()
  const ids = await dueRows(teamId, 265, (i) => (i < 260 ? 0 : 1))
  await withContext((request) =>
    retireRunsOfTeam(withSilent(request, [hostAt(teamId, 0)]), teamId, Date.now()),
  )
  expect(await idsOf(teamId)).toEqual(ids.slice(0, 260))
})

test('the oldest runs of all teams do not stop the others either', async () => {
  const { teamId } = await newPerson()
  const ids = await dueRows(teamId, 265, (i) => (i < 260 ? 0 : 1))
  await withContext((request) => retireFromStart(withSilent(onRunTime(request), [hostAt(teamId, 0)])))
  expect(await idsOf(teamId)).toEqual(ids.slice(0, 260))
})

test('the next tick continues after runs that could not be removed, and the one after it tries them again', async () => {
  const { teamId } = await newPerson()
  const ids = await dueRows(teamId, 60, (i) => (i < 55 ? 0 : 1))
  const tick = (silent: readonly string[], calls: number) =>
    withContext((request) => {
      const budget = new TickBudget(request.now)
      budget.spend(calls)
      return retireRunsOfTeam(withSilent(request, silent), teamId, Date.now(), budget)
    })
  const silent = [hostAt(teamId, 0)]
  expect(await tick(silent, 497)).toBe(true)
  expect(await idsOf(teamId)).toEqual(ids)
  expect(await tick(silent, 0)).toBe(false)
  expect(await idsOf(teamId)).toEqual(ids.slice(0, 55))
  expect(await tick([], 0)).toBe(false)
  expect(await idsOf(teamId)).toEqual([])
})

test('a host that uses all the time leaves the others to the next tick', async () => {
  const { teamId } = await newPerson()
  const ids = await dueRows(teamId, 4, (i) => i % 3)
  const slow = hostAt(teamId, 0)
  const tick = (asked: string[]) =>
    withContext((request) =>
      retireRunsOfTeam(
        { ...withSilent(request, [slow], asked), now: () => Date.now() + (asked.length > 0 ? 60_000 : 0) },
        teamId,
        Date.now(),
      ),
    )
  const [first, second]: [string[], string[]] = [[], []]
  expect(await tick(first)).toBe(true)
  expect(first).toEqual([slow])
  expect(await tick(second)).toBe(true)
  expect(second).toEqual([hostAt(teamId, 1)])
  expect(await idsOf(teamId)).toEqual([ids[0], ids[2], ids[3]])
})

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield utf8(text)
}

test('the calls for files count, and a tick that has none left removes nothing', async () => {
  const { teamId } = await newPerson()
  const ids = await dueRows(teamId, 3, () => 0)
  await withContext(async (request) => {
    for (const runId of ids)
      await writeTeamFile(request, {
        ...{ teamId, userId: null, name: 'a.txt', runId, operationId: runId },
        ...{ chunks: pieces('a'), sizeBytes: null },
      })
  })
  const tick = (calls: number) =>
    withContext((request) => {
      const budget = new TickBudget(request.now)
      budget.spend(calls)
      return retireRunsOfTeam(request, teamId, Date.now(), budget)
    })
  expect(await tick(500)).toBe(true)
  expect(await idsOf(teamId)).toEqual(ids)
  expect(await tick(490)).toBe(true)
  expect(await idsOf(teamId)).toHaveLength(1)
  expect(await tick(0)).toBe(false)
  expect(await tick(0)).toBe(false)
  expect(await idsOf(teamId)).toEqual([])
})

const manifestAt = (now: number) => withContext((request) => writeRunManifest({ ...request, now: () => now }))

/** Pages never change, and another test's clock may have created them already. */
async function forgetManifest(day: string): Promise<void> {
  const { objects } = await env.FILES.list({ prefix: `run-manifest/${day}/` })
  await env.FILES.delete(objects.map(({ key }) => key))
}

const pagesOf = async (day: string): Promise<string[][]> => {
  const { objects } = await env.FILES.list({ prefix: `run-manifest/${day}/` })
  const pages = objects.filter(({ key }) => !key.endsWith('done.json'))
  return Promise.all(pages.map(async ({ key }) => (await env.FILES.get(key))?.json() as Promise<string[]>))
}

async function reindex(day: string): Promise<number> {
  const admin = await newPerson({ platformRole: 'admin' })
  let asked = 0
  for (let page: number | null = 0; page !== null; asked++) {
    const answer: { status: number; body: { nextPage: number | null } } = await post(
      '/api/v1/admin/runs/reindex',
      admin,
      { day, page },
    )
    expect(answer.status).toBe(200)
    page = answer.body.nextPage
  }
  return asked
}

const forget = (id: string) => env.DB.prepare('DELETE FROM runs WHERE id = ?').bind(id).run()

/** A run of a day without runs of other tests, at this time of the day. */
async function runAt(time: string, day = '2020-02-03'): Promise<string> {
  const { id } = await endedRun()
  await env.DB.prepare('UPDATE runs SET created_at = ? WHERE id = ?').bind(at(time, day), id).run()
  return id
}

const at = (time: string, day = '2020-02-03'): number => Date.parse(`${day}T${time}Z`)

test('the index is restored from the manifest of the day and the runs themselves', async () => {
  const day = '2020-02-05'
  const id = await runAt('11:00:00', day)
  await forgetManifest(day)
  await manifestAt(at('12:00:00', '2020-02-06'))
  await forget(id)
  await reindex(day)
  expect(await rowOf(id)).toMatchObject({ status: 'succeeded' })
})

test('the runs of the current day are restored as well, also one that has reported late', async () => {
  const day = '2020-02-03'
  const first = await runAt('10:01:00')
  await manifestAt(at('10:12:30'))
  expect(await pagesOf(day)).toEqual([[first]])
  const late = await runAt('10:02:00')
  const second = await runAt('10:15:00')
  await manifestAt(at('10:22:00'))
  await manifestAt(at('10:23:00'))
  expect(await pagesOf(day)).toEqual([[first], [first, late, second]])
  await Promise.all([first, late, second].map(forget))
  expect(await reindex(day)).toBe(2)
  expect(await rowOf(first)).toMatchObject({ status: 'succeeded' })
  expect(await rowOf(late)).toMatchObject({ status: 'succeeded' })
  expect(await rowOf(second)).toMatchObject({ status: 'succeeded' })
  await forgetManifest(day)
})

test('without new runs nothing is written, and manifests stay after D1 was reset', async () => {
  const day = '2020-02-03'
  await forgetManifest(day)
  for (let minute = 0; minute < 60; minute++) await manifestAt(at('15:00:00') + minute * 60_000)
  expect(await pagesOf(day)).toEqual([])
  const id = await runAt('16:01:00')
  await manifestAt(at('16:12:00'))
  await forget(id)
  await manifestAt(at('16:13:00'))
  await manifestAt(at('16:22:00'))
  await manifestAt(Date.parse('2020-02-04T01:30:00Z'))
  expect(await pagesOf(day)).toEqual([[id]])
  await reindex(day)
  expect(await rowOf(id)).toMatchObject({ status: 'succeeded' })
  await forgetManifest(day)
})
