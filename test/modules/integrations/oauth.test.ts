import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { OAUTH_CLIENT } from '../../fakes/oauth-client.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo } from '../../helpers/jobs.ts'
import { newBrowser } from '../../helpers/oidc-browser.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newIntegration, PATH, target, targetHost } from './integrations.ts'
import { connect, expire, grantsOf, newAsking, newOauth, provider, refreshesOf, statusOf } from './oauth.ts'

const account = () => ({ sub: crypto.randomUUID() })

test('a person consents at the provider, and then requests are signed with the token', async () => {
  const person = await newPerson()
  const { id, name, status } = await newOauth(person)
  expect(status).toBe('needs_reconnect')
  const ada = account()
  const page = await connect(person, id, ada)
  expect([page.status, page.text]).toEqual([200, expect.stringContaining(`"${name}" is connected`)])
  expect(page.text).toContain(`href="/integrations/${id}?team=${person.teamId}"`)
  expect(await statusOf(person, id)).toBe('untested')
  const run = await newAsking(person, id)
  expect(await run()).toMatchObject({ status: 'succeeded', output: { body: { sub: ada.sub } } })
  expect((await post(`${PATH}/${id}/test`, person, undefined)).body).toMatchObject({
    outcome: 'ok',
    httpStatus: 200,
  })
  const entry = await env.DB.prepare(
    "SELECT actor_id AS by FROM audit_log WHERE action = 'integration.connected' AND target_id = ?",
  )
    .bind(id)
    .first()
  expect(entry).toEqual({ by: person.userId })
})

test('before the consent, errors say what to do', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  const run = await newAsking(person, id)
  const { error } = await run()
  expect([error.code, error.message]).toEqual([
    'credential.needs_reconnect',
    expect.stringContaining(`${id}/connect`),
  ])
  expect((await post(`${PATH}/${id}/test`, person, undefined)).body.outcome).toBe('refused')
  expect(await statusOf(person, id)).toBe('needs_reconnect')
})

test('the return works once, in the browser that began, in time, and with the right to connect', async () => {
  const { owner, join } = await newTeam()
  const admin = await join('admin')
  const { id } = await newOauth(owner)
  const begin = async (as = owner) => {
    const browser = newBrowser()
    const started = await browser.call('GET', `${PATH}/${id}/connect`, { as })
    return { browser, back: await browser.consentAt(started.body.url, account()) }
  }
  const { browser, back } = await begin()
  const elsewhere = await newBrowser().call('GET', back)
  expect([elsewhere.status, elsewhere.text]).toEqual([400, expect.stringContaining('another browser')])
  expect((await browser.call('GET', back)).status).toBe(200)
  expect((await browser.call('GET', back)).status).toBe(400)

  const late = await begin()
  clock.advance(10 * 60_000 + 1)
  expect((await late.browser.call('GET', late.back)).status).toBe(400)

  const lost = await begin(admin)
  await env.DB.prepare("UPDATE team_members SET role = 'member' WHERE user_id = ?").bind(admin.userId).run()
  expect((await lost.browser.call('GET', lost.back)).text).toContain('Only admins')

  const refusing = newBrowser()
  const started = await refusing.call('GET', `${PATH}/${id}/connect`, { as: owner })
  const refused = await refusing.call(
    'GET',
    await refusing.consentAt(started.body.url, { ...account(), refuse: true }),
  )
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('denied')])

  const forged = await begin()
  const other = forged.back.replace(/iss=[^&]*/, `iss=${encodeURIComponent('https://evil.example.com')}`)
  expect((await forged.browser.call('GET', other)).text).toContain('another provider')
})

test('ten runs with an expired token share one refresh, and the rotated refresh token is used next', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  const ada = account()
  await connect(person, id, ada)
  const run = await newAsking(person, id)
  for (const round of [1, 2, 3]) {
    await expire(id)
    const runs = await Promise.all(Array.from({ length: 10 }, run))
    expect(runs.map(({ status, error }) => error ?? status)).toEqual(Array(10).fill('succeeded'))
    // A refresh token that is used twice would be refused, and end the grant.
    expect(await refreshesOf(ada.sub)).toEqual(Array(round).fill(true))
  }
  expect(await grantsOf(ada.sub)).toHaveLength(4)
})

test('a token that the service has forgotten is fetched again, once, and the request is repeated', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  const ada = account()
  await connect(person, id, ada)
  const run = await newAsking(person, id)
  expect((await run()).status).toBe('succeeded')
  await fetch(`${provider()}/forget-access/${ada.sub}`)
  // A token that was fetched just now is not refreshed again.
  await env.DB.prepare('UPDATE integration_tokens SET updated_at = 0 WHERE integration_id = ?').bind(id).run()
  const runs = await Promise.all([run(), run(), run()])
  expect(runs.map(({ status }) => status)).toEqual(Array(3).fill('succeeded'))
  expect(await refreshesOf(ada.sub)).toEqual([true])
})

