// Any OpenID Connect issuer, found by discovery. Invariants:
// 1. Issuer (also the `iss` of the response, RFC 9207), audience, times, nonce and signature of the ID token are all
//    checked, the signature even though the token came over TLS.
// 2. Metadata and keys are cached for ten minutes. An unknown key is fetched before it is refused.
import * as oauth from 'oauth4webapi'
import { MINUTE_MS } from '../../core/clock.ts'
import { asFailure, failed, isSafeAddress, throughCallProvider } from './call.ts'
import type { AuthorizationAnswer, OauthProvider, ProviderIdentity } from './provider.ts'

export type OidcConfig = { id: string; name: string; issuer: string; clientId: string; clientSecret: string }

const METADATA_LIFE_MS = 10 * MINUTE_MS

type Known = { metadata: oauth.AuthorizationServer; until: number }
const knownIssuers = new Map<string, Known>()

export function oidcProvider(config: OidcConfig): OauthProvider {
  const client: oauth.Client = { client_id: config.clientId }
  return {
    id: config.id,
    name: config.name,

    async authorizationUrl(ask) {
      const { authorization_endpoint: endpoint } = await discover(config.issuer).catch(rethrow)
      const url = new URL(endpoint ?? '')
      url.searchParams.set('response_type', 'code')
      url.searchParams.set('client_id', config.clientId)
      url.searchParams.set('redirect_uri', ask.redirectUri)
      url.searchParams.set('scope', 'openid email profile')
      url.searchParams.set('state', ask.state)
      url.searchParams.set('nonce', ask.nonce)
      url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(ask.codeVerifier))
      url.searchParams.set('code_challenge_method', 'S256')
      return url
    },

    identify: (answer) => identify(config, client, answer).catch(rethrow),
  }
}

async function identify(
  config: OidcConfig,
  client: oauth.Client,
  answer: AuthorizationAnswer,
): Promise<ProviderIdentity> {
  const issuer = await discover(config.issuer)
  const parameters = oauth.validateAuthResponse(issuer, client, answer.parameters, answer.state)
  const response = await oauth.authorizationCodeGrantRequest(
    issuer,
    client,
    clientAuthentication(issuer, config.clientSecret),
    parameters,
    answer.redirectUri,
    answer.codeVerifier,
    throughCallProvider,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(issuer, client, response, {
    expectedNonce: answer.nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(issuer, response, throughCallProvider)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims) throw failed('there is no ID token')
  if (typeof claims.email === 'string' || !issuer.userinfo_endpoint) return toIdentity(claims)
  const info = await oauth.userInfoRequest(issuer, client, tokens.access_token, throughCallProvider)
  return toIdentity(await oauth.processUserInfoResponse(issuer, client, claims.sub, info))
}

const toIdentity = (claims: { sub: string; [claim: string]: unknown }): ProviderIdentity => ({
  subject: claims.sub,
  email: typeof claims.email === 'string' ? claims.email : null,
  // Some issuers send the flag as a string.
  emailVerified: claims.email_verified === true || claims.email_verified === 'true',
  name: typeof claims.name === 'string' ? claims.name : null,
})

const clientAuthentication = (issuer: oauth.AuthorizationServer, secret: string): oauth.ClientAuth =>
  (issuer.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).includes('client_secret_basic')
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret)

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const known = knownIssuers.get(issuer)
  if (known && known.until > Date.now()) return known.metadata
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { algorithm: 'oidc', ...throughCallProvider })
  const metadata = await oauth.processDiscoveryResponse(url, response)
  if (!metadata.authorization_endpoint || !isSafeAddress(new URL(metadata.authorization_endpoint)))
    throw failed('the issuer names no safe authorization endpoint')
  knownIssuers.set(issuer, { metadata, until: Date.now() + METADATA_LIFE_MS })
  return metadata
}

const rethrow = (error: unknown): never => {
  throw asFailure(error)
}
