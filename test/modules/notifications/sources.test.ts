// The sources of notifications: events of the product itself, not messages that a test creates.
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { mailTo, runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { linear, settled } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { PASSWORD, registered } from '../auth/accounts.ts'
import { pureSteps } from '../tasks/tasks.ts'
import { listOf, setSettings } from './support.ts'

const execute = async (person: Person, workflowId: string): Promise<string> =>
  (await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).body.id

const noticesOf = async (person: Parameters<typeof listOf>[0], kind: string) => {
  await runJobs(['event.dispatch', 'run.start', 'mail.send'])
  return (await listOf(person, `?kind=${kind}`)).items
}

test('a successful run notifies its starter only on request', async () => {
  const [asks, other] = [await newPerson(), await newPerson()]
  await setSettings(asks, { kinds: { 'run.succeeded': { inApp: true } } })
  const ids: string[] = []
  for (const person of [asks, other])
    ids.push(await execute(person, await newWorkflow(person.teamId, linear(2))))
  await eventually(async () =>
    expect(await noticesOf(asks, 'run.succeeded')).toMatchObject([
      { level: 'success', subject: { type: 'run', id: ids[0] }, count: 1 },
    ]),
  )
  expect(await noticesOf(other, 'run.succeeded')).toEqual([])
  await setSettings(asks, { kinds: { 'run.succeeded': { inApp: false } } })
  await execute(asks, await newWorkflow(asks.teamId, linear(2)))
  await eventually(async () =>
    expect((await get('/api/v1/runs?status=succeeded', asks)).body.items).toHaveLength(2),
  )
  expect(await noticesOf(asks, 'run.succeeded')).toHaveLength(1)
})

test('the starter of a run is notified about the decision on its approval, unless they decided themselves', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  const workflowId = await newWorkflow(teamId, {
    nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'Ship it?', allowSelf: true } }],
  })
  const decide = async (starter: Person, decider: Person, decision: string) => {
    const runId = await execute(starter, workflowId)
    await settled(runId)
    const { items } = (await get(`/api/v1/approvals?runId=${runId}`, decider)).body
    expect(items).toHaveLength(1)
    const id: string = items[0].id
    expect((await post(`/api/v1/approvals/${id}`, decider, { decision })).status).toBe(200)
    await settled(runId)
    expect((await get(`/api/v1/approvals/${id}`, decider)).body.status).not.toBe('pending')
    return id
  }
  const id = await decide(member, owner, 'reject')
  await eventually(async () =>
    expect(await noticesOf(member, 'approval.decided')).toMatchObject([
      { title: 'Ship it?: rejected', level: 'warning', subject: { type: 'approval', id } },
    ]),
  )
  await decide(owner, owner, 'approve')
  expect(await noticesOf(owner, 'approval.decided')).toEqual([])
})

test('an invited person with an account gets a notification, and the one mail with the link', async () => {
  const { owner, teamId } = await newTeam()
  const guest = await newPerson()
  const invited = await post(`/api/v1/teams/${teamId}/invitations`, owner, { email: guest.email })
  expect(await noticesOf(guest, 'invitation')).toMatchObject([
    { subject: { type: 'invitation', id: invited.body.id }, teamId: null },
  ])
  expect(await mailTo(guest.email)).toHaveLength(1)
})

test('a new password causes a security notification, with one mail', async () => {
  const account = await registered()
  const before = (await mailTo(account.email)).length
  const changed = await call('PUT', '/api/v1/auth/password', {
    as: { token: account.token },
    body: { currentPassword: PASSWORD, newPassword: 'Green-Comet-43' },
  })
  expect(changed.status).toBe(200)
  const fresh = { token: changed.body.accessToken }
  expect(await noticesOf(fresh, 'security.notice')).toMatchObject([
    { title: 'Your password was changed', level: 'warning' },
  ])
  expect(await mailTo(account.email)).toHaveLength(before + 1)
})

test('the assignee of a task is notified, unless they assigned it to themselves', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('member')
  const create = async (as: Person, userId: string | null) => {
    const made = await post('/api/v1/tasks', as, {
      title: 'Count the stars',
      type: 'custom',
      input: pureSteps('x'),
      autoStart: false,
      ...(userId === null ? {} : { assignee: { userId } }),
    })
    expect(made.status).toBe(201)
    return made.body.id as string
  }
  const given = await create(owner, member.userId)
  await create(member, member.userId)
  const later = await create(owner, null)
  await call('PATCH', `/api/v1/tasks/${later}`, { as: owner, body: { assignee: { userId: member.userId } } })
  await call('PATCH', `/api/v1/tasks/${later}`, { as: owner, body: { title: 'Count them again' } })
  const notices = await noticesOf(member, 'task.assigned')
  expect(notices.map((one: { subject: { id: string } }) => one.subject.id).sort()).toEqual(
    [given, later].sort(),
  )
  expect(notices[0].teamId).toBe(teamId)
})
