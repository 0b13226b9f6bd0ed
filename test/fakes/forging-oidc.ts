// An issuer that signs anything: the code contains, as JSON in base64url, the answer of the token endpoint.
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { bodyOf, type Served, sendJson, serve } from './serve.ts'

export type Forgery = {
  claims?: Record<string, unknown>
  /** `known` is the published key. */
  sign?: 'known' | 'foreign' | 'none' | 'secret'
  status?: number
}

export async function serveForgingOidc(): Promise<Served> {
  const known = await generateKeyPair('ES256')
  const foreign = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(known.publicKey)), alg: 'ES256', use: 'sig', kid: 'only' }
  return serve((issuer) => async (request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      return sendJson(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        authorization_response_iss_parameter_supported: true,
      })
    }
    if (request.url === '/jwks') return sendJson(response, 200, { keys: [jwk] })
    if (request.url !== '/token') return sendJson(response, 404, {})

    const code = new URLSearchParams(await bodyOf(request)).get('code') ?? ''
    const forgery = JSON.parse(Buffer.from(code, 'base64url').toString()) as Forgery
    if (forgery.status) return sendJson(response, forgery.status, { error: 'invalid_grant' })
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud: 'orrery', iat: now, exp: now + 300, ...forgery.claims }
    const header = { alg: forgery.sign === 'secret' ? 'HS256' : 'ES256', kid: 'only' }
    const idToken =
      forgery.sign === 'none'
        ? new UnsecuredJWT(claims).encode()
        : await new SignJWT(claims)
            .setProtectedHeader(header)
            .sign(
              forgery.sign === 'secret'
                ? new TextEncoder().encode('secret-of-the-forged-client-which-is-long-enough')
                : forgery.sign === 'foreign'
                  ? foreign.privateKey
                  : known.privateKey,
            )
    sendJson(response, 200, { access_token: 'at', token_type: 'Bearer', id_token: idToken })
  })
}
