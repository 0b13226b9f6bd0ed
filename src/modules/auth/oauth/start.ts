import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { type OauthProvider, oauthProviders } from '../../../providers/oauth/index.ts'
import { insertState } from './repo.ts'
import { findReturnPage } from './return-pages.ts'
import type { OauthProviders, StartQuery } from './schema.ts'

export const STATE_LIFE_MS = 10 * MINUTE_MS

/** Each sign-in has its own cookie, so two tabs do not interfere with each other. */
export const stateCookie = (stateHash: string): string => `oauth-${stateHash.slice(0, 16)}`

export function listProviders(request: RequestContext): OauthProviders {
  const { settings } = request
  const items = oauthProviders(settings).map(({ id, name }) => ({
    id,
    name,
    startUrl: `${originOf(settings.PUBLIC_URL)}/api/v1/auth/oauth/${id}/start`,
  }))
  return { items, nextCursor: null }
}

export function requireProvider(request: RequestContext, id: string): OauthProvider {
  const provider = oauthProviders(request.settings).find((one) => one.id === id)
  if (!provider) throw new AppError('oauth.unknown_provider')
  return provider
}

export const callbackUrl = (request: RequestContext, providerId: string): string =>
  `${originOf(request.settings.PUBLIC_URL)}/api/v1/auth/oauth/${providerId}/callback`

/** Returns where to redirect the browser, and the cookie that identifies it when it returns. */
export async function startOauth(
  request: RequestContext,
  providerId: string,
  query: StartQuery,
): Promise<{ location: string; cookie: { name: string; value: string } }> {
  const provider = requireProvider(request, providerId)
  const returnTo = query.returnTo === undefined ? null : requireReturnPage(request, query.returnTo, query)
  const state = randomToken()
  const browser = randomToken()
  const nonce = randomToken()
  const codeVerifier = randomToken()
  const url = await provider.authorizationUrl({
    redirectUri: callbackUrl(request, provider.id),
    state,
    nonce,
    codeVerifier,
  })
  const stateHash = await sha256Hex(state)
  await insertState(request.env.DB, {
    stateHash,
    provider: provider.id,
    browserHash: await sha256Hex(browser),
    codeVerifier,
    nonce,
    returnTo,
    returnChallenge: returnTo === null ? null : (query.codeChallenge ?? null),
    expiresAt: request.now() + STATE_LIFE_MS,
  })
  return { location: url.href, cookie: { name: stateCookie(stateHash), value: browser } }
}

function requireReturnPage(request: RequestContext, text: string, query: StartQuery): string {
  const page = findReturnPage(request.settings, text)
  if (page === null) {
    const message =
      'must be a page of this server, a same-site page in CORS_ORIGINS, or a page in OAUTH_RETURN_PAGES'
    throw new AppError('request.invalid', { errors: [{ path: '/returnTo', message, code: 'not_listed' }] })
  }
  if (!page.sameSite && query.codeChallenge === undefined) {
    const message = 'is required for a page on another site'
    throw new AppError('request.invalid', { errors: [{ path: '/codeChallenge', message, code: 'required' }] })
  }
  return page.href
}

const originOf = (url: string): string => new URL(url).origin
