// Every request to a sign-in provider goes through here. Invariants:
// 1. It ends: there is a time limit over headers and body, a size limit, and no redirect is followed.
// 2. It is encrypted, except to loopback. Addresses are the operator's choice, but the metadata of a provider names
//    more of them, so each one is looked at.
// 3. What fails is told as a code; bodies, which may hold tokens, get into no error and no log.
import { AuthorizationResponseError, allowInsecureRequests, customFetch } from 'oauth4webapi'
import { AppError } from '../../core/errors.ts'
import { gather } from '../../core/read-chunks.ts'

const TIME_LIMIT_MS = 5_000
const MAX_BYTES = 512 * 1024

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether a provider may be spoken to under this address. */
export const isSafeAddress = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))

export async function callProvider(address: string | URL, init: RequestInit = {}): Promise<Response> {
  const url = new URL(address)
  if (!isSafeAddress(url)) throw failed(`the address of ${url.hostname} is not https`)
  let response: Response
  let body: Uint8Array<ArrayBuffer>
  try {
    response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIME_LIMIT_MS) })
    body = await readBody(response)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unreachable(`${url.host}: ${(error as Error).name}`)
  }
  if (response.status >= 500 || response.status === 429)
    throw unreachable(`${url.host} answered ${response.status}`)
  return new Response(response.status === 204 ? null : body, {
    status: response.status,
    headers: response.headers,
  })
}

async function readBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array()
  const body = await gather(response.body, MAX_BYTES)
  if (body === null) {
    await response.body.cancel()
    throw unreachable('the answer is too large')
  }
  return body
}

/** Makes the library call through here too. It is `callProvider` that judges addresses, loopback included. */
export const throughCallProvider = {
  [customFetch]: (url: string, init: object) => callProvider(url, init),
  [allowInsecureRequests]: true,
}

/** The client learns that it failed, the log also why. */
export const failed = (reason: string): AppError => new AppError('oauth.failed', { cause: new Error(reason) })

export const unreachable = (reason: string): AppError =>
  new AppError('oauth.provider_unreachable', { cause: new Error(reason) })

/** The library's errors carry whole answers; of them only the message and the code go on. */
export function asFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { message, code, error: oauthError } = error as { message?: string; code?: string; error?: string }
  // Said in the redirect, by somebody who looked at the provider's page and did not want to go on.
  if (error instanceof AuthorizationResponseError && oauthError === 'access_denied')
    return new AppError('oauth.cancelled')
  const named = typeof oauthError === 'string' && /^[a-z_]{1,64}$/.test(oauthError) ? ` (${oauthError})` : ''
  return failed(`${code ?? 'unknown'}: ${message ?? ''}${named}`)
}
