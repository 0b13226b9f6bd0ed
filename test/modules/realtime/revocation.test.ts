// Every channel, every role, every kind of right that ends: the connection closes or the channel ends within seconds,
// and others continue.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { teamHub } from '../../../src/objects/channels.ts'
import { liveHub } from '../../../src/objects/live-hub.ts'
import { type Caller, call, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { startedBy, waiting } from '../runs/followers.ts'
import { cutOff, type Live, socket } from './sockets.ts'

const ok = async (answer: Promise<{ status: number; text: string }>): Promise<void> => {
  const { status, text } = await answer
  expect(status, text).toBeLessThan(300)
}

async function keyOf(person: Caller, scopes: string[]): Promise<{ id: string; apiKey: string }> {
  const made = await post('/api/v1/auth/api-keys', person, { name: 'live', scopes })
  expect(made.status, made.text).toBe(201)
  return { id: made.body.id, apiKey: made.body.key }
}

const ALL = [
  ...['teams:read', 'workflows:read', 'runs:read', 'tasks:read', 'agents:read', 'files:read'],
  ...['deployments:read', 'jobs:read', 'integrations:read', 'budgets:read', 'notifications:read'],
]
const channelsFor = (runId: string, workflowId: string) => [
  'runs',
  `run:${runId}`,
  `workflow:${workflowId}`,
  'tasks',
  'changes',
  'notifications',
  'announcements',
]

async function team() {
  const { owner, join, teamId } = await newTeam()
  const runId = await startedBy(owner)
  const workflowId = await newWorkflow(teamId, waiting)
  const channels = channelsFor(runId, workflowId)
  return { owner, join, teamId, channels, stays: await socket(owner, channels) }
}

/** Clients that may still follow get the events. */
async function goesOn(teamId: string, stays: Live): Promise<void> {
  const key = crypto.randomUUID()
  await liveHub(env.LIVE_HUBS, teamHub(teamId)).publish([
    { key, event: { type: 'workflow.updated', at: new Date(0).toISOString(), teamId, data: { id: key } } },
  ])
  await stays.until(() => stays.events('changes').some(({ event }) => event.data.id === key))
  expect(stays.closed()).toBeNull()
  stays.close()
}

const subscribed = (live: Live): string[] =>
  live.frames.filter(({ type }) => type === 'subscribed').map(({ channel = '' }) => channel)

test.each(['viewer', 'member', 'admin', 'owner'] as const)('a %s may follow every channel', async (role) => {
  const { owner, join, channels, stays } = await team()
  stays.close()
  const live = await socket(role === 'owner' ? owner : await join(role), channels)
  expect(subscribed(live).sort()).toEqual([...channels].sort())
  live.close()
})

const ENDINGS: Record<string, (one: { owner: Person; member: Person; teamId: string }) => Promise<void>> = {
  'leaves the team': ({ member, teamId }) =>
    ok(
      call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, {
        as: { token: member.token, teamId },
      }),
    ),
  'is removed from the team': ({ owner, member, teamId }) =>
    ok(call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner })),
  'signs out': ({ member }) => ok(post('/api/v1/auth/logout', { token: member.token }, undefined)),
  'is disabled': async ({ member }) => {
    const { token } = await newPerson({ platformRole: 'admin' })
    await ok(
      call('PUT', `/api/v1/admin/users/${member.userId}/status`, {
        as: { token },
        body: { status: 'disabled' },
      }),
    )
  },
  'is deleted': async ({ member }) => {
    const { token } = await newPerson({ platformRole: 'admin' })
    await ok(call('DELETE', `/api/v1/admin/users/${member.userId}`, { as: { token } }))
  },
}

test.each(Object.entries(ENDINGS))(
  'a member who %s loses every connection, whatever it follows',
  async (_name, end) => {
    const { owner, join, teamId, channels, stays } = await team()
    const member = await join('member')
    const as = { token: member.token, teamId }
    const [workflows, notifications] = [
      await socket(as, channels),
      await socket(as, channels, 'notifications'),
    ]
    await end({ owner, member, teamId })
    await cutOff(workflows)
    await cutOff(notifications)
    await goesOn(teamId, stays)
  },
)

test('a deleted key loses its connections, another one of the same person keeps its own', async () => {
  const { owner, join, teamId, channels, stays } = await team()
  const member = await join('member')
  const [gone, kept] = [await keyOf(member, ALL), await keyOf(member, ALL)]
  const [first, second] = [await socket(gone, channels), await socket(kept, channels)]
  await ok(call('DELETE', `/api/v1/auth/api-keys/${gone.id}`, { as: member }))
  await cutOff(first)
  await goesOn(teamId, second)
  await goesOn(teamId, stays)
  expect(owner.teamId).toBe(teamId)
})

test.each([
  ['workflows:read', /^(workflow:|changes)/],
  ['teams:read', /^changes/],
  ['tasks:read', /^(tasks|changes)/],
  ['files:read', /^changes/],
  ['notifications:read', /^notifications/],
])('a key that loses %s leaves the channels that need it, and keeps the others', async (scope, lost) => {
  const { owner, teamId, channels, stays } = await team()
  const key = await keyOf(owner, ALL)
  const live = await socket(key, channels)
  expect(subscribed(live)).toHaveLength(channels.length)
  const scopes = ALL.filter((one) => one !== scope)
  await ok(call('PATCH', `/api/v1/auth/api-keys/${key.id}`, { as: owner, body: { scopes } }))
  const ended = () =>
    live.frames.filter(({ code }) => code === 'channel.denied').map(({ channel = '' }) => channel)
  const expected = channels.filter((channel) => lost.test(channel))
  await eventually(async () => {
    await runJobs()
    expect(ended().sort()).toEqual(expected.sort())
  })
  for (const channel of expected) {
    live.send({ type: 'subscribe', channel })
    await live.until(() => ended().filter((one) => one === channel).length === 2)
  }
  expect(live.closed()).toBeNull()
  live.close()
  await goesOn(teamId, stays)
})

test('a key without a scope is refused for channels that need it', async () => {
  const { owner, channels, stays } = await team()
  const live = await socket(await keyOf(owner, ['runs:read']), channels)
  const refused = live.frames.filter(({ type }) => type === 'error')
  expect(refused.every(({ code }) => code === 'channel.denied')).toBe(true)
  expect(refused.map(({ channel = '' }) => channel.split(':')[0]).sort()).toEqual([
    'changes',
    'notifications',
    'tasks',
    'workflow',
  ])
  live.close()
  stays.close()
})

test('a deleted team closes all its channels', async () => {
  const { owner, join, teamId, channels, stays } = await team()
  const live = await socket(await join('viewer'), channels)
  await ok(call('DELETE', `/api/v1/teams/${teamId}`, { as: owner }))
  await cutOff(live)
  await cutOff(stays)
})
