// Tokens for an installation of a GitHub App: the app signs a short JWT with its key, and GitHub returns a token for
// an hour.
import { createPrivateKey } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import { AppError } from '../../../core/errors.ts'
import { parseJson } from '../../../core/json.ts'
import type { Reach } from '../../../providers/outbound/index.ts'
import { hostNotAllowed } from '../credentials/authorize.ts'
import type { Credential } from '../credentials/open.ts'
import { isAllowedHost } from '../hosts.ts'
import { string } from '../types/type.ts'
import { callService, type FetchedToken, refusal } from './endpoint.ts'

/** GitHub allows at most ten minutes, and clocks differ. */
const JWT_LIFE_S = 540
const SKEW_S = 60

export async function githubAppToken(
  credential: Credential,
  now: number,
  reach: Reach,
): Promise<FetchedToken> {
  const { config, secrets, type } = credential
  const base = type.baseUrl?.(config, secrets) ?? ''
  const url = `${base}/app/installations/${string(config.installationId)}/access_tokens`
  // The signed JWT is a credential for the whole app.
  const address = new URL(url)
  if (!isAllowedHost(address, credential.allowedHosts, reach.allowHosts))
    throw hostNotAllowed(credential, address)
  const answer = await callService(reach, {
    url,
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      authorization: `Bearer ${await signedBy(secrets.privateKey ?? '', string(config.appId), now)}`,
    },
  })
  const parsed = parseJson(new TextDecoder().decode(answer.bytes))
  const { token, expires_at: expiresAt } = (parsed.ok ? (parsed.value ?? {}) : {}) as Record<string, unknown>
  if (answer.status !== 201 || typeof token !== 'string') throw refusal(answer.status, address.host, null)
  const expires = Date.parse(string(expiresAt))
  return { access: token, refresh: null, expiresInS: Number.isNaN(expires) ? null : (expires - now) / 1_000 }
}

async function signedBy(pem: string, appId: string, now: number): Promise<string> {
  const nowS = Math.floor(now / 1_000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(appId)
    .setIssuedAt(nowS - SKEW_S)
    .setExpirationTime(nowS + JWT_LIFE_S)
    .sign(await importKey(pem))
}

/** GitHub's key is in the older format (PKCS #1), which WebCrypto cannot read. */
async function importKey(pem: string): Promise<CryptoKey> {
  try {
    const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' })
    return await importPKCS8(String(pkcs8), 'RS256')
  } catch (error) {
    throw new AppError('credential.refused', {
      detail: 'The private key of the integration cannot be read: paste the whole PEM file.',
      cause: error,
    })
  }
}
