// An API key belongs to one team. Its owner may be in others, and its sockets get nothing of those.
import { expect, test } from 'vitest'
import { type Caller, call, get, post } from '../../helpers/api.ts'
import { giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { notifyPeople } from '../notifications/support.ts'
import { startedBy } from '../runs/followers.ts'
import { type Live, socket } from './sockets.ts'

async function keyOf(person: Caller, scopes: string[]): Promise<Caller> {
  const made = await post('/api/v1/auth/api-keys', person, { name: 'live', scopes })
  expect(made.status, made.text).toBe(201)
  return { apiKey: made.body.key }
}

/** A user in two teams. */
async function inTwoTeams(): Promise<{ here: Person; there: Person }> {
  const { owner } = await newTeam()
  const other = await newTeam(owner)
  return { here: owner, there: other.owner }
}

const titlesOf = (notifications: { title: string }[]) => notifications.map(({ title }) => title)

test('a key gets the notifications of its own team, a person those of all teams', async () => {
  giveObjectsTheTimeOfTheApp()
  const { here, there } = await inTwoTeams()
  const to = { userIds: [here.userId] }
  await notifyPeople({ to, teamId: here.teamId, title: 'here before' })
  await notifyPeople({ to, teamId: there.teamId, title: 'there before' })
  const key = await socket(
    await keyOf(here, ['runs:read', 'notifications:read']),
    ['notifications'],
    'notifications',
  )
  const person = await socket(here, ['notifications'], 'notifications')
  expect(titlesOf(key.of('notifications', 'reset')[0]?.snapshot.notifications)).toEqual(['here before'])
  expect(key.of('notifications', 'reset')[0]?.snapshot.unreadCount).toBe(1)
  expect(person.of('notifications', 'reset')[0]?.snapshot.unreadCount).toBe(2)
  await notifyPeople({ to, teamId: there.teamId, title: 'there' })
  await notifyPeople({ to, teamId: here.teamId, title: 'here' })
  await person.until(() => person.events('notifications').length === 2)
  await key.until(() => key.events('notifications').length > 0)
  expect(titlesOf(person.events('notifications').map(({ event }) => event.data))).toEqual(['there', 'here'])
  expect(titlesOf(key.events('notifications').map(({ event }) => event.data))).toEqual(['here'])
  expect(key.events('notifications')[0]?.event.data.unreadCount).toBe(2)
  expect(key.events('notifications')[0]?.seq).toBe((key.of('notifications', 'subscribed')[0]?.seq ?? 0) + 1)
  const counts = (live: typeof key) =>
    live.events('notifications').map(({ event }) => [event.type, event.data.unreadCount])
  await call('PUT', '/api/v1/users/notifications/read-all', { as: here })
  await key.until(() => key.events('notifications').length === 2)
  await person.until(() => person.events('notifications').length === 3)
  expect(counts(key).at(-1)).toEqual(['notifications.read', 0])
  expect(counts(person).at(-1)).toEqual(['notifications.read', 0])
  key.close()
  person.close()
})

test('a key needs notifications:read to follow notifications', async () => {
  const { owner } = await newTeam()
  const live = await socket(await keyOf(owner, ['runs:read', 'profile:read']), ['notifications'])
  expect(live.of('notifications', 'error')).toMatchObject([{ code: 'channel.denied' }])
  live.close()
})

test('a run that its owner follows in another team is not available to a key of this team', async () => {
  const { here, there } = await inTwoTeams()
  const runId = await startedBy(there)
  const channel = `run:${runId}`
  const person = await socket(there, [channel], 'notifications')
  expect(person.of(channel, 'event').length).toBeGreaterThan(0)
  const key = await socket(await keyOf(here, ['runs:read']), [channel], 'notifications')
  expect(key.of(channel, 'error')).toMatchObject([{ code: 'channel.not_found' }])
  expect(key.of(channel, 'event')).toEqual([])
  const inThisTeam = await socket(here, [channel], 'notifications')
  expect(inThisTeam.of(channel, 'error')).toMatchObject([{ code: 'channel.not_found' }])
  for (const live of [key, person, inThisTeam]) live.close()
})

test('the channel of all changes needs the right to read each kind of object', async () => {
  const { owner } = await newTeam()
  const all = [
    'teams',
    'workflows',
    'runs',
    'tasks',
    'agents',
    'files',
    'deployments',
    'jobs',
    'integrations',
    'budgets',
  ]
  const scopes = all.map((one) => `${one}:read`)
  const whole = await socket(await keyOf(owner, scopes), ['changes'])
  expect(whole.of('changes', 'subscribed')).toHaveLength(1)
  const less = await socket(
    await keyOf(
      owner,
      scopes.filter((one) => one !== 'files:read'),
    ),
    ['changes'],
  )
  expect(less.of('changes', 'error')).toMatchObject([{ code: 'channel.denied' }])
  whole.close()
  less.close()
})

test('a key receives announcements for its team or for everybody, and none for another team of its owner', async () => {
  giveObjectsTheTimeOfTheApp()
  const { here, there } = await inTwoTeams()
  const admin = await newPerson({ platformRole: 'admin' })
  const announce = async (title: string, audience: unknown) => {
    const body = { title, message: 'Tonight.', audience }
    const made = await post('/api/v1/realtime/broadcast/system-announcement', admin, body)
    expect(made.status, made.text).toBe(201)
    return made.body.id as string
  }
  const ours = ['here', 'there']
  const received = (live: Live) =>
    titlesOf(live.events('announcements').map(({ event }) => event.data)).filter((one) => ours.includes(one))
  const ofHere = await keyOf(here, ['runs:read', 'profile:write'])
  const key = await socket(ofHere, ['announcements'], 'notifications')
  const person = await socket(here, ['announcements'], 'notifications')
  const elsewhere = await announce('there', { teamId: there.teamId })
  await runJobs()
  await person.until(() => received(person).length === 1)
  await announce('here', { teamId: here.teamId })
  await runJobs()
  await person.until(() => received(person).length === 2)
  await key.until(() => received(key).length > 0)
  expect(received(key)).toEqual(['here'])
  expect(key.events('announcements').at(-1)?.event.teamId).toBe(here.teamId)
  const everybody = await announce('everybody', 'all')
  await runJobs()
  await key.until(() => key.events('announcements').at(-1)?.event.data.id === everybody)

  const later = await socket(ofHere, ['announcements'], 'notifications')
  const shown = later.of('announcements', 'reset')[0]?.snapshot.announcements
  expect(titlesOf(shown).filter((one) => ours.includes(one))).toEqual(['here'])
  const listed = (await get('/api/v1/realtime/announcements', ofHere)).body.items
  expect(titlesOf(listed).filter((one) => ours.includes(one))).toEqual(['here'])
  const dismiss = (as: Caller) => post(`/api/v1/realtime/announcements/${elsewhere}/dismiss`, as, undefined)
  expect((await dismiss(ofHere)).status).toBe(404)
  expect((await dismiss(here)).status).toBe(204)
  for (const live of [key, person, later]) live.close()
})

test('a key sees the connections of its owner in its team only', async () => {
  const { here, there } = await inTwoTeams()
  const [ours, theirs] = [await socket(here, ['runs']), await socket(there, ['runs'])]
  const seen = async (as: Caller) => {
    const { body } = await get('/api/v1/realtime/subscriptions/status?count=true', as)
    return [body.total, body.items.map(({ teamId }: { teamId: string }) => teamId).sort()]
  }
  expect(await seen(await keyOf(here, ['runs:read']))).toEqual([1, [here.teamId]])
  expect(await seen(here)).toEqual([2, [here.teamId, there.teamId].sort()])
  ours.close()
  theirs.close()
})
