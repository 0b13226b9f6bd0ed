// Sockets of a team: channels, positions, invalid frames, limits.
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { publishChange } from '../../../src/db/publish.ts'
import { teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { TeamEvent } from '../../../src/objects/team-events.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock, giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { linear, runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { startedBy, waiting } from '../runs/followers.ts'
import { ask, REALTIME, socket } from './sockets.ts'

const hubOf = (teamId: string) => liveHub(env.LIVE_HUBS, teamHub(teamId))
const change = (teamId: string, id: string): TeamEvent => ({
  ...{ type: 'workflow.updated', at: new Date(0).toISOString(), teamId, data: { id, version: 2 } },
})
const publish = (teamId: string, ...ids: string[]) =>
  hubOf(teamId).publish(ids.map((id) => ({ key: id, event: change(teamId, id) })))

test('a socket starts on the runs of the team and gets each from its start to its end', async () => {
  const { owner } = await newTeam()
  const before = await startedBy(owner)
  await eventually(async () =>
    expect((await get(`/api/v1/runs?status=waiting`, owner)).body.items).toHaveLength(1),
  )
  const live = await socket(owner, ['runs'])
  expect(live.of('runs', 'reset')[0]?.snapshot).toMatchObject({
    runs: [{ id: before, status: 'waiting' }],
    isTruncated: false,
  })
  const runId = await startedBy(owner)
  await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
  const ofRun = () => live.events('runs').filter(({ event }) => event.run.id === runId)
  await live.until(() => ofRun().some(({ event }) => event.type === 'run.succeeded'))
  expect(ofRun().map(({ event }) => event.type)).toEqual(['run.started', 'run.waiting', 'run.succeeded'])
  for (const { event } of ofRun()) expect(TeamEvent.safeParse(event).error).toBeUndefined()
  const seqs = live.events('runs').map(({ seq = 0 }) => seq)
  expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at))
  live.close()
})

test('a run is followed from its own log, completely and then live', async () => {
  const { owner, teamId } = await newTeam()
  const runId = await startedBy(owner)
  const live = await socket(owner, [`run:${runId}`])
  expect(live.events(`run:${runId}`).map(({ event }) => event.type)).toEqual([
    'run.started',
    'node.waiting',
    'run.waiting',
  ])
  await runOf(runId).signal({ name: 'go', data: { a: 1 }, by: 'me' })
  await live.until(() => live.events(`run:${runId}`).at(-1)?.event.type === 'run.succeeded')
  const log = (await runOf(runId).events(0, 100))?.events
  expect(live.events(`run:${runId}`).map(({ event }) => event)).toEqual(log)
  // A second client of the team reads the same, also from the middle.
  const other = await socket({ token: owner.token, teamId }, [])
  other.send({ type: 'subscribe', channel: `run:${runId}`, afterSeq: 3 })
  await other.until(() => other.of(`run:${runId}`, 'subscribed').length > 0)
  expect(other.events(`run:${runId}`).map(({ event }) => event)).toEqual(log?.slice(3))
  live.close()
  other.close()
})

test('a long run is sent in pages, each requested by the client', async () => {
  const { owner, teamId } = await newTeam()
  const workflowId = await newWorkflow(teamId, linear(700))
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, owner, {}, { prefer: 'wait=20' })
  const channel = `run:${body.id}`
  const live = await socket(owner, [])
  live.send({ type: 'subscribe', channel })
  await live.until(() => live.of(channel, 'more').length === 1)
  expect(live.events(channel)).toHaveLength(500)
  live.send({ type: 'resume', channel, afterSeq: 500 })
  await live.until(() => live.of(channel, 'subscribed').length === 1)
  expect(live.events(channel).map(({ seq }) => seq)).toEqual(Array.from({ length: 702 }, (_, at) => at + 1))
  live.close()
})

test('a commit publishes a change once if there are followers, and nothing otherwise', async () => {
  giveObjectsTheTimeOfTheApp()
  const { owner, teamId } = await newTeam()
  const scope = {
    now: clock.now,
    actor: { kind: 'user' as const, userId: owner.userId, teamId, keyId: null },
  }
  const { exists } = publishChange(scope, { type: 'workflow.created', id: 'wf_x' })
  const { sql, params } = exists.toSQL()
  const asked = () =>
    env.DB.prepare(sql)
      .bind(...params)
      .first()
  expect(await asked()).toBeNull()
  const live = await socket(owner, ['changes'])
  expect(await asked()).not.toBeNull()
  await publish(teamId, 'wf_a', 'wf_b', 'wf_a')
  await publish(teamId, 'wf_b')
  await live.until(() => live.events('changes').length >= 2)
  expect(live.events('changes').map(({ event }) => event.data.id)).toEqual(['wf_a', 'wf_b'])
  live.close()
})

test('creating, changing and deleting a workflow is published with the actor', async () => {
  giveObjectsTheTimeOfTheApp()
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, ['changes'])
  const { body } = await post('/api/v1/workflows', owner, { name: 'Published', definition: linear(1) })
  await runJobs()
  await live.until(() => live.events('changes').length === 1)
  expect(live.events('changes')[0]?.event).toMatchObject({
    type: 'workflow.created',
    teamId,
    actor: { kind: 'user', userId: owner.userId, keyId: null },
    data: { id: body.id, version: 1, name: 'Published' },
  })
  live.close()
})

