// Tickets: a browser opens a socket with one, once, within 30 seconds, from the page that requested it.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { startedBy } from '../runs/followers.ts'
import { ask, listen, REALTIME, ticketOf } from './sockets.ts'

const ORIGIN = 'http://orrery.test'
const protocols = (ticket: string, headers: Record<string, string> = {}) => ({
  upgrade: 'websocket',
  'sec-websocket-protocol': `orrery.v1, ticket.${ticket}`,
  ...headers,
})
const open = (ticket: string, headers: Record<string, string> = {}, path = `${REALTIME}/ws/workflows/me`) =>
  ask(path, {}, protocols(ticket, headers))

async function refused(response: Response, code = 'auth.invalid_ticket'): Promise<void> {
  expect([response.status, response.webSocket]).toEqual([401, null])
  expect(await response.json()).toMatchObject({ code })
}

test('a ticket opens a socket of its team, once', async () => {
  const { owner } = await newTeam()
  const ticket = await ticketOf(owner)
  const [first, second] = await Promise.all([open(ticket), open(ticket)])
  const answers = [first, second].sort((a, b) => a.status - b.status)
  expect(answers.map(({ status }) => status)).toEqual([101, 401])
  expect(answers[0]?.headers.get('sec-websocket-protocol')).toBe('orrery.v1')
  const live = listen(answers[0]?.webSocket as WebSocket)
  await live.until(() => live.of('runs', 'subscribed').length === 1)
  await refused(answers[1] as Response)
  await refused(await open(ticket))
  live.close()
})

test('a ticket opens the socket of one run, and contains the channels that a socket starts on', async () => {
  const { owner } = await newTeam()
  const runId = await startedBy(owner)
  const response = await open(await ticketOf(owner), {}, `/api/v1/workflows/executions/${runId}/ws`)
  expect(response.status).toBe(101)
  const run = listen(response.webSocket as WebSocket)
  await run.until(() => run.of(`run:${runId}`, 'subscribed').length === 1)
  run.close()
  const other = await open(await ticketOf(owner, ['changes']))
  const live = listen(other.webSocket as WebSocket)
  await live.until(() => live.of('changes', 'subscribed').length === 1)
  expect(live.frames.map(({ channel }) => channel)).not.toContain('runs')
  live.close()
})

test('a ticket only works from the origin that requested it', async () => {
  const { owner } = await newTeam()
  const withOrigin = { origin: ORIGIN }
  const good = await open(await ticketOf(owner, [], withOrigin), withOrigin)
  expect(good.status).toBe(101)
  listen(good.webSocket as WebSocket).close()
  await refused(await open(await ticketOf(owner, [], withOrigin)))
  await refused(await open(await ticketOf(owner, [], withOrigin), { origin: 'https://evil.test' }))
  await refused(await open(await ticketOf(owner), withOrigin))
})

test('an expired, unknown or misspelt ticket opens nothing', async () => {
  const { owner } = await newTeam()
  const ticket = await ticketOf(owner)
  await env.DB.prepare('UPDATE realtime_tickets SET expires_at = ? WHERE user_id = ?')
    .bind(clock.now(), owner.userId)
    .run()
  await refused(await open(ticket))
  await refused(await open('x'.repeat(43)))
  await refused(await open('short'), 'auth.required')
  await refused(await ask(`${REALTIME}/ws/workflows/me`, {}, { upgrade: 'websocket' }), 'auth.required')
})

test('a ticket has the rights of its session and membership when it is used', async () => {
  const { owner, join, teamId } = await newTeam()
  const member = await join('viewer')
  const ticket = await ticketOf({ token: member.token, teamId })
  expect(
    (await call('DELETE', `/api/v1/teams/${teamId}/members/${member.userId}`, { as: owner })).status,
  ).toBe(204)
  expect((await open(ticket)).status).toBe(404)
  const person = await newPerson()
  const second = await ticketOf(person)
  await post('/api/v1/auth/logout', { token: person.token }, undefined)
  await refused(await open(second), 'auth.invalid_token')
})

test('a key creates tickets with the rights of the key', async () => {
  const { owner } = await newTeam()
  const made = await post('/api/v1/auth/api-keys', owner, { name: 'live', scopes: ['runs:read'] })
  const response = await open(await ticketOf({ apiKey: made.body.key }, ['changes', 'runs']))
  const live = listen(response.webSocket as WebSocket)
  await live.until(() => live.of('runs', 'subscribed').length === 1)
  expect(live.of('changes', 'error')).toEqual([{ type: 'error', code: 'channel.denied', channel: 'changes' }])
  live.close()
})

test('only the hash of a ticket is stored', async () => {
  const { owner } = await newTeam()
  const ticket = await ticketOf(owner)
  const { results } = await env.DB.prepare('SELECT * FROM realtime_tickets WHERE user_id = ?')
    .bind(owner.userId)
    .all()
  expect(results).toHaveLength(1)
  expect(JSON.stringify(results)).not.toContain(ticket)
})
