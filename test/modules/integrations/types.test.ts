import { env } from 'cloudflare:workers'
import { createPrivateKey } from 'node:crypto'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { openSecret } from '../../../src/core/secret-box.ts'
import { readSettings } from '../../../src/env.ts'
import { rewrapIntegrations } from '../../../src/modules/integrations/credentials/rewrap.ts'
import { secretPlace } from '../../../src/modules/integrations/secrets.ts'
import { INTEGRATION_TYPES } from '../../../src/modules/integrations/types/index.ts'
import { call, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { newIntegration, PATH, target } from './integrations.ts'
import { connect, expire, newAsking, newOauth } from './oauth.ts'

/** The fields of each type, as its service issues them. */
const EXAMPLES: Record<string, { config?: object; secrets?: object; hosts?: string[] }> = {
  'http.basic': { config: { username: 'ada' }, secrets: { password: 'pässword' }, hosts: ['a.example.com'] },
  'http.bearer': { secrets: { token: 'token' }, hosts: ['a.example.com'] },
  'http.header': { config: { header: 'X-Key' }, secrets: { value: 'key' }, hosts: ['a.example.com'] },
  'http.query': { config: { parameter: 'key' }, secrets: { value: 'key' }, hosts: ['a.example.com'] },
  'oauth2.client-credentials': {
    config: { tokenUrl: 'https://login.example.com/token', clientId: 'id', scopes: ['a', 'b'] },
    secrets: { clientSecret: 'secret' },
    hosts: ['a.example.com'],
  },
  'oauth2.authorization-code': {
    config: { provider: 'google', clientId: 'id' },
    secrets: { clientSecret: 'secret' },
  },
  'ai.openai': { secrets: { apiKey: 'sk-1' } },
  'ai.anthropic': { secrets: { apiKey: 'sk-ant-1' } },
  'ai.google': { secrets: { apiKey: 'AIza1' } },
  'ai.deepseek': { secrets: { apiKey: 'sk-1' } },
  'ai.ollama': { config: { baseUrl: 'https://ollama.example.com' } },
  'ai.compatible': { config: { baseUrl: 'https://llm.example.com/v1' }, secrets: { apiKey: 'key' } },
  vercel: { secrets: { token: 'token' } },
  netlify: { secrets: { token: 'token' } },
  github: { secrets: { token: 'ghp_1', webhookSecret: 'secret' } },
  'github-app': {
    config: { appId: '1', installationId: '42' },
    secrets: { privateKey: '-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n' },
  },
  'aws-s3': {
    config: { bucket: 'my-bucket', region: 'eu-central-1' },
    secrets: { accessKeyId: 'AKIA1234', secretAccessKey: 'secret' },
  },
  n8n: { config: { baseUrl: 'https://n8n.example.com/' }, secrets: { apiKey: 'key' } },
  mcp: { config: { url: 'https://mcp.example.com/mcp' } },
  webhook: { secrets: { secret: 'long-enough' } },
  slack: { secrets: { botToken: 'xoxb-1' } },
  discord: { secrets: { botToken: 'token' } },
  'discord-webhook': { secrets: { webhookUrl: 'https://discord.com/api/webhooks/1/abc' } },
  telegram: { secrets: { botToken: '123456:abcdefghijklmnopqrstuvwxyz' } },
  teams: { secrets: { webhookUrl: 'https://prod.westeurope.logic.azure.com/workflows/1?sig=abc' } },
  resend: { secrets: { apiKey: 're_1' } },
  postmark: { secrets: { serverToken: 'token' } },
  sendgrid: { secrets: { apiKey: 'SG.1' } },
  neon: {
    secrets: {
      connectionString: 'postgresql://ada:secret@ep-1.eu-central-1.aws.neon.tech/db?sslmode=require',
    },
  },
  supabase: { config: { url: 'https://abc.supabase.co' }, secrets: { apiKey: 'sb_secret_1' } },
  'upstash-redis': { config: { url: 'https://eu1.upstash.io' }, secrets: { token: 'token' } },
}

test('every type has an example, and its test only calls allowed hosts', async () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(INTEGRATION_TYPES.map(({ type }) => type).sort())
  const person = await newPerson()
  for (const one of INTEGRATION_TYPES) {
    const { config = {}, secrets = {}, hosts } = EXAMPLES[one.type] ?? {}
    const made = await newIntegration(person, { type: one.type, config, secrets, allowedHosts: hosts })
    const call = one.test?.call(made.config as never, secrets as never) ?? null
    const allowed = made.allowedHosts as string[]
    if (call !== null) {
      const { host } = new URL(call.url)
      expect([
        one.type,
        allowed.some((pattern) => pattern === host || host.endsWith(pattern.replace('*', ''))),
      ]).toEqual([one.type, true])
    }
  }
})

test('if a test cannot reach the service, the result is unclear and names the host', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person, {
    type: 'resend',
    secrets: { apiKey: 're_1' },
    allowedHosts: undefined,
  })
  expect((await post(`${PATH}/${id}/test`, person, undefined)).body.outcome).toBe('unclear')
})

const pemOf = (der: ArrayBuffer): string =>
  `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...new Uint8Array(der)))}\n-----END PRIVATE KEY-----\n`

