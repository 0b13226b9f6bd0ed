// Access tokens. Invariants:
// 1. The algorithm comes from our key, never from the token's header, and only our keys verify.
// 2. `iss`, `aud`, `typ`, `exp` and `nbf` are all required, so tokens of another kind or service are rejected.
// 3. A verified signature may be cached until the token expires, because it stays true. Rights are never cached.
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { MINUTE_MS } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { remember } from '../../../core/remember.ts'
import type { Settings } from '../../../env.ts'

export const ACCESS_TOKEN_LIFE_MS = 30 * MINUTE_MS

const AUDIENCE = 'orrery'
const TYPE = 'at+jwt'

export type AccessClaims = { userId: string; sessionId: string; tokenVersion: number; personalTeamId: string }

type SigningKey = { kid: string; alg: string; privateKey: CryptoKey; publicKey: CryptoKey; publicJwk: JWK }

const rings = new WeakMap<Settings, Promise<SigningKey[]>>()

function signingKeys(settings: Settings): Promise<SigningKey[]> {
  const known = rings.get(settings)
  if (known) return known
  const loading = Promise.all(settings.JWT_KEYS.map(loadKey))
  rings.set(settings, loading)
  return loading
}

async function loadKey(jwk: Settings['JWT_KEYS'][number]): Promise<SigningKey> {
  const alg = jwk.kty === 'OKP' ? 'EdDSA' : 'ES256'
  const { kid, kty, crv, x, y } = jwk as JWK & { kid: string }
  const publicJwk: JWK = { kty, crv, x, ...(y === undefined ? {} : { y }), kid, alg, use: 'sig' } as JWK
  const privateKey = (await importJWK(jwk as JWK, alg)) as CryptoKey
  const publicKey = (await importJWK(publicJwk, alg)) as CryptoKey
  return { kid, alg, privateKey, publicKey, publicJwk }
}

export async function signAccessToken(
  settings: Settings,
  claims: AccessClaims,
  nowMs: number,
): Promise<string> {
  const [key] = await signingKeys(settings)
  if (!key) throw new Error('JWT_KEYS is empty')
  const now = Math.floor(nowMs / 1000)
  return new SignJWT({ sid: claims.sessionId, tv: claims.tokenVersion, team: claims.personalTeamId })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: TYPE })
    .setIssuer(settings.PUBLIC_URL)
    .setAudience(AUDIENCE)
    .setSubject(claims.userId)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + ACCESS_TOKEN_LIFE_MS / 1000)
    .sign(key.privateKey)
}

type Verified = { claims: AccessClaims; issuedAtMs: number; expiresAtMs: number }

const MAX_CACHED_TOKENS = 2_000
const remembered = new WeakMap<Settings, Map<string, Verified>>()

export async function verifyAccessToken(
  settings: Settings,
  token: string,
  nowMs: number,
): Promise<AccessClaims> {
  let cache = remembered.get(settings)
  if (!cache) {
    cache = new Map()
    remembered.set(settings, cache)
  }
  const known = cache.get(token)
  if (known) {
    if (nowMs < known.expiresAtMs && nowMs >= known.issuedAtMs - 1_000) return known.claims
    throw new AppError('auth.invalid_token', { detail: 'The access token has expired.' })
  }
  const verified = await verify(settings, token, nowMs)
  return remember(cache, MAX_CACHED_TOKENS, token, verified).claims
}

async function verify(settings: Settings, token: string, nowMs: number): Promise<Verified> {
  const keys = await signingKeys(settings)
  try {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        const key = keys.find((one) => one.kid === header.kid && one.alg === header.alg)
        if (!key) throw new Error('The token was not signed with a known key')
        return key.publicKey
      },
      {
        algorithms: ['ES256', 'EdDSA'],
        issuer: settings.PUBLIC_URL,
        audience: AUDIENCE,
        typ: TYPE,
        currentDate: new Date(nowMs),
        requiredClaims: ['sub', 'sid', 'tv', 'team', 'exp', 'nbf', 'iat'],
      },
    )
    const { sub, sid, tv, team, exp, iat } = payload
    if (
      typeof sub !== 'string' ||
      typeof sid !== 'string' ||
      typeof tv !== 'number' ||
      typeof team !== 'string'
    ) {
      throw new Error('The claims have unexpected types')
    }
    return {
      claims: { userId: sub, sessionId: sid, tokenVersion: tv, personalTeamId: team },
      issuedAtMs: Number(iat) * 1000,
      expiresAtMs: Number(exp) * 1000,
    }
  } catch (error) {
    const expired = (error as { code?: unknown }).code === 'ERR_JWT_EXPIRED'
    throw new AppError('auth.invalid_token', expired ? { detail: 'The access token has expired.' } : {})
  }
}

/** The content of `/.well-known/jwks.json`. */
export async function publicKeys(settings: Settings): Promise<{ keys: JWK[] }> {
  return { keys: (await signingKeys(settings)).map((key) => key.publicJwk) }
}
