// Clients that are disconnected again and again, by themselves, by hibernating and lost hubs and by lost runs,
// finally have exactly the content of the logs. The client is the one in examples/realtime.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { follow, type Live } from '../../../examples/realtime/client.js'
import { teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { eventually } from '../../helpers/changes.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'
import { runOf } from '../../helpers/runs.ts'
import { startedBy } from '../runs/followers.ts'
import { ask, REALTIME, ticketOf } from './sockets.ts'

const CLIENTS = 10
/** A tenth of them, unless all are requested. */
const STEPS = casesOf(2_500)

type Received = { seq: number; text: string }

class Client {
  readonly received = new Map<string, Received[]>()
  readonly resets = new Map<string, number>()
  readonly live: Live
  socket: WebSocket | null = null

  constructor(as: Person, channels: string[]) {
    this.live = follow({
      url: `${REALTIME}/ws/workflows/me`,
      ticket: () => ticketOf(as),
      channels,
      connect: async (path, protocols) => {
        const response = await ask(
          path,
          {},
          { upgrade: 'websocket', 'sec-websocket-protocol': protocols.join(', ') },
        )
        if (response.webSocket === null) throw new Error(`refused with ${response.status}`)
        this.socket = response.webSocket
        this.socket.accept()
        return this.socket
      },
      wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
      onEvent: (channel, event, seq) => this.of(channel).push({ seq, text: JSON.stringify(event) }),
      onReset: (channel, _snapshot, seq) => {
        this.received.set(channel, [])
        this.resets.set(channel, seq)
      },
    })
  }

  of(channel: string): Received[] {
    const received = this.received.get(channel) ?? []
    this.received.set(channel, received)
    return received
  }
}

const lost = (_object: unknown, state: DurableObjectState) => state.abort(onPurpose('lost'))
/** The data lost in the meantime is the subject of the test. */
const quietly = (work: Promise<unknown>) => work.catch(() => undefined)

test(`after ${STEPS} disturbances every client has the same as the logs (${repeatWith(SEED, STEPS)})`, async () => {
  const random = randomFrom(SEED)
  const { owner, teamId } = await newTeam()
  const runs = [await startedBy(owner), await startedBy(owner)]
  const channels = ['changes', ...runs.map((id) => `run:${id}`)]
  const hub = () => liveHub(env.LIVE_HUBS, teamHub(teamId))
  const clients = Array.from({ length: CLIENTS }, () => new Client(owner, channels))
  await eventually(() => expect(clients.every(({ resets }) => resets.has('changes'))).toBe(true))

  let published = 0
  const publish = async () => {
    const key = `change ${published++}`
    const event = {
      type: 'workflow.updated',
      at: new Date(0).toISOString(),
      teamId,
      data: { id: key },
    } as const
    // Like from the outbox: until it is accepted.
    await eventually(() => hub().publish([{ key, event }]))
  }
  let noted = 0
  const note = async () => {
    const message = `note ${noted++}`
    await eventually(() => runOf(random.pick(runs)).note({ teamId, by: owner.userId, message }))
  }
  const actions: [share: number, act: () => Promise<unknown> | unknown][] = [
    [0.35, publish],
    [0.65, note],
    [0.9, () => random.pick(clients).socket?.close(1000)],
    [0.93, () => quietly(evictDurableObject(hub() as never))],
    [0.95, () => quietly(runInDurableObject(hub() as never, lost))],
    [0.975, () => quietly(evictDurableObject(runOf(random.pick(runs)) as never))],
    [1, () => quietly(runInDurableObject(runOf(random.pick(runs)) as never, lost))],
  ]
  for (let step = 0; step < STEPS; step++) {
    const share = random.next()
    await actions.find(([upTo]) => share < upTo)?.[1]()
  }
  await publish()
  for (const id of runs) await runOf(id).note({ teamId, by: owner.userId, message: 'last' })

  for (const channel of channels) {
    const runId = channel.startsWith('run:') ? channel.slice(4) : null
    const log: Received[] = []
    if (runId === null) {
      for (let after = Math.min(...clients.map(({ resets }) => resets.get(channel) ?? 0)); ; ) {
        const { entries } = await hub().page(channel, after, 500)
        log.push(...entries.map(({ seq, event }) => ({ seq, text: JSON.stringify(event) })))
        if (entries.length === 0) break
        after = entries.at(-1)?.seq ?? after
      }
    } else {
      for (let after = 0; ; ) {
        const { events = [] } = (await runOf(runId).events(after, 500)) ?? {}
        log.push(...events.map((event) => ({ seq: event.seq, text: JSON.stringify(event) })))
        if (events.length === 0) break
        after = events.at(-1)?.seq ?? after
      }
    }
    for (const client of clients) {
      const from = client.resets.get(channel) ?? 0
      await eventually(() => expect(client.of(channel).at(-1)?.seq).toBe(log.at(-1)?.seq))
      expect(client.of(channel)).toEqual(log.filter(({ seq }) => seq > from))
    }
  }
  for (const { live } of clients) live.close()
}, 300_000)
