import { expect, test } from 'vitest'
import { makeLocalSecrets } from '../../scripts/local-secrets.ts'
import { type Env, readSettings, SettingsError } from '../../src/env.ts'

const BINDINGS = [
  'DB',
  'FILES',
  'ASSETS',
  'JOBS',
  'RATE_LIMITER',
  'METRICS_HUB',
  'RUNS',
  'GATES',
  'LIVE_HUBS',
  'WEBHOOKS',
  'TASK_DESKS',
  'SEARCHES',
  'MODELS',
  'ADDRESS_LIMIT',
]
const LIMITS = ['PLAN_LIMIT_FREE', 'PLAN_LIMIT_PREMIUM', 'PLAN_LIMIT_TEAM']
const bound = Object.fromEntries([...BINDINGS, ...LIMITS].map((name) => [name, {}]))

const problemsOf = (env: Record<string, unknown>): string[] => {
  try {
    readSettings(env as Env)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}

test('allowed hosts may be written in capitals', async () => {
  const env = {
    ...bound,
    ...(await makeLocalSecrets()),
    PUBLIC_URL: 'https://orrery.example',
    OUTBOUND_ALLOW_HOSTS: 'Wiki.Lan, A:80',
  }
  expect(readSettings(env as unknown as Env).OUTBOUND_ALLOW_HOSTS).toEqual(['wiki.lan', 'a:80'])
})

test('a cheap password hash is refused in production', async () => {
  const env = { ...bound, ...(await makeLocalSecrets()), PUBLIC_URL: 'https://orrery.example' }
  expect(problemsOf({ ...env, PASSWORD_HASH_KIB: '64' })).toEqual([
    'PASSWORD_HASH_KIB: must be at least 19456 in production',
  ])
  expect(problemsOf({ ...env, PASSWORD_HASH_KIB: '64', ENVIRONMENT: 'development' })).toEqual([])
  expect(problemsOf(env)).toEqual([])
})

test('owners choose their own plan in development only, unless the setting says otherwise', async () => {
  const plansOf = async (more: Record<string, string>) => {
    const env = { ...bound, ...(await makeLocalSecrets()), PUBLIC_URL: 'https://orrery.example', ...more }
    return readSettings(env as unknown as Env).PLAN_SELF_SERVICE
  }
  expect(await plansOf({})).toBe(false)
  expect(await plansOf({ ENVIRONMENT: 'development' })).toBe(true)
  expect(await plansOf({ PLAN_SELF_SERVICE: 'true' })).toBe(true)
  expect(await plansOf({ ENVIRONMENT: 'development', PLAN_SELF_SERVICE: 'false' })).toBe(false)
})

test('missing settings are reported at once', () => {
  expect(problemsOf({ ENVIRONMENT: 'production' })).toEqual([
    ...[...BINDINGS, ...LIMITS].map((name) => `the binding ${name} is missing (wrangler.toml)`),
    'PUBLIC_URL is not set: links in mails, tokens and cookies contain it',
    'JWT_KEYS is not set',
    'SECRETS_KEYS is not set',
  ])
})

test('an invalid setting is reported with its error and without its value', async () => {
  const secrets = await makeLocalSecrets()
  const problems = problemsOf({
    ...bound,
    ...secrets,
    PUBLIC_URL: 'https://orrery.example',
    JWT_KEYS: '[{"kid":"a","kty":"EC","crv":"secp256k1","d":"secret-part"}]',
    RATE_LIMITS: 'maybe',
  })
  expect(problems).toHaveLength(2)
  expect(problems.join()).toMatch(/JWT_KEYS.*crv.*RATE_LIMITS/)
  expect(problems.join()).not.toContain('secret-part')
})

test('the generated settings are sufficient', async () => {
  expect(
    problemsOf({ ...bound, ...(await makeLocalSecrets()), PUBLIC_URL: 'https://orrery.example' }),
  ).toEqual([])
})

test('two sign-in providers with one id, or the id of a built-in one, are refused', async () => {
  const provider = (id: string) => ({
    id,
    name: 'Somewhere',
    issuer: 'https://id.example',
    clientId: 'c',
    clientSecret: 's',
  })
  const secrets = await makeLocalSecrets()
  const problems = (ids: string[]) =>
    problemsOf({
      ...bound,
      ...secrets,
      PUBLIC_URL: 'https://orrery.example',
      OAUTH_OIDC_PROVIDERS: JSON.stringify(ids.map(provider)),
    })
  expect(problems(['one', 'two'])).toEqual([])
  expect(problems(['one', 'two', 'one'])).toEqual(['OAUTH_OIDC_PROVIDERS.2.id: the id one is already used'])
  expect(problems(['github'])).toEqual(['OAUTH_OIDC_PROVIDERS.0.id: the id github is already used'])
  expect(problems(['google'])).toHaveLength(1)
})

test('a return page must be a URL of an allowed origin, and not one that users control', async () => {
  const secrets = await makeLocalSecrets()
  const problems = (OAUTH_RETURN_PAGES: string) =>
    problemsOf({
      ...bound,
      ...secrets,
      PUBLIC_URL: 'https://orrery.example',
      CORS_ORIGINS: 'https://app.example.com',
      OAUTH_RETURN_PAGES,
    })
  expect(problems('https://app.example.com/in, https://orrery.example/console/in')).toEqual([])
  for (const page of [
    '/in',
    'javascript:alert(1)',
    'https://app.example.com/in?x=1',
    'https://app.example.com/in#x',
    'https://a:b@app.example.com/in',
    'https://elsewhere.example/in',
    'https://orrery.example/api/v1/hooks/x',
    'https://orrery.example/%61pi/v1/hooks/x',
    'https://orrery.example/approve/x',
    'https://orrery.example/dev/flaky/x',
  ])
    expect([page, problems(page)]).toEqual([page, [expect.stringMatching(/^OAUTH_RETURN_PAGES: /)]])
})
