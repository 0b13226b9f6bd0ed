// Every request to a sign-in provider goes through here. Invariants:
// 1. It ends: headers and body have a time limit, the size is limited, and no redirect is followed.
// 2. It is encrypted, except to loopback. The operator chooses the provider's address, but its metadata contains more
//    addresses, so each one is checked.
// 3. Failures are reported as a code. Bodies may contain tokens, and never appear in errors or logs.
import { AuthorizationResponseError, allowInsecureRequests, customFetch } from 'oauth4webapi'
import { AppError } from '../../core/errors.ts'
import { gather } from '../../core/read-chunks.ts'

const TIME_LIMIT_MS = 5_000
const MAX_BYTES = 512 * 1024

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether a provider may be called at this URL. */
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

/** Makes the library call through here too. `callProvider` checks the URLs, including loopback. */
export const throughCallProvider = {
  [customFetch]: (url: string, init: object) => callProvider(url, init),
  [allowInsecureRequests]: true,
}

/** The client learns that it failed, and the log why. */
export const failed = (reason: string): AppError => new AppError('oauth.failed', { cause: new Error(reason) })

export const unreachable = (reason: string): AppError =>
  new AppError('oauth.provider_unreachable', { cause: new Error(reason) })

/** The library's errors contain whole responses. Only the message and the code are passed on. */
export function asFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { message, code, error: oauthError } = error as { message?: string; code?: string; error?: string }
  // Part of the redirect if the person has cancelled on the provider's page.
  if (error instanceof AuthorizationResponseError && oauthError === 'access_denied')
    return new AppError('oauth.cancelled')
  const named = typeof oauthError === 'string' && /^[a-z_]{1,64}$/.test(oauthError) ? ` (${oauthError})` : ''
  return failed(`${code ?? 'unknown'}: ${message ?? ''}${named}`)
}
