// Announcements reach connected users, and users who connect before they expire.
import { expect, test } from 'vitest'
import { notifyOfAnnouncement } from '../../../src/modules/realtime/service/deliver-announcements.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock, giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { mailTo, runCronTasks, runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { REALTIME, socket } from './sockets.ts'

const admin = () => newPerson({ platformRole: 'admin' })
const announce = async (body: Record<string, unknown>) => {
  const answer = await post(`${REALTIME}/broadcast/system-announcement`, await admin(), {
    title: 'Maintenance',
    message: 'Tonight.',
    ...body,
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const titles = (frames: { event?: any }[]) => frames.map(({ event }) => `${event.type} ${event.data.title}`)

test('connected users get it immediately, and others find it until it is ended or dismissed', async () => {
  giveObjectsTheTimeOfTheApp()
  const [early, late] = [await newPerson(), await newPerson()]
  const live = await socket(early, ['announcements'], 'notifications')
  const made = await announce({ title: 'One' })
  await runJobs()
  await runJobs()
  await live.until(() => titles(live.events('announcements')).includes('announcement.published One'))
  const later = await socket(late, ['announcements'])
  const shown = () =>
    later
      .of('announcements', 'reset')
      .at(-1)
      ?.snapshot.announcements.map(({ title }: { title: string }) => title)
  expect(shown()).toContain('One')
  expect(
    (await get(`${REALTIME}/announcements`, late)).body.items.map(({ id }: { id: string }) => id),
  ).toContain(made.id)
  for (let again = 0; again < 2; again++)
    expect((await post(`${REALTIME}/announcements/${made.id}/dismiss`, late, undefined)).status).toBe(204)
  expect(
    (await get(`${REALTIME}/announcements`, late)).body.items.map(({ id }: { id: string }) => id),
  ).not.toContain(made.id)
  const ended = await post(`${REALTIME}/admin/announcements/${made.id}/end`, await admin(), undefined)
  expect(ended.body.endedAt).not.toBeNull()
  expect(
    (await post(`${REALTIME}/admin/announcements/${made.id}/end`, await admin(), undefined)).status,
  ).toBe(409)
  await runJobs()
  await live.until(() => titles(live.events('announcements')).includes('announcement.ended One'))
  expect(
    (await get(`${REALTIME}/announcements`, early)).body.items.map(({ id }: { id: string }) => id),
  ).not.toContain(made.id)
  live.close()
  later.close()
})

test('only its audience sees an announcement', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('viewer')
  const [free, stranger] = [await newPerson({ plan: 'free' }), await newPerson()]
  const ofTeam = await announce({ title: 'Team', audience: { teamId } })
  const ofPlan = await announce({ title: 'Free', audience: { plan: 'free' } })
  const seen = async (person: Parameters<typeof get>[1]) =>
    (await get(`${REALTIME}/announcements`, person)).body.items
      .map(({ id }: { id: string }) => id)
      .filter((id: string) => id === ofTeam.id || id === ofPlan.id)
  expect(await seen(owner)).toEqual([ofTeam.id])
  expect(await seen(member)).toEqual([ofTeam.id])
  expect(await seen(free)).toEqual([ofPlan.id])
  expect(await seen(stranger)).toEqual([])
  expect((await post(`${REALTIME}/announcements/${ofTeam.id}/dismiss`, stranger, undefined)).status).toBe(404)
})

test('one that starts later is sent by the tick, once', async () => {
  giveObjectsTheTimeOfTheApp()
  const person = await newPerson()
  const live = await socket(person, ['announcements'], 'notifications')
  const startsAt = new Date(clock.now() + 60_000).toISOString()
  const made = await announce({
    title: 'Later',
    startsAt,
    expiresAt: new Date(clock.now() + 120_000).toISOString(),
  })
  const received = () => titles(live.events('announcements')).filter((one) => one.endsWith('Later'))
  await runCronTasks('publish announcements')
  await runJobs()
  expect(received()).toEqual([])
  clock.advance(61_000)
  await runCronTasks('publish announcements')
  await runCronTasks('publish announcements')
  await runJobs()
  await live.until(() => received().length > 0)
  expect(received()).toEqual(['announcement.published Later'])
  clock.advance(60_000)
  expect(
    (await get(`${REALTIME}/announcements`, person)).body.items.map(({ id }: { id: string }) => id),
  ).not.toContain(made.id)
  live.close()
})

test('only administrators announce, and dates must be valid', async () => {
  const person = await newPerson()
  const body = { title: 'No', message: 'No' }
  expect((await post(`${REALTIME}/broadcast/system-announcement`, person, body)).status).toBe(403)
  expect((await get(`${REALTIME}/admin/announcements`, person)).status).toBe(403)
  const past = { ...body, expiresAt: new Date(clock.now() - 1).toISOString() }
  expect((await post(`${REALTIME}/broadcast/system-announcement`, await admin(), past)).status).toBe(422)
})

test('administrators see all connections and can close one', async () => {
  const { owner, teamId } = await newTeam()
  const live = await socket(owner, ['runs'])
  const path = `${REALTIME}/admin/connections`
  const { body } = await get(`${path}?userId=${owner.userId}&count=true`, await admin())
  expect(body).toMatchObject({
    total: 1,
    items: [{ userId: owner.userId, teamId, kind: 'socket', keyId: null }],
  })
  const status = await get(`${REALTIME}/subscriptions/status`, owner)
  expect(status.body.items).toMatchObject([
    { id: body.items[0].id, channels: [{ channel: 'runs', isLive: true }] },
  ])
  expect((await call('DELETE', `${path}/${body.items[0].id}`, { as: owner })).status).toBe(403)
  expect((await call('DELETE', `${path}/${body.items[0].id}`, { as: await admin() })).status).toBe(204)
  await live.until(() => live.closed() !== null)
  expect(live.closed()).toEqual({ code: 1008, reason: 'closed by an administrator' })
  expect((await call('DELETE', `${path}/${body.items[0].id}`, { as: await admin() })).status).toBe(404)
})

test('users who turned it on get a notification once, and a mail', async () => {
  const { owner, join, teamId } = await newTeam()
  const [asks, silent] = [await join('viewer'), await join('viewer')]
  const outsider = await newPerson()
  for (const as of [asks, outsider]) {
    const body = { kinds: { announcement: { inApp: true, mail: true } } }
    expect((await call('PUT', '/api/v1/users/notifications/settings', { as, body })).status).toBe(200)
  }
  const made = await announce({ title: 'Maintenance of the store', level: 'warning', audience: { teamId } })
  const noticesOf = async (as: typeof asks) =>
    (await get('/api/v1/users/notifications?kind=announcement', as)).body.items
  for (let again = 0; again < 3; again++) await runJobs()
  await withContext((request) =>
    notifyOfAnnouncement(request, { type: 'announcement.notify', announcementId: made.id, afterUserId: '' }),
  )
  for (let again = 0; again < 2; again++) await runJobs()
  expect(await noticesOf(asks)).toMatchObject([
    { title: 'Maintenance of the store', level: 'warning', count: 1, subject: { id: made.id } },
  ])
  expect((await mailTo(asks.email)).map(({ subject }) => subject)).toEqual(['Maintenance of the store'])
  for (const as of [owner, silent, outsider]) expect(await noticesOf(as)).toEqual([])
})
