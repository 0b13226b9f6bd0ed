// The index of waits for events: its content, how it is cleaned and rebuilt, and how an event uses it.

import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../../src/core/run-id.ts'
import { deliverEvent } from '../../../src/modules/events/deliver.ts'
import { lose } from '../../chaos/support/drive.ts'
import { recordSql } from '../../db/support/plans.ts'
import { call } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { retireFromStart } from '../../helpers/retention.ts'
import { linear, runOf, start } from '../../helpers/runs.ts'
import {
  begun,
  ended,
  inside,
  listed,
  newWaiting,
  rowsOf,
  send,
  settled,
  undelivered,
  until,
  view,
  wait,
  waiting,
} from './waiting.ts'

afterEach(() => setFaultHook(null))

const putRows = (teamId: string, runIds: string[], name = 'go', path = 'w', since = Date.now() - 1_000) =>
  env.DB.batch(
    runIds.map((runId) =>
      env.DB.prepare(
        'INSERT INTO event_waits (run_id, path, team_id, name, key, attempt, since) VALUES (?, ?, ?, ?, ?, 1, ?)',
      ).bind(runId, path, teamId, name, name, since),
    ),
  )

const countOf = async (teamId: string): Promise<number> =>
  (await env.DB.prepare('SELECT count(*) AS n FROM event_waits WHERE team_id = ?')
    .bind(teamId)
    .first<number>('n')) ?? 0

/** Completed messages lose their content, so they are recognized by their time. */
const markOf = async (): Promise<number> =>
  (await env.DB.prepare('SELECT max(rowid) AS n FROM outbox').first<number>('n')) ?? 0

const messagesSince = async (mark: number) =>
  (
    await env.DB.prepare(
      "SELECT status, attempts FROM outbox WHERE type = 'event.deliver' AND rowid > ? ORDER BY rowid",
    )
      .bind(mark)
      .all<{ status: string; attempts: number }>()
  ).results

test('a wait is removed from the index however it ends', async () => {
  const person = await newPerson()
  const cancelled = await waiting(person, { name: 'go' })
  const signalled = await waiting(person, { name: 'go' })
  const timed = await waiting(person, { name: 'go', timeoutMs: 1_000 })
  const left = await waiting(person, { name: 'go' })
  await runOf(cancelled).control('cancel', 'me')
  await runOf(signalled).signal({ name: 'go', data: null, by: 'me' })
  for (const runId of [cancelled, signalled, timed]) await listed(runId)
  const merged = await begun(person, {
    nodes: [
      wait('a', { name: 'go' }),
      wait('b', { name: 'on' }),
      { id: 'first', type: 'flow.merge', params: { mode: 'first' } },
      wait('c', { name: 'on' }),
    ],
    edges: [
      { from: 'a', to: 'first' },
      { from: 'b', to: 'first' },
      { from: 'first', to: 'c' },
    ],
  })
  await listed(merged, 'a', 'b')
  await runOf(merged).signal({ name: 'on', data: null, by: 'me' })
  await listed(merged, 'c')
  expect(await rowsOf(left)).toHaveLength(1)
})

test('a wait without an event name, or one that takes a signal immediately, is never in the index', async () => {
  const person = await newPerson()
  const sent = await recordSql(async () => {
    const quick = await begun(person, {
      nodes: [wait('first', { name: 'a name with blanks' }), wait('next', { name: 'go' })],
      edges: [{ from: 'first', to: 'next' }],
    })
    await runOf(quick).signal({ name: 'go', data: null, by: 'me' })
    await runOf(quick).signal({ name: 'a name with blanks', data: null, by: 'me' })
    await until(async () => (await undelivered(quick)) === 0, 'everything is delivered')
  })
  expect(sent.filter(({ sql }) => sql.includes('event_waits'))).toEqual([])
})

test('a run without waits for events reads and writes nothing for them', async () => {
  const { teamId } = await newPerson()
  const sent = await recordSql(async () => {
    const { id } = await start(linear(20), { teamId })
    expect(await inside(id, ({ sql }) => sql.exec('SELECT kind FROM outbox').toArray())).toEqual([])
  })
  expect(sent.filter(({ sql }) => sql.includes('event'))).toEqual([])
})

test('a deleted or removed run leaves no row behind', async () => {
  const { person, runId } = await newWaiting({ name: 'go' })
  await runOf(runId).control('cancel', 'me')
  await listed(runId)
  await settled(runId)
  await putRows(person.teamId, [runId])
  expect((await call('DELETE', `/api/v1/workflows/executions/${runId}`, { as: person })).status).toBe(204)
  await listed(runId)
  const old = (await start(linear(1), { teamId: person.teamId })).id
  await putRows(person.teamId, [old])
  const retire = () => env.DB.prepare('UPDATE runs SET finished_at = 1 WHERE id = ?').bind(old).run()
  await until(async () => (await retire()).meta.changes === 1, 'the run is reported')
  await withContext(retireFromStart)
  await listed(old)
})

