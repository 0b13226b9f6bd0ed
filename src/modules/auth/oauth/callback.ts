import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import { consumeState } from './repo.ts'
import { findReturnPage } from './return-pages.ts'
import { signInWithIdentity } from './sign-in.ts'
import { callbackUrl, requireProvider, stateCookie } from './start.ts'
import { issueTicket, type KnownIdentity } from './tickets.ts'

/** Set `ticket` as the browser's cookie and delete the cookie `spentCookie`. */
export type CallbackOutcome = { spentCookie?: string; ticket?: string } & (
  | { kind: 'tokens'; tokens: IssuedTokens }
  | { kind: 'redirect'; location: string }
  | { kind: 'problem'; error: AppError }
)

export async function finishOauth(
  request: RequestContext,
  providerId: string,
  parameters: URLSearchParams,
  readCookie: (name: string) => string | undefined,
): Promise<CallbackOutcome> {
  const provider = requireProvider(request, providerId)
  const state = parameters.get('state') ?? ''
  const stateHash = await sha256Hex(state)
  const browser = readCookie(stateCookie(stateHash))
  const started =
    browser === undefined
      ? null
      : await consumeState(
          request.env.DB,
          { stateHash, provider: provider.id, browserHash: await sha256Hex(browser) },
          request.now(),
        )
  if (started === null) {
    throw new AppError('oauth.failed', {
      detail: 'This sign-in was started in another browser, was already used or has expired. Start again.',
    })
  }
  const spentCookie = stateCookie(stateHash)
  const page = started.returnTo === null ? null : findReturnPage(request.settings, started.returnTo)
  // The settings have changed since the sign-in started.
  if (started.returnTo !== null && page === null) {
    const error = new AppError('oauth.failed', { detail: 'The returnTo page is no longer allowed.' })
    return { kind: 'problem', error, spentCookie }
  }
  let identity: KnownIdentity
  try {
    const { codeVerifier, nonce } = started
    const redirectUri = callbackUrl(request, provider.id)
    const identified = await provider.identify({ parameters, redirectUri, state, nonce, codeVerifier })
    identity = { ...identified, provider: provider.id }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (page === null) return { kind: 'problem', error, spentCookie }
    request.log.warn(error.code, { error })
    return { kind: 'redirect', location: `${page.href}#error=${error.code}`, spentCookie }
  }

  if (page !== null) {
    const { returnChallenge } = started
    const code = await issueTicket(request, identity, { returnChallenge, browserBound: page.sameSite })
    const ticket = page.sameSite ? { ticket: code } : {}
    return { kind: 'redirect', location: `${page.href}#code=${code}`, spentCookie, ...ticket }
  }
  try {
    const tokens = await signInWithIdentity(request, identity, {
      mfaCode: undefined,
      consume: () => Promise.resolve(),
    })
    return { kind: 'tokens', tokens, spentCookie }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code !== 'auth.mfa_required') return { kind: 'problem', error, spentCookie }
    const due = new AppError('auth.mfa_required', {
      detail:
        'Send the code as { "mfaCode": … } to POST /api/v1/auth/oauth/exchange from the same browser, within five minutes.',
    })
    return {
      kind: 'problem',
      error: due,
      spentCookie,
      ticket: await issueTicket(request, identity, { returnChallenge: null, browserBound: true }),
    }
  }
}