test('after a revoked consent the owner is notified once, with a link, and a new consent repairs it', async () => {
  const person = await newPerson()
  const { id, name } = await newOauth(person)
  const ada = account()
  await connect(person, id, ada)
  const run = await newAsking(person, id)
  await fetch(`${provider()}/revoke/${ada.sub}`)
  await expire(id)
  const runs = await Promise.all([run(), run(), run()])
  expect(runs.map(({ error }) => error?.code)).toEqual(Array(3).fill('credential.needs_reconnect'))
  expect(await statusOf(person, id)).toBe('needs_reconnect')
  const mails = (await mailTo(person.email)).filter(({ subject }) => subject.includes(name))
  expect(mails).toHaveLength(1)
  const link = `/integrations/${id}/connect?team=${person.teamId}`
  expect(mails[0]?.text).toContain(`http://orrery.test${link}`)
  const page = await get(link)
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Connect an integration')])
  expect((await connect(person, id, ada)).status).toBe(200)
  expect(await statusOf(person, id)).toBe('untested')
  expect((await run()).status).toBe('succeeded')
})

test('a refusal does not count if the integration was connected again in the meantime', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  const [ada, bob] = [account(), account()]
  await connect(person, id, ada)
  const run = await newAsking(person, id)
  // A slow refresh: it holds the lease with the old token.
  await env.DB.prepare(
    "UPDATE integration_tokens SET expires_at = 1, updated_at = 0, lease_id = 'slow', lease_until = ? WHERE integration_id = ?",
  )
    .bind(Date.now() + 60_000, id)
    .run()
  const waiting = run()
  await fetch(`${provider()}/revoke/${ada.sub}`)
  await connect(person, id, bob)
  expect(await waiting).toMatchObject({ status: 'succeeded', output: { body: { sub: bob.sub } } })
  expect(await refreshesOf(ada.sub)).toEqual([])
})

test('a lease with a lost owner is taken over', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  const ada = account()
  await connect(person, id, ada)
  await env.DB.prepare(
    "UPDATE integration_tokens SET expires_at = 1, updated_at = 0, lease_id = 'lost', lease_until = 1 WHERE integration_id = ?",
  )
    .bind(id)
    .run()
  const run = await newAsking(person, id)
  expect((await run()).status).toBe('succeeded')
  expect(await refreshesOf(ada.sub)).toEqual([true])
})

test('another client or URL deletes the tokens, so that none is sent there; a new secret keeps them', async () => {
  const person = await newPerson()
  const { id } = await newOauth(person)
  await connect(person, id, account())
  const patch = (change: object) => call('PATCH', `${PATH}/${id}`, { as: person, body: change })
  const tokens = () =>
    env.DB.prepare('SELECT access, refresh FROM integration_tokens WHERE integration_id = ?').bind(id).first()
  await patch({
    secrets: { clientSecret: OAUTH_CLIENT.clientSecret },
    config: { testUrl: `${provider()}/me?x=1` },
  })
  expect(await tokens()).toEqual({ access: expect.any(String), refresh: expect.any(String) })
  const elsewhere = { config: { tokenUrl: `${target()}/echo` } }
  const refused = await patch(elsewhere)
  expect([refused.status, refused.body.errors[0].path]).toEqual([422, '/secrets/clientSecret'])
  const secrets = { clientSecret: OAUTH_CLIENT.clientSecret }
  expect((await patch({ ...elsewhere, secrets })).body.status).toBe('needs_reconnect')
  expect(await tokens()).toEqual({ access: null, refresh: null })
})

test('client credentials fetch one token for all runs, and another when it expires', async () => {
  const person = await newPerson()
  const clientId = OAUTH_CLIENT.clientId
  const before = (await grantsOf('')).filter(({ type }) => type === 'client_credentials').length
  const { id } = await newIntegration(person, {
    type: 'oauth2.client-credentials',
    config: { tokenUrl: `${provider()}/token`, clientId },
    secrets: { clientSecret: OAUTH_CLIENT.clientSecret },
    allowedHosts: [targetHost()],
  })
  expect((await post(`${PATH}/${id}/test`, person, undefined)).body).toMatchObject({
    outcome: 'ok',
    httpStatus: null,
  })
  const run = await newAsking(person, id, `${target()}/echo`)
  await expire(id)
  const runs = await Promise.all(Array.from({ length: 6 }, run))
  expect(runs.map(({ output }) => output.body.headers.authorization)).toEqual(
    Array(6).fill('Bearer [redacted]'),
  )
  const after = (await grantsOf('')).filter(({ type }) => type === 'client_credentials').length
  expect(after - before).toBe(2)
  await call('PATCH', `${PATH}/${id}`, { as: person, body: { secrets: { clientSecret: 'wrong' } } })
  const refused = await run()
  expect([refused.error.code, refused.error.message]).toEqual([
    'credential.refused',
    expect.stringContaining('invalid_client'),
  ])
})

test('only integrations with a consent can be connected', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  const answer = await get(`${PATH}/${id}/connect`, person)
  expect([answer.status, answer.body.code]).toEqual([409, 'integration.no_consent'])
})