test('the waits of a deleted team are deleted and do not come back', async () => {
  const { teamId, owner } = await newTeam()
  const runId = await waiting(owner, { name: 'go' })
  await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })
  await until(async () => {
    await runJobs()
    return (await runOf(runId).view({})) === null && (await countOf(teamId)) === 0
  }, 'the team is purged')
  const late = await begun(owner, { nodes: [wait('w', { name: 'go' })] })
  await settled(late)
  expect(await countOf(teamId)).toBe(0)
})

test('the index is restored from the runs, with events that were sent in the meantime', async () => {
  const { person, runId } = await newWaiting({ name: 'go' })
  const still = await waiting(person, { name: 'other' })
  const over = await waiting(person, { name: 'other' })
  await runOf(over).control('cancel', 'me')
  await listed(over)
  await env.DB.prepare('DELETE FROM event_waits WHERE team_id = ?').bind(person.teamId).run()
  await putRows(person.teamId, [over, still], 'other', 'gone')
  const { body } = await send(person, { name: 'go', data: 1 })
  expect(body.waiting).toBe(0)
  for (const id of [runId, still, over]) expect(await runOf(id).report()).toBe(true)
  expect((await ended(runId)).output).toBe(1)
  await listed(still, 'w')
  await listed(over)
})

test('an outdated row is removed when an event finds it', async () => {
  const { person, runId } = await newWaiting({ name: 'other' })
  await settled(runId)
  await putRows(person.teamId, [runId], 'go', 'gone')
  await send(person, { name: 'go' })
  await until(async () => {
    await runJobs()
    return (await rowsOf(runId)).length === 1
  }, 'the row is gone')
  expect(await rowsOf(runId)).toMatchObject([{ path: 'w' }])
})

test('an event and its delivery message are one commit, and without waits there is no message', async () => {
  const { person, runId } = await newWaiting({ name: 'go' })
  const mark = await markOf()
  await send(person, { name: 'ignored' })
  expect(await messagesSince(mark)).toEqual([])
  const { id } = (await send(person, { name: 'go' })).body
  const { results } = await env.DB.prepare(
    "SELECT o.type FROM outbox o JOIN audit_log l ON l.request_id = o.request_id WHERE l.target_id = ? AND o.type LIKE 'event.%'",
  )
    .bind(id)
    .all()
  expect(results).toEqual([{ type: 'event.deliver' }])
  await ended(runId)
})

test('more runs than one message holds get further messages, and repeating one changes nothing', async () => {
  const person = await newPerson()
  const others = Array.from({ length: 120 }, (_, n) => `run_${String(n).padStart(26, '0')}`)
  await putRows(person.teamId, others)
  const runIds = [await waiting(person, { name: 'go' }), await waiting(person, { name: 'g*' })]
  const mark = await markOf()
  const { body } = await send(person, { name: 'go', data: 1 })
  expect(body.waiting).toBe(122)
  for (const runId of runIds) expect((await ended(runId)).output).toBe(1)
  // Rows of missing runs are removed on the way.
  await until(async () => {
    await runJobs()
    return (await countOf(person.teamId)) === 0
  }, 'all were visited')
  expect((await messagesSince(mark)).length).toBeGreaterThanOrEqual(3)
})

test('a repeated page sends only one next page', async () => {
  const person = await newPerson()
  const { id } = (await send(person, { name: 'go' })).body
  // So that they are still to be visited when the page is repeated.
  const others = Array.from({ length: 60 }, (_, n) => `run_${String(n).padStart(26, 'x')}`)
  const mark = await markOf()
  for (let time = 0; time < 2; time++) {
    await env.DB.prepare('DELETE FROM event_waits WHERE team_id = ?').bind(person.teamId).run()
    await putRows(person.teamId, others, 'go', 'w', 1)
    await withContext((request) =>
      deliverEvent(request, { type: 'event.deliver', teamId: person.teamId, eventId: id }),
    )
  }
  expect(await messagesSince(mark)).toHaveLength(1)
})

test('a run that does not answer does not delay the others, and gets the event later', async () => {
  const person = await newPerson()
  const poison = await waiting(person, { name: 'go' })
  const others = [await waiting(person, { name: 'go' }), await waiting(person, { name: 'go' })]
  await settled(poison)
  const bad = env.RUNS.idFromName(hostOf(poison))
  setFaultHook((point, state) => {
    if (point === 'store.writeEventId:before' && state.id.equals(bad)) throw new Error(onPurpose('poison'))
  })
  await lose(poison)
  const mark = await markOf()
  await send(person, { name: 'go', data: 1 })
  for (const runId of others) expect((await ended(runId)).output).toBe(1)
  // The page is done. What is left is one message for the one run, which has failed at least once.
  await until(async () => {
    await runJobs()
    const [page, alone] = await messagesSince(mark)
    return page?.status === 'done' && alone?.status === 'pending' && alone.attempts > 0
  }, 'the run is tried alone')
  expect(await messagesSince(mark)).toHaveLength(2)
  expect((await view(poison)).status).toBe('waiting')
  setFaultHook(null)
  await lose(poison)
  clock.advance(60_000)
  expect((await ended(poison)).output).toBe(1)
})
