// A team with more connections than one hub accepts has further hubs. They only have sockets, and get events from the
// first one.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { shardOf, teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { app, get, post } from '../../helpers/api.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { cutOff, type Live, listen, REALTIME, socket } from './sockets.ts'

/** As if after a thousand connections: these hubs accept no more. */
function withFull(names: readonly string[]) {
  const hubs = env.LIVE_HUBS
  const full = new Set(names.map((name) => hubs.idFromName(name).toString()))
  const get = (id: DurableObjectId) =>
    full.has(id.toString()) ? { fetch: async () => new Response(null, { status: 507 }) } : hubs.get(id)
  return { ...env, LIVE_HUBS: { idFromName: hubs.idFromName.bind(hubs), get } }
}

async function socketWith(bindings: object, as: Person): Promise<Response> {
  const context = createExecutionContext()
  const headers = { authorization: `Bearer ${as.token}`, 'x-team-id': as.teamId, upgrade: 'websocket' }
  const request = new Request(`http://orrery.test${REALTIME}/ws/workflows/me?channels=changes`, { headers })
  const response = await app.fetch(request, bindings, context)
  await waitOnExecutionContext(context)
  return response
}

async function inShard(shard: number, as: Person): Promise<Live> {
  const hub = teamHub(as.teamId)
  const full = Array.from({ length: shard }, (_, n) => shardOf(hub, n))
  const { webSocket } = await socketWith(withFull(full), as)
  if (webSocket === null) throw new Error('no socket')
  const live = listen(webSocket)
  await live.until(() => live.of('changes', 'subscribed').length > 0)
  return live
}

test('sockets in every hub of a team get the same, and close with their rights', async () => {
  const { owner, join, teamId } = await newTeam()
  const leaves = await join('member')
  const lives = [await socket(owner, ['changes']), await inShard(1, owner), await inShard(2, leaves)] as const
  const { items } = (await get(`${REALTIME}/subscriptions/status`, owner)).body
  expect(items).toHaveLength(2)
  const publications = Array.from({ length: 5 }, (_, n) => ({
    key: `${teamId} ${n}`,
    event: {
      type: 'workflow.updated' as const,
      at: new Date(0).toISOString(),
      teamId,
      data: { id: `w${n}` },
    },
  }))
  for (const one of publications) await liveHub(env.LIVE_HUBS, teamHub(teamId)).publish([one])
  const received = (live: Live) => live.events('changes').map(({ seq, event }) => `${seq} ${event.data.id}`)
  for (const live of lives) await live.until(() => received(live).length === publications.length)
  expect(received(lives[1])).toEqual(received(lives[0]))
  expect(received(lives[2])).toEqual(received(lives[0]))
  expect((await post('/api/v1/auth/logout', leaves, undefined)).status).toBeLessThan(300)
  await cutOff(lives[2])
  expect([lives[0].closed(), lives[1].closed()]).toEqual([null, null])
  lives[0].close()
  lives[1].close()
})

test('if every hub is full the answer says so', async () => {
  const { owner, teamId } = await newTeam()
  const all = Array.from({ length: 64 }, (_, n) => shardOf(teamHub(teamId), n))
  const answer = await socketWith(withFull(all), owner)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60'])
})
