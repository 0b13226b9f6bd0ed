import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get, post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { runJobs } from '../helpers/jobs.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
import { newEndpoint, newReceiver, signatureOf } from '../modules/webhooks/receiver.ts'
import { errorOf, one } from './one.ts'

const listOf = async (as: Parameters<typeof get>[1]) =>
  (await get('/api/v1/users/notifications', as)).body.items

test('notify.user notifies the person who started the run, or the given members, once', async () => {
  const team = await newTeam()
  const member = await team.join('member')
  const more = { teamId: team.teamId, startedBy: team.owner.userId }
  const run = await one(
    'notify.user',
    { message: 'Order {{ input }} is done.', level: 'success' },
    { ...more, input: 7 },
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { to: [team.owner.userId] } })
  await one('notify.user', { to: [member.userId, member.userId], title: 'Look', message: 'Here' }, more)
  await runJobs(['mail.send'])
  expect(await listOf(team.owner)).toMatchObject([
    { kind: 'mention', level: 'success', message: 'Order 7 is done.', subject: { type: 'run' } },
  ])
  expect(await listOf(member)).toMatchObject([{ title: 'Look', message: 'Here' }])
})

test('notify.user notifies nobody outside the team', async () => {
  const { teamId } = await newTeam()
  const stranger = await newPerson()
  const params = { to: stranger.userId, message: 'Hello' }
  expect(await errorOf('notify.user', params, { teamId })).toMatchObject({ code: 'resource.not_found' })
  expect(await errorOf('notify.user', { message: 'Hello' }, { teamId })).toMatchObject({
    code: 'resource.not_found',
    message: expect.stringContaining('set `to`'),
  })
})

test('notify.webhook posts to a webhook of the team, or to a URL', async () => {
  const person = await newPerson()
  const [hook, address] = [newReceiver(), newReceiver()]
  const { id, secret } = await newEndpoint(person, hook.url, { events: ['nothing.else'] })
  const more = { teamId: person.teamId, startedBy: person.userId }
  const run = await one('notify.webhook', { webhookId: id, body: { orderId: 7 } }, more)
  expect(run.output).toEqual({ deliveryId: expect.stringMatching(/^dlv_/) })
  await one('notify.webhook', { url: address.url, body: { orderId: 8 } }, more)
  await eventually(async () => {
    expect(await hook.received()).toHaveLength(1)
    expect(await address.received()).toHaveLength(1)
  })
  const [got] = await hook.received()
  expect(got?.headers['webhook-signature']).toBe(await signatureOf(secret, got!))
  expect(JSON.parse(got?.body ?? '')).toMatchObject({
    type: 'workflow.message',
    data: { run: { id: run.id }, data: { orderId: 7 } },
  })
  expect((await address.received()).map(({ body }) => JSON.parse(body))).toEqual([{ orderId: 8 }])
})

test('notify.webhook refuses internal URLs, foreign webhooks and large bodies', async () => {
  const [person, other] = [await newPerson(), await newPerson()]
  const { id } = await newEndpoint(other, 'https://example.com/')
  const fails = (params: Record<string, unknown>) =>
    errorOf('notify.webhook', params, { teamId: person.teamId })
  expect(await fails({ url: 'http://169.254.169.254/', body: 1 })).toMatchObject({ code: 'outbound.blocked' })
  expect(await fails({ webhookId: id, body: 1 })).toMatchObject({ code: 'resource.not_found' })
  expect(await fails({ body: 1 })).toMatchObject({ code: 'params.invalid' })
  const body = 'x'.repeat(300_000)
  expect(await fails({ url: 'https://example.com/', body })).toMatchObject({ code: 'request.too_large' })
})

test('changes of the team are sent to its webhooks, with the actor', async () => {
  const person = await newPerson()
  await newEndpoint(person, 'https://example.com/', { events: ['workflow.*'] })
  const made = await post('/api/v1/workflows', person, {
    name: 'Notified',
    definition: { nodes: [{ id: 'a', type: 'flow.noop' }] },
  })
  await runJobs(['mail.send'])
  const { results } = await env.DB.prepare('SELECT body FROM webhook_events WHERE team_id = ?')
    .bind(person.teamId)
    .all<{ body: string }>()
  expect(results.map(({ body }) => JSON.parse(body).data)).toMatchObject([
    { type: 'workflow.created', actor: { userId: person.userId }, data: { id: made.body.id } },
  ])
})
