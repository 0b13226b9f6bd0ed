// The same channels as server-sent events, with one position for all of them.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { call } from '../../helpers/api.ts'
import { changed, eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newTeam } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { startedBy } from '../runs/followers.ts'
import { ask, type Frame, REALTIME } from './sockets.ts'

type Sent = Frame & { id?: string }

async function stream(as: Parameters<typeof ask>[1], channels: string[], lastEventId?: string) {
  const response = await ask(
    `${REALTIME}/events?channels=${channels.join(',')}`,
    as,
    lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  )
  if (response.status !== 200 || response.body === null)
    throw new Error(`${response.status} ${await response.text()}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const frames: Sent[] = []
  let isOver = false
  const read = async () => {
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += value
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const data = /^data: (.*)$/m.exec(part)?.[1]
        if (data === undefined) continue
        const id = /^id: (.*)$/m.exec(part)?.[1]
        frames.push({ ...(JSON.parse(data) as Frame), ...(id === undefined ? {} : { id }) })
      }
      changed()
    }
    isOver = true
    changed()
  }
  void read().catch(() => undefined)
  return {
    frames,
    isOver: () => isOver,
    cancel: () => reader.cancel(),
    until: (check: () => boolean) =>
      eventually(() => {
        if (!check()) throw new Error(JSON.stringify(frames.slice(-4)))
      }),
  }
}

const publish = (teamId: string, id: string) =>
  liveHub(env.LIVE_HUBS, teamHub(teamId)).publish([
    { key: id, event: { type: 'workflow.updated', at: new Date(0).toISOString(), teamId, data: { id } } },
  ])

test('a stream continues after its last id in every channel', async () => {
  const { owner, teamId } = await newTeam()
  const runId = await startedBy(owner)
  const channels = ['changes', `run:${runId}`]
  const first = await stream(owner, channels)
  await first.until(() => first.frames.filter(({ type }) => type === 'subscribed').length === 2)
  await publish(teamId, 'wf_1')
  await first.until(() => first.frames.some(({ event }) => event?.data?.id === 'wf_1'))
  const { id } = first.frames.at(-1) as Sent
  await first.cancel()
  await publish(teamId, 'wf_2')
  await runOf(runId).signal({ name: 'go', data: null, by: 'me' })
  const second = await stream(owner, channels, id)
  await second.until(() => second.frames.filter(({ type }) => type === 'subscribed').length === 2)
  expect(second.frames.filter(({ type }) => type === 'reset')).toEqual([])
  const all = [...first.frames, ...second.frames].filter(({ type }) => type === 'event')
  expect(all.filter(({ channel }) => channel === 'changes').map(({ event }) => event.data.id)).toEqual([
    'wf_1',
    'wf_2',
  ])
  const log = (await runOf(runId).events(0, 100))?.events
  expect(all.filter(({ channel }) => channel !== 'changes').map(({ event }) => event)).toEqual(log)
  await second.cancel()
})

test('a stream without rights ends', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  const live = await stream(member, ['runs'])
  await live.until(() => live.frames.some(({ type }) => type === 'subscribed'))
  await call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner })
  await eventually(async () => {
    await runJobs()
    expect(live.isOver()).toBe(true)
  })
})

test('invalid channels and positions are refused before or in the stream', async () => {
  const { owner } = await newTeam()
  expect((await ask(`${REALTIME}/events`, owner)).status).toBe(422)
  expect((await ask(`${REALTIME}/events?channels=`, owner)).status).toBe(422)
  expect(
    (await ask(`${REALTIME}/events?channels=${'runs,'.repeat(3)}x${'y'.repeat(200)}`, owner)).status,
  ).toBe(422)
  for (const id of ['nonsense', btoa('[1]'), btoa('{"runs":-1}'), btoa('{"runs":"1"}')])
    expect((await ask(`${REALTIME}/events?channels=runs`, owner, { 'last-event-id': id })).status).toBe(400)
  const unknown = `run:run_${'0'.repeat(26)}`
  const live = await stream(owner, ['runs', unknown])
  await live.until(() => live.frames.some(({ type, channel }) => type === 'subscribed' && channel === 'runs'))
  await live.until(() => live.frames.some(({ code }) => code === 'channel.not_found'))
  await live.cancel()
})

test('a client that does not read delays nobody, and gets everything when it reads', async () => {
  const { owner, teamId } = await newTeam()
  const response = await ask(`${REALTIME}/events?channels=changes`, owner)
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  await reader.read()
  const hub = liveHub(env.LIVE_HUBS, teamHub(teamId))
  const name = 'x'.repeat(50_000)
  for (let at = 0; at < 60; at++)
    await hub.publish([
      {
        key: `${at}`,
        event: {
          type: 'workflow.updated',
          at: new Date(0).toISOString(),
          teamId,
          data: { id: `wf_${at}`, name },
        },
      },
    ])
  let text = ''
  while (!text.includes('wf_59')) text += (await reader.read()).value ?? ''
  for (let at = 0; at < 60; at++) expect(text.split(`"wf_${at}"`)).toHaveLength(2)
  await reader.cancel()
})
