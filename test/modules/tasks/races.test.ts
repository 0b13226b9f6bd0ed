// Two concurrent callers with conflicting actions on one task: one of them wins, the other gets 409 with the current
// status. `npm test` tries a few races of each kind, `npm run test:long` 500.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { type Answer, type Caller, call, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { casesOf, isLong } from '../../helpers/random-cases.ts'
import { failingSteps, newTask, pureSteps, TASKS, taskOf, untilStatus, verb, waitingSteps } from './tasks.ts'

/** Half of them begin one way, half the other. */
const RACES = casesOf(isLong ? 500 : 200)
const timeout = 600_000

type Made = { id: string; status: string }

/** This many tasks for external workers, each with its own tag. */
async function outside(as: Caller, count: number, more: Record<string, unknown> = {}): Promise<string[]> {
  const items = Array.from({ length: count }, (_, n) => ({
    title: `n${n}`,
    type: 'custom',
    input: {},
    tags: [`n${n}`],
    autoStart: true,
    ...more,
  }))
  const { body, status, text } = await post(`${TASKS}/batch`, as, { items })
  expect(status, text).toBe(200)
  return body.results.map(({ id }: Made) => id)
}

const claim = async (as: Caller, n: number): Promise<string> => {
  const { body, text } = await post(`${TASKS}/claim`, as, { tags: [`n${n}`] })
  expect(body.leaseToken, text).not.toBeNull()
  return body.leaseToken
}

/** The response to the caller who was too late. */
function expectLate({ status, body, text }: Answer<any>, now: string): void {
  expect(status, text).toBe(409)
  expect(['task.status_not_allowed', 'task.lease_lost']).toContain(body.code)
  expect(body.errors, text).toEqual([expect.objectContaining({ path: '/status', message: now })])
}

/** The index of runs gets each a moment later. */
const untilRuns = (as: Person, id: string, count: number): Promise<void> =>
  eventually(async () => expect(await runsOf(as, id)).toBe(count))

const openRunsOf = async (as: Person, id: string): Promise<unknown[]> => {
  const { results } = await env.DB.prepare(
    "SELECT id, status FROM runs WHERE team_id = ? AND subject_id = ? AND status NOT IN ('cancelled', 'succeeded', 'failed')",
  )
    .bind(as.teamId, id)
    .all()
  return results
}

const runsOf = async (as: Person, taskId: string): Promise<number> => {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ? AND subject_id = ?')
    .bind(as.teamId, taskId)
    .first<{ n: number }>()
  return row?.n ?? 0
}

test("cancel against a worker's completion", { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  const ids = await outside(ada, RACES)
  for (const [n, id] of ids.entries()) {
    const leaseToken = await claim(ada, n)
    const complete = () => verb(ada, id, 'complete', { result: n, leaseToken })
    const cancel = () => verb(ada, id, 'cancel')
    const both = n % 2 === 0 ? [complete(), cancel()] : [cancel(), complete()].reverse()
    const [completed, cancelled] = await Promise.all(both)
    const { status, result } = await taskOf(ada, id)
    expect([completed?.status, cancelled?.status].filter((code) => code === 409)).toHaveLength(1)
    if (completed?.status === 200) {
      expect({ status, result }).toEqual({ status: 'succeeded', result: n })
      expectLate(cancelled as Answer, 'succeeded')
    } else {
      expect({ status, result }).toEqual({ status: 'cancelled', result: null })
      expectLate(completed as Answer, 'cancelled')
    }
  }
})

test('cancel against the start of a run, and against its end', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  for (let n = 0; n < RACES; n++) {
    const isLonger = n % 2 === 0
    const { id } = await newTask(ada, { input: isLonger ? waitingSteps : pureSteps('done') })
    const [executed, cancelled] = await Promise.all([verb(ada, id, 'execute'), verb(ada, id, 'cancel')])
    const after = await untilStatus(
      ada,
      id,
      'succeeded',
      'cancelled',
      ...(isLonger ? ['running', 'waiting'] : []),
    )
    if (cancelled.status === 409) {
      // It had ended before, or the run was active by then and can be cancelled now.
      expect(['succeeded', 'running', 'waiting', 'queued']).toContain(after.status)
      if (isLonger) {
        expect((await verb(ada, id, 'cancel')).status).toBeLessThan(300)
        await untilStatus(ada, id, 'cancelled')
      }
    } else if (isLonger) {
      // A run that started anyway is cancelled with its task.
      expect((await untilStatus(ada, id, 'cancelled')).status).toBe('cancelled')
      await eventually(async () => expect(await openRunsOf(ada, id)).toEqual([]))
    }
    if (executed.status >= 400) expect([executed.status, after.status]).toEqual([409, 'cancelled'])
  }
})

