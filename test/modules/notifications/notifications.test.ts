import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createNotifications } from '../../../src/modules/notifications/service/deliver.ts'
import { notify } from '../../../src/queue/notify.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, runCronTasks, runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { listOf, NOTICE, newKey, notifyPeople, setSettings } from './support.ts'

const PATH = '/api/v1/users/notifications'

test('a notification is stored for each user, listed with the count of unread ones, read and deleted', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  await notifyPeople({ to: { userIds: [member.userId], role: 'owner' }, teamId })
  await notifyPeople({ to: { userIds: [member.userId] }, teamId, kind: 'mention', title: 'Hello' })
  expect((await listOf(owner)).items).toHaveLength(1)
  const { items, unreadCount } = await listOf(member)
  expect([items.length, unreadCount]).toEqual([2, 2])
  expect(items[0]).toMatchObject({ kind: 'mention', title: 'Hello', count: 1, readAt: null, teamId })
  expect(items[1]).toMatchObject({ ...NOTICE, level: 'info' })
  const read = await call('PUT', `${PATH}/${items[0].id}/read`, { as: member })
  expect(read.body.readAt).not.toBeNull()
  expect((await listOf(member, '?unread=true')).items).toMatchObject([{ kind: 'run.failed' }])
  expect(await listOf(member, '?kind=mention&count=true')).toMatchObject({ total: 1, unreadCount: 1 })
  expect((await call('PUT', `${PATH}/read-all`, { as: member })).body).toEqual({ read: 1 })
  expect((await listOf(member)).unreadCount).toBe(0)
  expect((await call('DELETE', `${PATH}/${items[0].id}`, { as: owner })).status).toBe(404)
  expect((await call('DELETE', `${PATH}/${items[0].id}`, { as: member })).status).toBe(204)
  expect((await listOf(member)).items).toHaveLength(1)
})

test('people who are not members of the team are not notified', async () => {
  const { teamId } = await newTeam()
  const stranger = await newPerson()
  await notifyPeople({ to: { userIds: [stranger.userId] }, teamId })
  expect((await listOf(stranger)).items).toEqual([])
})

test('200 failures of one workflow in an hour are one notification with a count, and one mail', async () => {
  const person = await newPerson()
  const to = { userIds: [person.userId] }
  const notice = notify({ ...NOTICE, to, teamId: person.teamId, dedupeKey: 'wf_1' })
  await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      withContext((request) => createNotifications(request, notice, `msg_${person.userId}_${n}`)),
    ),
  )
  expect((await listOf(person)).items).toMatchObject([{ count: 200 }])
  expect(await mailTo(person.email)).toMatchObject([{ subject: NOTICE.title }])
  await notifyPeople({ to, teamId: person.teamId, dedupeKey: 'wf_2' })
  expect((await listOf(person)).items).toHaveLength(2)
  const key = await newKey(person)
  clock.advance(3_600_000)
  await notifyPeople({ to, teamId: person.teamId, dedupeKey: 'wf_1' })
  expect((await listOf(key)).items).toHaveLength(3)
})

test('a repeated message, also concurrent, counts once', async () => {
  const person = await newPerson()
  const notice = notify({
    ...NOTICE,
    to: { userIds: [person.userId] },
    teamId: person.teamId,
    dedupeKey: 'wf',
  })
  const work = () => withContext((request) => createNotifications(request, notice, `msg_${person.userId}`))
  await Promise.all([work(), work(), work()])
  await work()
  expect((await listOf(person)).items).toMatchObject([{ count: 1 }])
  expect(await mailTo(person.email)).toHaveLength(1)
})

test('a group that was read is closed: later failures are a new one', async () => {
  const person = await newPerson()
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId, dedupeKey: 'wf' }
  await notifyPeople(notice)
  await call('PUT', `${PATH}/read-all`, { as: person })
  await notifyPeople(notice)
  expect(await listOf(person)).toMatchObject({ unreadCount: 1, items: [{ count: 1 }, { count: 1 }] })
})

test('a user chooses by kind and channel, and may mute a workflow', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId }
  const set = await setSettings(person, {
    kinds: { 'run.failed': { mail: false }, 'budget.threshold': { inApp: false }, mention: { mail: true } },
    mutedWorkflows: [workflowId],
  })
  expect(set.body.kinds['run.failed']).toEqual({ inApp: true, mail: false, webhook: false })
  await notifyPeople(notice)
  await notifyPeople({ ...notice, kind: 'budget.threshold', title: 'Half of it' })
  await notifyPeople({ ...notice, kind: 'mention', title: 'You' })
  await notifyPeople({ ...notice, workflowId, title: 'Muted' })
  const { items } = await listOf(person)
  expect(items.map(({ title }: { title: string }) => title)).toEqual(['You', NOTICE.title])
  expect((await mailTo(person.email)).map(({ subject }) => subject).sort()).toEqual(['Half of it', 'You'])
})

test('general preferences turn off mail and list, except for security', async () => {
  const person = await newPerson()
  await call('PUT', '/api/v1/users/preferences', {
    as: person,
    body: { notifications: { email: false, inApp: false } },
  })
  await notifyPeople({ to: { userIds: [person.userId] }, teamId: person.teamId })
  await notifyPeople({
    to: { userIds: [person.userId] },
    teamId: null,
    kind: 'security.notice',
    title: 'New device',
  })
  expect((await listOf(person)).items).toMatchObject([{ title: 'New device' }])
  expect(await mailTo(person.email)).toMatchObject([{ subject: 'New device' }])
})

