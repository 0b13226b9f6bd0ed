// The process is lost at every call to D1 and R2, before it and after it. Afterwards, the sweeps make bucket, table
// and quota consistent.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { openContext, type RequestContext } from '../../../src/context.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { prepare } from '../../../src/db/statement.ts'
import { putPosition } from '../../../src/db/sweep-position.ts'
import { runOutboxRow } from '../../../src/jobs/index.ts'
import { sweepFileUploads } from '../../../src/modules/files/service/parts.ts'
import { reconcileFiles, recountStorage } from '../../../src/modules/files/service/reconcile.ts'
import { sweepFiles } from '../../../src/modules/files/service/sweep.ts'
import { app, call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Death, dyingEnv } from './support/dying.ts'
import { bytesOf, FILES, inPieces, quotaOf, storedKeys, upload } from './support/files.ts'

type Scenario = {
  what: string
  prepare?: (person: Person) => Promise<string>
  act: (person: Person, prepared: string) => Request
}

const ask = (
  person: Person,
  method: string,
  path: string,
  body?: BodyInit,
  headers: Record<string, string> = {},
) =>
  new Request(`http://orrery.test${FILES}${path}`, {
    method,
    headers: { authorization: `Bearer ${person.token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })

const big = (size: number) => new Uint8Array(size).fill(97)

const SCENARIOS: Scenario[] = [
  {
    what: 'a small upload',
    act: (person) => ask(person, 'POST', '/upload', 'text', { 'x-filename': 'a.txt', 'content-length': '4' }),
  },
  {
    what: 'an upload that is streamed',
    act: (person) =>
      ask(person, 'POST', '/upload', big(1_500_000), { 'x-filename': 'a.txt', 'content-length': '1500000' }),
  },
  {
    what: 'an upload without a length, in pieces',
    act: (person) =>
      ask(person, 'POST', '/upload', inPieces(big(5_500_000), 100_000), { 'x-filename': 'a.txt' }),
  },
  {
    what: 'a version that pushes out the oldest',
    prepare: async (person) => {
      for (let i = 0; i < 5; i++) await upload(person, 'a.txt', `version ${i}`)
      return ''
    },
    act: (person) => ask(person, 'POST', '/upload', 'another', { 'x-filename': 'a.txt' }),
  },
  {
    what: 'the completion of an upload in parts',
    prepare: async (person) => {
      const { body } = await post(`${FILES}/uploads`, person, { name: 'a.txt', sizeBytes: 4 })
      await call('PUT', `${FILES}/uploads/${body.id}/parts/1`, { as: person, raw: bytesOf('text') })
      return body.id
    },
    act: (person, id) => ask(person, 'POST', `/uploads/${id}/complete`),
  },
  {
    what: 'a deletion for good',
    prepare: async (person) => {
      await upload(person, 'a.txt', 'one')
      return (await upload(person, 'a.txt', 'two')).body.id
    },
    act: (person, id) => ask(person, 'DELETE', `/${id}?permanent=true`),
  },
  {
    what: 'an upload of another content to a name that is taken',
    prepare: async (person) => (await upload(person, 'a.txt', 'one')).body.id,
    act: (person) => ask(person, 'POST', '/upload?onConflict=rename', 'two', { 'x-filename': 'a.txt' }),
  },
]

const MAX_CALLS = 60

/** It did not crash if the request needed fewer calls. */
async function kill(
  { prepare, act }: Scenario,
  person: Person,
  death: Death,
): Promise<{ died: boolean; status: number }> {
  const prepared = (await prepare?.(person)) ?? ''
  const dying = dyingEnv(death)
  const ctx = createExecutionContext()
  const response = await app.fetch(act(person, prepared), dying.env, ctx)
  await response.arrayBuffer()
  await waitOnExecutionContext(ctx)
  return { died: dying.isDead(), status: response.status }
}

const system = (environment: typeof env): RequestContext =>
  openContext(environment, {
    now: clock.now,
    requestId: 'req_test',
    defer: (later) => void later.catch(() => undefined),
  })

/** What cron and queue do in the following days, for teams that were created since. */
async function live(since: Since): Promise<void> {
  clock.advance(8 * DAY_MS)
  await withContext(async (request) => {
    for (let i = 0; i < 10; i++) await sweepFiles(request)
    for (let i = 0; i < 10; i++) await sweepFileUploads(request)
    const { results } = await env.DB.prepare(
      "SELECT id FROM outbox WHERE type = 'storage.delete' AND status = 'pending'",
    ).all<{ id: string }>()
    for (const { id } of results) await runOutboxRow(request, id)
    await pass(request, since)
    await recountAll(request, since)
  })
}

/**
 * Teams that are created from now on have larger ids. Sweeps begin here, because other tests have left thousands of
 * teams.
 */
type Since = { teamId: string }
const fromNowOn = (): Since => ({ teamId: newId('team', clock.now() - 1) })

const beginAt = (name: string, position: string) =>
  prepare(env.DB, putPosition(name, { position, nextAt: 0 })).run()

/** Until the bucket was walked to its end once. */
async function pass(request: RequestContext, { teamId }: Since): Promise<void> {
  await beginAt('files.bucket', `teams/${teamId}`)
  for (let i = 0; i < 50; i++) {
    await reconcileFiles(request)
    const row = await env.DB.prepare(
      "SELECT position FROM sweep_positions WHERE name = 'files.bucket'",
    ).first<{ position: string }>()
    if (row?.position === '') return
  }
  throw new Error('The bucket has no end')
}

/** Until every team was counted once. */
async function recountAll(request: RequestContext, { teamId }: Since): Promise<void> {
  await beginAt('files.quota', teamId)
  for (let i = 0; i < 1_000; i++) {
    await recountStorage(request)
    const row = await env.DB.prepare(
      "SELECT position FROM sweep_positions WHERE name = 'files.quota'",
    ).first<{ position: string }>()
    if (row?.position === '') return
  }
  throw new Error('The teams have no end')
}

async function inStep(teamId: string, what: string): Promise<void> {
  const { results } = await env.DB.prepare(
    'SELECT object_key AS k FROM file_versions WHERE team_id = ? ORDER BY 1',
  )
    .bind(teamId)
    .all<{ k: string }>()
  expect([what, (await storedKeys(teamId)).sort()]).toEqual([what, results.map((row) => row.k)])
  const quota = await quotaOf(teamId)
  expect([what, quota.counted, quota.inBucket]).toEqual([what, quota.stored, quota.stored])
  const dangling = await env.DB.prepare(
    `SELECT f.id FROM files f WHERE f.team_id = ? AND NOT EXISTS (SELECT 1 FROM file_versions v WHERE v.file_id = f.id AND v.version = f.version)`,
  )
    .bind(teamId)
    .all()
  expect([what, dangling.results]).toEqual([what, []])
}

test.each(SCENARIOS.map((one) => [one.what, one] as const))(
  '%s that is killed at any point leaves nothing that does not belong together',
  async (what, scenario) => {
    const since = fromNowOn()
    const killed: [teamId: string, what: string, status: number][] = []
    for (const after of [false, true])
      for (let at = 1; at <= MAX_CALLS; at++) {
        const person = await newPerson({ plan: 'free' })
        const { died, status } = await kill(scenario, person, { at, after })
        killed.push([person.teamId, `${what}, killed ${after ? 'after' : 'before'} call ${at}`, status])
        if (!died) break
      }
    // The last of each kind did not crash, so every call was tried.
    expect(killed.length).toBeGreaterThan(6)
    expect(killed.length).toBeLessThan(2 * MAX_CALLS)
    await live(since)
    for (const [teamId, name, status] of killed) {
      await inStep(teamId, name)
      // Files that were acknowledged still exist.
      if (status === 201) expect([name, (await storedKeys(teamId)).length > 0]).toEqual([name, true])
    }
    expect(killed.some(([, , status]) => status < 300)).toBe(true)
  },
  120_000,
)

test('the quota is exact right after each kill, before any sweep has run', { timeout: 120_000 }, async () => {
  for (const after of [false, true])
    for (let at = 1; at <= 12; at++) {
      const person = await newPerson()
      await kill(SCENARIOS[3] as Scenario, person, { at, after })
      const quota = await quotaOf(person.teamId)
      expect([at, after, quota.counted]).toEqual([at, after, quota.stored])
    }
})

test('a sweep that is killed is repeated by the next', async () => {
  const since = fromNowOn()
  const person = await newPerson()
  for (const name of ['a.txt', 'b.txt', 'c.txt']) {
    const { body } = await upload(person, name, 'text')
    await call('DELETE', `${FILES}/${body.id}`, { as: person })
  }
  await env.FILES.put(`teams/${person.teamId}/files/orphan`, 'x')
  clock.advance(8 * DAY_MS)
  // So that they reach the objects to delete. Otherwise they would begin at the teams of other tests.
  await beginAt('files.bucket', `teams/${since.teamId}`)
  for (let at = 1; at < 12; at++) {
    const dying = dyingEnv({ at, after: at % 2 === 0 })
    await sweepFiles(system(dying.env as typeof env)).catch(() => undefined)
    await reconcileFiles(system(dying.env as typeof env)).catch(() => undefined)
  }
  await live(since)
  await inStep(person.teamId, 'after killed sweeps')
  expect(await storedKeys(person.teamId)).toEqual([])
})

test('an object without a row is deleted when it is old, and not before', async () => {
  const since = fromNowOn()
  const person = await newPerson()
  const key = `teams/${person.teamId}/files/orphan`
  const part = `teams/${person.teamId}/parts/upl_unknown/1`
  const other = `teams/${person.teamId}/else/1`
  for (const one of [key, part, other]) await env.FILES.put(one, 'x')
  // Earlier tests have moved the clock. The object would be that old, so it is created now.
  const made = (await env.FILES.head(key))?.uploaded.getTime() ?? 0
  const at = (ms: number) => ({ ...system(env), now: () => made + ms })
  await pass(at(5 * HOUR_MS), since)
  expect((await storedKeys(person.teamId)).sort()).toEqual([other, key, part].sort())
  await pass(at(12 * HOUR_MS), since)
  expect((await storedKeys(person.teamId)).sort()).toEqual([other, part].sort())
  await pass(at(60 * HOUR_MS), since)
  expect(await storedKeys(person.teamId)).toEqual([other])
  await env.FILES.delete(other)
})

test('a version with lost content is forgotten, and the file continues with the previous one', async () => {
  const since = fromNowOn()
  const person = await newPerson()
  const { body: file } = await upload(person, 'a.txt', 'one')
  await upload(person, 'a.txt', 'second')
  const { body: only } = await upload(person, 'b.txt', 'text')
  const keyOf = async (fileId: string, version: number) =>
    (
      await env.DB.prepare('SELECT object_key AS k FROM file_versions WHERE file_id = ? AND version = ?')
        .bind(fileId, version)
        .first<{ k: string }>()
    )?.k ?? ''
  await env.FILES.delete([await keyOf(file.id, 2), await keyOf(only.id, 1)])
  await withContext((request) => pass(request, since))
  expect((await call('GET', `${FILES}/${file.id}`, { as: person })).body).toMatchObject({
    version: 1,
    sizeBytes: 3,
  })
  expect((await call('GET', `${FILES}/${only.id}`, { as: person })).status).toBe(404)
  expect(await quotaOf(person.teamId)).toEqual({ counted: 3, stored: 3, inBucket: 3 })
})

test('a wrong counter is counted again', async () => {
  const since = fromNowOn()
  const person = await newPerson()
  await upload(person, 'a.txt', 'text')
  await env.DB.prepare("UPDATE usage_counters SET value = 99 WHERE team_id = ? AND metric = 'storageBytes'")
    .bind(person.teamId)
    .run()
  await withContext((request) => recountAll(request, since))
  expect((await quotaOf(person.teamId)).counted).toBe(4)
})
