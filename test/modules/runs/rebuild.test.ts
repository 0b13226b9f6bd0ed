// The index of runs is restored from the runs themselves, after all its rows are lost.

import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { encodeCursor } from '../../../src/core/cursor.ts'
import { placeOf } from '../../../src/core/run-id.ts'
import { firstOf } from '../../../src/db/hot-read.ts'
import { startRunnable } from '../../../src/modules/runs/index.ts'
import { writeRunManifest } from '../../../src/modules/runs/rebuild/manifest.ts'
import { findRunnable } from '../../../src/modules/workflows/index.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, linear, reported } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const eventWait: Definition = { nodes: [{ id: 'event', type: 'flow.waitForEvent', params: { name: 'go' } }] }
const own = { ...linear(2), settings: { isolation: 'own' } }

const COLUMNS =
  'id, team_id, kind, workflow_id, status, trigger_type, started_by, title, tags, seq, progress, error, created_at, finished_at'
const rowsOf = async (teamId: string) =>
  (
    await env.DB.prepare(`SELECT ${COLUMNS} FROM runs WHERE team_id = ? AND deleted_at IS NULL ORDER BY id`)
      .bind(teamId)
      .all()
  ).results

async function start(person: Person, definition: Definition, status: string): Promise<string> {
  const workflowId = await newWorkflow(person.teamId, definition)
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await reported(body.id)
  const row = await env.DB.prepare('SELECT status FROM runs WHERE id = ?').bind(body.id).first()
  expect(row?.status).toBe(status)
  return body.id
}

type Rebuilt = { calls: number; reported: number; missing: number }

/** All teams from the first of these on, like a call that continues another: other tests have left thousands. */
const rebuildFrom = (people: readonly Person[]): Promise<Rebuilt> => {
  const [first = ''] = people.map(({ teamId }) => teamId).sort()
  return rebuild({}, encodeCursor({ sort: 'rebuild', value: '0 0', id: first }))
}

async function rebuild(body: object, from: string | null = null): Promise<Rebuilt> {
  const admin = await newPerson({ platformRole: 'admin' })
  const sum = { calls: 0, reported: 0, missing: 0 }
  for (let cursor = from; ; ) {
    const answer: { status: number; body: any } = await post('/api/v1/admin/runs/rebuild', admin, {
      ...body,
      cursor,
    })
    expect(answer.status).toBe(200)
    sum.calls++
    sum.reported += answer.body.reported
    sum.missing += answer.body.missing
    cursor = answer.body.nextCursor
    if (cursor === null) return sum
  }
}

const drop = (people: readonly Person[]) =>
  env.DB.batch(
    people.flatMap(({ teamId }) => [
      env.DB.prepare('DELETE FROM event_waits WHERE team_id = ?').bind(teamId),
      env.DB.prepare('DELETE FROM runs WHERE team_id = ?').bind(teamId),
    ]),
  )

/** Like the tick after the end of the day. */
async function writeManifest(): Promise<void> {
  // Another test's clock may have created them already.
  const { objects } = await env.FILES.list({ prefix: 'run-manifest/' })
  await env.FILES.delete(objects.map(({ key }) => key))
  await withContext((request) => {
    const today = Date.now() - (Date.now() % DAY_MS)
    return writeRunManifest({ ...request, now: () => today + DAY_MS + DAY_MS / 2 })
  })
}

test('all rows of all teams are restored as they were, and deleted runs are not', async () => {
  const people = [await newPerson(), await newPerson()] as const
  for (const person of people) {
    for (let i = 0; i < 3; i++) await start(person, linear(2), 'succeeded')
    await start(person, eventWait, 'waiting')
    await start(person, own, 'succeeded')
  }
  const deleted = await start(people[0], linear(1), 'succeeded')
  expect((await call('DELETE', `/api/v1/runs/${deleted}`, { as: people[0] })).status).toBe(204)
  await writeManifest()
  const before = await Promise.all(people.map(({ teamId }) => rowsOf(teamId)))
  expect(before.map((rows) => rows.length)).toEqual([5, 5])
  await drop(people)
  expect((await get('/api/v1/runs', people[0])).body.items).toEqual([])

  expect((await rebuildFrom(people)).reported).toBeGreaterThanOrEqual(10)
  await eventually(async () =>
    expect(await Promise.all(people.map(({ teamId }) => rowsOf(teamId)))).toEqual(before),
  )
  expect((await get(`/api/v1/runs/${deleted}`, people[0])).status).toBe(404)
  // Each run tells of its wait after it has reported its row.
  const waits = () =>
    env.DB.prepare('SELECT count(*) AS n FROM event_waits WHERE team_id IN (?, ?)')
      .bind(...people.map(({ teamId }) => teamId))
      .first<number>('n')
  await eventually(async () => expect(await waits()).toBe(2))
})

test('one team can be rebuilt alone, also from hosts that replaced full ones', async () => {
  const [person, other] = [await newPerson(), await newPerson()]
  const id = await start(person, linear(1), 'succeeded')
  const foreign = await start(other, linear(1), 'succeeded')
  await drop([person, other])
  const { reported } = await rebuild({ teamId: person.teamId })
  expect(reported).toBe(1)
  await eventually(async () => expect(await rowsOf(person.teamId)).toMatchObject([{ id }]))
  expect(await rowsOf(other.teamId)).toEqual([])
  await rebuildFrom([person, other])
  await eventually(async () => expect(await rowsOf(other.teamId)).toMatchObject([{ id: foreign }]))
})

test('runs in hosts beyond the current number are found as well', async () => {
  const person = await newPerson()
  const runnable = await firstOf(
    env.DB,
    findRunnable(person.teamId, await newWorkflow(person.teamId, linear(1))),
  )
  if (runnable === null) throw new Error('No workflow')
  const starts = Array.from({ length: 12 }, () =>
    withContext((request) =>
      startRunnable({ ...request, settings: { ...request.settings, RUN_SHARDS: 64 } }, runnable, {
        ...{ input: null, trigger: { type: 'manual' }, startedBy: null, options: {} },
      }),
    ),
  )
  const ids = (await Promise.all(starts)).map(({ execution }) => execution.id)
  expect(ids.some((id) => Number(placeOf(id)) >= 16)).toBe(true)
  await reported(...ids)
  expect(await rowsOf(person.teamId)).toHaveLength(ids.length)
  await writeManifest()
  await drop([person])
  await rebuild({ teamId: person.teamId })
  await eventually(async () =>
    expect((await rowsOf(person.teamId)).map((row) => row.id)).toEqual(ids.toSorted()),
  )
})

test('an invented cursor is refused, and only administrators rebuild', async () => {
  const admin = await newPerson({ platformRole: 'admin' })
  const send = (as: Person, cursor: string) => post('/api/v1/admin/runs/rebuild', as, { cursor })
  expect((await send(admin, 'made-up')).body.code).toBe('request.invalid_cursor')
  expect((await send(await newPerson(), 'made-up')).status).toBe(403)
})
