import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import type { Tokens } from '../sessions/schema.ts'
import { takeState } from './repo.ts'
import { findReturnPage } from './return-pages.ts'
import { signInWithIdentity } from './sign-in.ts'
import { callbackUrl, requireProvider, stateCookie } from './start.ts'
import { issueTicket, type KnownIdentity } from './tickets.ts'

/** `ticket` goes into the browser's cookie, `spentCookie` comes out of it. */
export type CallbackOutcome = { spentCookie?: string; ticket?: string } & (
  | { kind: 'tokens'; tokens: Tokens }
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
  const begun =
    browser === undefined
      ? null
      : await takeState(
          request.env.DB,
          { stateHash, provider: provider.id, browserHash: await sha256Hex(browser) },
          request.now(),
        )
  if (begun === null) {
    throw new AppError('oauth.failed', {
      detail: 'This sign-in was begun in another browser, is used up or too old; begin again.',
    })
  }
  const spentCookie = stateCookie(stateHash)
  const page = begun.returnTo === null ? null : findReturnPage(request.settings, begun.returnTo)
  // The settings have changed since the start.
  if (begun.returnTo !== null && page === null) {
    const error = new AppError('oauth.failed', { detail: 'The returnTo page is no longer allowed.' })
    return { kind: 'problem', error, spentCookie }
  }
  let identity: KnownIdentity
  try {
    const { codeVerifier, nonce } = begun
    const redirectUri = callbackUrl(request, provider.id)
    const told = await provider.identify({ parameters, redirectUri, state, nonce, codeVerifier })
    identity = { ...told, provider: provider.id }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (page === null) return { kind: 'problem', error, spentCookie }
    request.log.warn(error.code, { error })
    return { kind: 'redirect', location: `${page.href}#error=${error.code}`, spentCookie }
  }

  if (page !== null) {
    const { returnChallenge } = begun
    const code = await issueTicket(request, identity, { returnChallenge, browserBound: page.sameSite })
    const ticket = page.sameSite ? { ticket: code } : {}
    return { kind: 'redirect', location: `${page.href}#code=${code}`, spentCookie, ...ticket }
  }
  try {
    const tokens = await signInWithIdentity(request, identity, {
      mfaCode: undefined,
      spend: () => Promise.resolve(),
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