test('a GitHub App signs in with its key, in either format, and one token is used until it expires', async () => {
  const person = await newPerson()
  const name = crypto.randomUUID()
  const pair = (await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  )) as CryptoKeyPair
  const pkcs8 = pemOf((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer)
  const pkcs1 = String(createPrivateKey(pkcs8).export({ type: 'pkcs1', format: 'pem' }))
  expect(pkcs1).toContain('BEGIN RSA PRIVATE KEY')
  const seen = async (): Promise<{ authorization: string }[]> =>
    (await fetch(`${target()}/seen/${name}`)).json()
  let tokens = 0
  for (const privateKey of [pkcs1, pkcs8]) {
    const { id } = await newIntegration(person, {
      type: 'github-app',
      config: { appId: '12345', installationId: '42', apiUrl: `${target()}/github-app/${name}` },
      secrets: { privateKey },
      allowedHosts: undefined,
    })
    const run = await newAsking(person, id, `${target()}/github-app/${name}/user`)
    for (let i = 0; i < 2; i++)
      expect(await run()).toMatchObject({ status: 'succeeded', output: { status: 200 } })
    expect((await post(`${PATH}/${id}/test`, person, undefined)).body.outcome).toBe('ok')
    const token = await env.DB.prepare(
      'SELECT expires_at AS expiresAt FROM integration_tokens WHERE integration_id = ?',
    )
      .bind(id)
      .first<{ expiresAt: number }>()
    expect(new Date((token?.expiresAt ?? 0) + 500).toISOString()).toMatch(/^2100-01-01T00:00:00/)
    tokens++
    expect(await seen()).toHaveLength(tokens)
    await expire(id)
    expect(await run()).toMatchObject({ status: 'succeeded', output: { status: 200 } })
    tokens++
    expect(await seen()).toHaveLength(tokens)
  }
  for (const { authorization } of await seen()) {
    const { payload } = await jwtVerify(authorization.slice('Bearer '.length), pair.publicKey, {
      issuer: '12345',
      algorithms: ['RS256'],
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(600)
  }
  // A signed JWT only goes to an allowed host, so that another URL needs the key again.
  const moved = await newIntegration(person, {
    type: 'github-app',
    config: { appId: '1', installationId: '42' },
    secrets: { privateKey: pkcs8 },
    allowedHosts: ['api.github.com'],
  })
  const elsewhere = { config: { apiUrl: `${target()}/github-app/${name}` }, allowedHosts: ['api.github.com'] }
  expect((await call('PATCH', `${PATH}/${moved.id}`, { as: person, body: elsewhere })).status).toBe(200)
  expect((await post(`${PATH}/${moved.id}/test`, person, undefined)).body.message).toContain('api.github.com')
  expect(await seen()).toHaveLength(tokens)
  const broken = await newIntegration(person, {
    type: 'github-app',
    config: { appId: '1', installationId: '42', apiUrl: `${target()}/github-app/x` },
    secrets: { privateKey: '-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----' },
    allowedHosts: undefined,
  })
  const answer = await post(`${PATH}/${broken.id}/test`, person, undefined)
  expect(answer.body).toMatchObject({ outcome: 'refused', message: expect.stringContaining('private key') })
})

test('secrets and tokens are encrypted again with a new key', async () => {
  const person = await newPerson()
  const { id } = await newIntegration(person)
  await post(`${PATH}/${id}/rotate`, person, { secrets: { token: 'the-next-token-0123456789' } })
  const oauth = await newOauth(person)
  await connect(person, oauth.id, { sub: crypto.randomUUID() })
  const old = readSettings(env).SECRETS_KEYS
  const ring = { current: 'next', keys: { ...old.keys, next: 'B'.repeat(43) } }
  const under = (SECRETS_KEYS: typeof ring) =>
    withContext((request) =>
      rewrapIntegrations({ ...request, settings: { ...request.settings, SECRETS_KEYS } }),
    )
  const all = async (keys: typeof ring) => {
    for (let tick = 0; tick < 50 && (await under(keys)) > 0; tick++);
  }
  await all(ring)
  const row = await env.DB.prepare(
    'SELECT sealed, previous FROM integration_secrets WHERE integration_id = ?',
  )
    .bind(id)
    .first<{ sealed: string; previous: string }>()
  const only = { current: 'next', keys: { next: ring.keys.next } }
  const opened = (sealed: string) => openSecret(only, secretPlace(person.teamId, id, 'token'), sealed)
  expect(await opened(row?.sealed ?? '')).toBe('the-next-token-0123456789')
  expect(await opened(row?.previous ?? '')).toBe('a-token-of-some-length-7f3a')
  const token = await env.DB.prepare(
    'SELECT access, refresh FROM integration_tokens WHERE integration_id = ?',
  )
    .bind(oauth.id)
    .first<{ access: string; refresh: string }>()
  expect([token?.access, token?.refresh]).toEqual([
    expect.stringMatching(/^v1\.next\./),
    expect.stringMatching(/^v1\.next\./),
  ])
  // Other tests use the previous keys.
  await all({ current: Object.keys(old.keys)[0] ?? '', keys: ring.keys })
  const run = await newAsking(person, oauth.id)
  expect((await run()).status).toBe('succeeded')
})

test('integrations are deleted with their team, including all their data', async () => {
  const { owner, teamId } = await newTeam()
  const { id } = await newIntegration(owner, { config: { testUrl: `${target()}/echo` } })
  await post(`${PATH}/${id}/test`, owner, undefined)
  expect((await call('DELETE', `/api/v1/teams/${teamId}`, { as: owner })).status).toBe(204)
  for (const table of ['integrations', 'integration_secrets', 'integration_tests']) {
    const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE team_id = ?`)
      .bind(teamId)
      .first()
    expect([table, row]).toEqual([table, { n: 0 }])
  }
})