test('two retries', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  for (let n = 0; n < RACES; n++) {
    const from = n % 2 === 0 ? 'start' : 'failed'
    const { id } = await newTask(ada, { input: failingSteps, autoStart: true })
    await untilStatus(ada, id, 'failed')
    const both = await Promise.all([verb(ada, id, 'retry', { from }), verb(ada, id, 'retry', { from })])
    expect(both.map(({ status }) => status >= 400).sort(), both.map(({ text }) => text).join()).toEqual([
      false,
      true,
    ])
    const late = both.find(({ status }) => status >= 400)
    expect([late?.status, late?.body.code]).toEqual([409, 'task.status_not_allowed'])
    expect((await untilStatus(ada, id, 'failed')).attempt).toBe(2)
    await untilRuns(ada, id, 2)
  }
})

test('delete against a claim, and against the end of the work', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  const ids = await outside(ada, RACES)
  const remove = (id: string) => call('DELETE', `${TASKS}/${id}`, { as: ada })
  for (const [n, id] of ids.entries()) {
    if (n % 2 === 0) {
      const [claimed, deleted] = await Promise.all([
        post(`${TASKS}/claim`, ada, { tags: [`n${n}`] }),
        remove(id),
      ])
      const isTaken = claimed.body.task !== null
      expect([claimed.status, deleted.status], deleted.text).toEqual([200, isTaken ? 409 : 204])
      expect((await call('GET', `${TASKS}/${id}`, { as: ada })).status).toBe(isTaken ? 200 : 404)
    } else {
      const leaseToken = await claim(ada, n)
      const [completed, deleted] = await Promise.all([verb(ada, id, 'complete', { leaseToken }), remove(id)])
      // It is deleted only after it has ended.
      expect([[200, 409].join(), [200, 204].join(), [404, 204].join()]).toContain(
        [completed.status, deleted.status].join(),
      )
      if (deleted.status === 409) expect((await taskOf(ada, id)).status).toBe('succeeded')
    }
  }
})

test('delete while a run is at work, with and without cancel=true', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  for (let n = 0; n < RACES; n++) {
    const isLonger = n % 2 === 0
    const cancels = n % 4 < 2
    const { id } = await newTask(ada, { input: isLonger ? waitingSteps : pureSteps('done') })
    const [executed, deleted] = await Promise.all([
      verb(ada, id, 'execute'),
      call('DELETE', `${TASKS}/${id}${cancels ? '?cancel=true' : ''}`, { as: ada }),
    ])
    expect([200, 202, 404, 409], executed.text).toContain(executed.status)
    expect([204, 409], deleted.text).toContain(deleted.status)
    if (deleted.status === 409) {
      expect(deleted.body.code).toBe('task.status_not_allowed')
      await untilStatus(ada, id, ...(isLonger ? ['waiting'] : ['succeeded']))
      expect((await call('DELETE', `${TASKS}/${id}?cancel=true`, { as: ada })).status).toBe(204)
    }
    expect((await call('GET', `${TASKS}/${id}`, { as: ada })).status).toBe(404)
    // No run goes on without its task.
    await eventually(async () => expect(await openRunsOf(ada, id)).toEqual([]))
  }
})

test('two claims', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  const ids = await outside(ada, RACES)
  for (const [n, id] of ids.entries()) {
    const ask = () => post(`${TASKS}/claim`, ada, { tags: [`n${n}`] })
    const both = await Promise.all([ask(), ask()])
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(both.flatMap(({ body }) => body.task?.id ?? [])).toEqual([id])
    expect((await taskOf(ada, id)).attempt).toBe(1)
  }
})

test('two last dependencies that end together', { timeout }, async () => {
  const ada = await newPerson({ plan: 'team' })
  const ids = await outside(ada, RACES * 2)
  for (let n = 0; n < RACES; n++) {
    const pair = ids.slice(2 * n, 2 * n + 2)
    const last = await newTask(ada, { dependsOn: pair.map((taskId) => ({ taskId })) })
    const tokens = [await claim(ada, 2 * n), await claim(ada, 2 * n + 1)]
    const ended = await Promise.all(
      pair.map((id, at) => verb(ada, id, 'complete', { leaseToken: tokens[at] })),
    )
    expect(ended.map(({ status }) => status)).toEqual([200, 200])
    expect((await untilStatus(ada, last.id, 'succeeded')).attempt).toBe(1)
    await untilRuns(ada, last.id, 1)
  }
})