test('mails wait for the end of quiet hours, and are sent as one; urgent ones do not wait', async () => {
  const person = await newPerson()
  const minute = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  const quietHours = { from: minute(clock.now() - 60_000), to: minute(clock.now() + 600_000) }
  await setSettings(person, { quietHours })
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId }
  await notifyPeople({ ...notice, title: 'First' })
  await notifyPeople({ ...notice, title: 'Second' })
  await notifyPeople({ ...notice, kind: 'security.notice', title: 'Urgent' })
  await runCronTasks('mail notifications')
  expect((await mailTo(person.email)).map(({ subject }) => subject)).toEqual(['Urgent'])
  clock.advance(660_000)
  await Promise.all([runCronTasks('mail notifications'), runCronTasks('mail notifications')])
  const [mail, ...others] = await mailTo(person.email)
  expect(mail).toMatchObject({
    subject: '2 notifications',
    text: expect.stringMatching(/First.*Second|Second.*First/s),
  })
  expect(others).toHaveLength(1)
})

const linkIn = (text = ''): string =>
  new URL(/https?:\S+\/unsubscribe\/\S+/.exec(text)?.[0] ?? 'http://none/').pathname

test('a digest collects the day, and its link stops it without signing in', async () => {
  const person = await newPerson()
  await call('PUT', '/api/v1/users/preferences', {
    as: person,
    body: { timezone: 'Asia/Tokyo', notifications: { digest: 'daily' } },
  })
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId }
  await notifyPeople({ ...notice, title: 'One' })
  await notifyPeople({ ...notice, title: 'Two' })
  expect(await mailTo(person.email)).toEqual([])
  clock.advance(86_400_000)
  await runCronTasks('mail notifications')
  const [mail] = await mailTo(person.email)
  expect(mail?.subject).toBe('2 notifications')
  const path = linkIn(mail?.text)
  expect((await get(path)).status).toBe(200)
  await notifyPeople({ ...notice, title: 'Three' })
  clock.advance(86_400_000)
  await runCronTasks('mail notifications')
  expect(await mailTo(person.email)).toHaveLength(2)
  const forged = `${path.slice(0, -2)}${path.endsWith('AA') ? 'BB' : 'AA'}`
  expect((await call('POST', forged)).status).toBe(400)
  expect((await call('POST', path)).status).toBe(200)
  await notifyPeople({ ...notice, title: 'Four' })
  clock.advance(86_400_000)
  await runCronTasks('mail notifications')
  expect(await mailTo(person.email)).toHaveLength(2)
})

test('the link of one mail stops its kind only', async () => {
  const person = await newPerson()
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId }
  await notifyPeople(notice)
  const [mail] = await mailTo(person.email)
  expect((await call('POST', linkIn(mail?.text))).status).toBe(200)
  await notifyPeople(notice)
  await notifyPeople({ ...notice, kind: 'integration.broken', title: 'Broken' })
  expect((await mailTo(person.email)).map(({ subject }) => subject)).toEqual(['Broken', NOTICE.title])
})

test('a failed run notifies its starter, once for many', async () => {
  const person = await newPerson()
  const definition = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'No.' } }] }
  const workflowId = await newWorkflow(person.teamId, definition)
  for (let i = 0; i < 3; i++) await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await eventually(async () => {
    await runJobs(['event.dispatch', 'run.start'])
    expect((await listOf(person)).items).toMatchObject([
      { kind: 'run.failed', count: 3, level: 'error', message: expect.stringContaining('No.') },
    ])
  })
})

test('the channel webhook sends to webhooks of the team', async () => {
  const person = await newPerson()
  await post('/api/v1/webhooks', person, { url: 'https://example.com/', events: ['notification.*'] })
  await setSettings(person, { kinds: { mention: { webhook: true } } })
  await notifyPeople({
    to: { userIds: [person.userId] },
    teamId: person.teamId,
    kind: 'mention',
    title: 'You',
  })
  const { results } = await env.DB.prepare('SELECT type, body FROM webhook_events WHERE team_id = ?')
    .bind(person.teamId)
    .all<{ type: string; body: string }>()
  expect(results).toMatchObject([{ type: 'notification.created' }])
  expect(JSON.parse(results[0]?.body ?? '').data.data).toMatchObject({ userId: person.userId, title: 'You' })
})

test('members can notify themselves, administrators every member, and nobody a stranger', async () => {
  const team = await newTeam()
  const [member, stranger] = [await team.join('member'), await newPerson()]
  const send = (as: typeof member, userId: string) =>
    post('/api/v1/realtime/notify/user-notification', as, { userId, title: 'Look', message: 'Here' })
  expect((await send(member, member.userId)).status).toBe(202)
  expect((await send(team.owner, member.userId)).status).toBe(202)
  expect((await send(member, team.owner.userId)).status).toBe(403)
  expect((await send(team.owner, stranger.userId)).status).toBe(404)
  await runJobs(['event.dispatch', 'run.start', 'mail.send'])
  expect((await listOf(member)).items).toHaveLength(2)
})
