// A client that does not answer is paused after 1 MB, and closed if it does not resume.
import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { newTeam } from '../../helpers/people.ts'
import { socket } from './sockets.ts'

const big = 'x'.repeat(100_000)

async function flood(teamId: string, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at++)
    await liveHub(env.LIVE_HUBS, teamHub(teamId)).publish([
      {
        key: `${at}`,
        event: {
          type: 'workflow.updated',
          at: new Date(0).toISOString(),
          teamId,
          data: { id: `${at}`, name: big },
        },
      },
    ])
}

test('after 1 MB without a frame the server waits for `resume`, and nothing is lost', async () => {
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, ['changes'])
  const lively = await socket(owner, ['changes'])
  await flood(teamId, 0, 15)
  await live.until(() => live.of('changes', 'more').length === 1)
  const had = live.events('changes').length
  expect(had).toBeLessThan(15)
  await flood(teamId, 15, 3)
  expect(live.events('changes')).toHaveLength(had)
  for (const one of [live, lively])
    while (one.events('changes').length < 18) {
      const { seq = 0 } = one.of('changes', 'more').at(-1) ?? {}
      const mores = one.of('changes', 'more').length
      one.send({ type: 'resume', channel: 'changes', afterSeq: seq })
      await one.until(() => one.of('changes', 'more').length > mores || one.events('changes').length === 18)
    }
  for (const one of [live, lively]) {
    expect(one.events('changes').map(({ event }) => event.data.id)).toEqual(
      Array.from({ length: 18 }, (_, at) => `${at}`),
    )
    one.close()
  }
})

test('a socket that does not answer `more` for a minute is closed', async () => {
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, ['changes'])
  const other = await socket(owner, ['runs'])
  await flood(teamId, 0, 12)
  await live.until(() => live.of('changes', 'more').length === 1)
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000)
  try {
    await runDurableObjectAlarm(liveHub(env.LIVE_HUBS, teamHub(teamId)) as never)
  } finally {
    vi.restoreAllMocks()
  }
  await live.until(() => live.closed() !== null)
  expect(live.closed()).toEqual({ code: 4408, reason: 'no answer to more' })
  expect(other.closed()).toBeNull()
  other.close()
})

test('a client that sends too much at once is closed', async () => {
  const { owner } = await newTeam()
  const live = await socket(owner, ['runs'])
  vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  try {
    for (let at = 0; at < 301; at++) live.send({ type: 'nothing' })
    await live.until(() => live.closed() !== null)
  } finally {
    vi.restoreAllMocks()
  }
  expect(live.closed()).toEqual({ code: 1008, reason: 'too many frames' })
})
