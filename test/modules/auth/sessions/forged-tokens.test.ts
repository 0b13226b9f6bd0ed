import { env } from 'cloudflare:workers'
import { importJWK, type JWK, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { HOUR_MS } from '../../../../src/core/clock.ts'
import { utf8 } from '../../../../src/core/crypto.ts'
import { readSettings } from '../../../../src/env.ts'
import { get } from '../../../helpers/api.ts'
import { clock } from '../../../helpers/clock.ts'
import { type Registered, registered } from '../accounts.ts'

const settings = () => readSettings(env)
const ownKey = () => settings().JWT_KEYS[0] as JWK & { kid: string }
const ownAlg = () => (ownKey().kty === 'OKP' ? 'EdDSA' : 'ES256')

let person: Registered
let claims: Record<string, unknown>
beforeAll(async () => {
  person = await registered()
  claims = JSON.parse(atob((person.token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
})

const segment = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

const status = async (token: string): Promise<[number, string | undefined]> => {
  const answer = await get('/api/v1/auth/me', { token })
  return [answer.status, answer.body.code]
}

type Change = { header?: Record<string, unknown>; claims?: Record<string, unknown>; key?: CryptoKey }

async function signed(change: Change = {}): Promise<string> {
  const key = change.key ?? ((await importJWK(ownKey(), ownAlg())) as CryptoKey)
  return new SignJWT({ ...claims, ...change.claims })
    .setProtectedHeader({ alg: ownAlg(), kid: ownKey().kid, typ: 'at+jwt', ...change.header })
    .sign(key)
}

const REFUSED = [401, 'auth.invalid_token']

test('a token with a correct signature is accepted, so that the following refusals prove something', async () => {
  expect(await status(await signed())).toEqual([200, undefined])
})

test('a token without a signature is refused', async () => {
  for (const alg of ['none', 'None', 'NONE']) {
    const header = segment({ alg, kid: ownKey().kid, typ: 'at+jwt' })
    expect(await status(`${header}.${segment(claims)}.`)).toEqual(REFUSED)
  }
})

test('a token signed by HMAC with the public key as its secret is refused', async () => {
  const { body } = await get('/.well-known/jwks.json')
  const secrets = [JSON.stringify(body.keys[0]), JSON.stringify(body), body.keys[0].x as string]
  for (const secret of secrets) {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: ownKey().kid, typ: 'at+jwt' })
      .sign(utf8(secret))
    expect(await status(token)).toEqual(REFUSED)
  }
})

test('a token signed with a foreign key is refused, whatever kid it claims and whatever key it contains', async () => {
  const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const jwk = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JWK
  const headers = [
    { alg: 'ES256' },
    { alg: 'ES256', kid: 'another' },
    { alg: 'ES256', kid: undefined },
    { alg: 'ES256', jwk },
    { alg: 'ES256', jku: 'https://evil.example/jwks.json', kid: 'another' },
  ]
  for (const header of headers)
    expect(await status(await signed({ key: pair.privateKey, header }))).toEqual(REFUSED)
})

test('a token of our key under the id of another is refused', async () => {
  for (const kid of ['another', '', undefined])
    expect(await status(await signed({ header: { kid } }))).toEqual(REFUSED)
})

test.each([
  ['of another issuer', { iss: 'https://evil.example' }],
  ['for another audience', { aud: 'another-service' }],
  ['without an audience', { aud: undefined }],
  ['without an end', { exp: undefined }],
  ['that is not good yet', { nbf: 4_000_000_000 }],
  ['without a session', { sid: undefined }],
  ['without a token version', { tv: undefined }],
  ['of an older token version', { tv: 0 }],
  ['of a session that is not there', { sid: 'ses_00000000000000000000000000' }],
  ['of another user with this session', { sub: 'usr_00000000000000000000000000' }],
])('a token %s is refused', async (_what, change) => {
  expect(await status(await signed({ claims: change }))).toEqual(REFUSED)
})

test.each([['JWT'], ['rt+jwt'], [undefined]])('a token of type %s is refused', async (typ) => {
  expect(await status(await signed({ header: { typ } }))).toEqual(REFUSED)
})

test('a token with modified claims is refused', async () => {
  const [header, , signature] = person.token.split('.')
  const other = segment({ ...claims, sub: 'usr_00000000000000000000000000' })
  expect(await status(`${header}.${other}.${signature}`)).toEqual(REFUSED)
})

test('the published keys contain nothing private', async () => {
  const answer = await get('/.well-known/jwks.json')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toContain('max-age=300')
  for (const key of answer.body.keys) {
    expect(key).toMatchObject({ use: 'sig', alg: expect.stringMatching(/^(ES256|EdDSA)$/) })
    expect(key).not.toHaveProperty('d')
  }
})

test('an access token expires after half an hour, also if it was used before', async () => {
  const fresh = await registered()
  expect(await status(fresh.token)).toEqual([200, undefined])
  clock.advance(HOUR_MS / 2 - 5_000)
  expect(await status(fresh.token)).toEqual([200, undefined])
  clock.advance(6_000)
  expect(await status(fresh.token)).toEqual(REFUSED)
})