test('a position is resumed without a gap, also after an eviction, and one that is not kept is reset', async () => {
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, ['changes'])
  await publish(teamId, 'wf_1', 'wf_2', 'wf_3')
  await live.until(() => live.events('changes').length === 3)
  const first = live.events('changes')[0]?.seq ?? 0
  live.close()
  await eventually(async () =>
    expect((await get(`${REALTIME}/subscriptions/status`, owner)).body.items).toEqual([]),
  )
  await publish(teamId, 'wf_4')
  await evictDurableObject(hubOf(teamId) as never)
  const again = await socket(owner, [])
  again.send({ type: 'subscribe', channel: 'changes', afterSeq: first })
  await again.until(() => again.of('changes', 'subscribed').length === 1)
  expect(again.events('changes').map(({ event }) => event.data.id)).toEqual(['wf_2', 'wf_3', 'wf_4'])
  for (const afterSeq of [1, first + 1_000]) {
    const had = again.of('changes', 'reset').length
    again.send({ type: 'resume', channel: 'changes', afterSeq })
    await again.until(() => again.of('changes', 'reset').length === had + 1)
    expect(again.of('changes', 'reset').at(-1)).toMatchObject({ seq: first + 3, snapshot: null })
  }
  again.close()
})

test('a hibernating socket gets the next event live', async () => {
  const { owner, teamId } = await newTeam()
  const runId = await startedBy(owner)
  const live = await socket(owner, ['changes', `run:${runId}`])
  await publish(teamId, 'wf_1')
  await evictDurableObject(hubOf(teamId) as never)
  await publish(teamId, 'wf_2')
  await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
  await live.until(() => live.events('changes').length === 2)
  await live.until(() => live.events(`run:${runId}`).at(-1)?.event.type === 'run.succeeded')
  const seqs = live.events(`run:${runId}`).map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, at) => at + 1))
  live.close()
})

test('invalid frames are refused one by one, and the socket continues', async () => {
  const { owner } = await newTeam()
  const elsewhere = await newTeam()
  const foreign = await startedBy(elsewhere.owner)
  const foreignFlow = await newWorkflow(elsewhere.teamId, waiting)
  const live = await socket(owner, ['runs'])
  const cases: [unknown, string][] = [
    ['not json', 'frame.malformed'],
    ['[1]', 'frame.malformed'],
    ['null', 'frame.malformed'],
    [{ type: 'shout' }, 'frame.unknown'],
    [{ type: 'subscribe' }, 'channel.unknown'],
    [{ type: 'subscribe', channel: 'everything' }, 'channel.unknown'],
    [{ type: 'subscribe', channel: 'run:nonsense' }, 'channel.unknown'],
    [{ type: 'subscribe', channel: '__proto__' }, 'channel.unknown'],
    [{ type: 'subscribe', channel: 'x'.repeat(1_000) }, 'channel.unknown'],
    [{ type: 'resume', channel: 'runs', afterSeq: -1 }, 'position.invalid'],
    [{ type: 'resume', channel: 'runs', afterSeq: 1.5 }, 'position.invalid'],
    [{ type: 'resume', channel: 'runs' }, 'position.invalid'],
    [{ type: 'resume', channel: 'changes', afterSeq: 1 }, 'channel.not_subscribed'],
    [{ type: 'unsubscribe', channel: 'changes' }, 'channel.not_subscribed'],
    [{ type: 'subscribe', channel: `run:${foreign}` }, 'channel.not_found'],
    [{ type: 'subscribe', channel: `run:${foreign.slice(0, -4)}zzzz` }, 'channel.not_found'],
    [{ type: 'subscribe', channel: `workflow:${foreignFlow}` }, 'channel.not_found'],
  ]
  for (const [frame, code] of cases) {
    const had = live.frames.length
    live.send(frame)
    await live.until(() => live.frames.length > had)
    expect(live.frames.at(-1), JSON.stringify(frame)).toMatchObject({ type: 'error', code })
  }
  live.send({ type: 'unsubscribe', channel: 'runs' })
  await live.until(() => live.of('runs', 'unsubscribed').length === 1)
  live.send('x'.repeat(65_537))
  await live.until(() => live.closed() !== null)
  expect(live.closed()).toEqual({ code: 1009, reason: 'too large' })
})

test('a socket follows at most 100 channels', async () => {
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, [])
  const ids = await Promise.all(Array.from({ length: 5 }, () => newWorkflow(teamId, waiting)))
  const channels = ['runs', 'changes', 'tasks', 'announcements', 'notifications']
  for (const channel of [...channels, ...ids.map((id) => `workflow:${id}`)])
    live.send({ type: 'subscribe', channel })
  await live.until(() => live.frames.filter(({ type }) => type === 'subscribed').length === 10)
  live.close()
})

test('connections are limited by the plan, and another user cannot be followed', async () => {
  const person = await newPerson({ plan: 'free' })
  const open = await Promise.all(Array.from({ length: 10 }, () => socket(person, [])))
  const refused = await ask(`${REALTIME}/ws/workflows/me`, person, { upgrade: 'websocket' })
  expect([refused.status, await refused.json()]).toEqual([
    429,
    expect.objectContaining({ code: 'rate.limited' }),
  ])
  const status = await get(`${REALTIME}/subscriptions/status`, person)
  expect(status.body.limit).toBe(10)
  expect(status.body.items).toHaveLength(10)
  open[0]?.close()
  await eventually(async () => (await socket(person, [])).close())
  for (const one of open) one.close()
  const other = await newPerson()
  expect(
    (await ask(`${REALTIME}/ws/workflows/${other.userId}`, person, { upgrade: 'websocket' })).status,
  ).toBe(404)
  expect((await ask(`${REALTIME}/ws/workflows/${person.userId}`, person)).status).toBe(426)
})
