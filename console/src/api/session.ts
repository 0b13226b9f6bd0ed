// The signed-in session. Invariants:
// 1. The access token is only in memory. The refresh token is in a cookie that scripts cannot read.
// 2. One refresh at a time across all tabs (navigator.locks). Concurrent callers wait for its result.
// 3. The lifetime of a token counts from its arrival, so a wrong clock does not matter (clock.ts corrects the times on the pages).
// 4. A tab that signs out notifies the others.
// 5. `onOwnerChange` runs before anyone else learns of a session, and whenever somebody signs out, even if the session had already ended.
// 6. If somebody else signs in in another tab, this tab belongs to them immediately: forms of the person before are empty again, and
//    nothing that they were about to send is sent (`client.ts`).
// 7. Whether a cookie may exist is remembered, so that a first visit sends no useless refresh.
import { syncClock } from './clock.ts'
import type { Schemas } from './contract.gen.ts'
import { Problem } from './problem.ts'

type Tokens = Schemas['Tokens']
export type SignedIn = { user: Schemas['SignedInUser'] }

const CONSOLE = { 'content-type': 'application/json', 'x-orrery-client': 'console' }
const MAY_HAVE_COOKIE = 'orrery.signed-in'
/** A token that expires sooner is renewed before use. */
const SPARE_MS = 30_000
const RETRY_MS = 400

let token: { text: string; endsAt: number } | null = null
let signedIn: SignedIn | null = null
let refreshing: Promise<string | null> | null = null
/** How the last session of this tab ended; null while there is one, and if there never was one. */
let sessionEnd: 'signed_out' | 'ended' | null = null
const listeners = new Set<() => void>()
let changeOwner: (userId: string | null) => void = () => undefined

const others = new BroadcastChannel('orrery-session')
others.onmessage = ({ data }: { data: 'signed-out' | { signedIn: SignedIn['user'] } }) => {
  if (data === 'signed-out') forget('signed_out')
  else if (signedIn !== null && signedIn.user.id !== data.signedIn.id) handOver(data.signedIn)
}

/** The cookie is already theirs. */
function handOver(user: SignedIn['user']): void {
  token = null
  signedIn = { user }
  changeOwner(user.id)
  for (const listener of listeners) listener()
}

function take({ accessToken, expiresIn, user }: Tokens): string {
  token = { text: accessToken, endsAt: performance.now() + expiresIn * 1000 - SPARE_MS }
  signedIn = { user }
  sessionEnd = null
  changeOwner(user.id)
  syncClock(accessToken)
  localStorage.setItem(MAY_HAVE_COOKIE, 'yes')
  for (const listener of listeners) listener()
  return accessToken
}

function forget(how: 'signed_out' | 'ended'): void {
  const isNews = signedIn !== null || sessionEnd !== how
  sessionEnd = how
  token = null
  signedIn = null
  localStorage.removeItem(MAY_HAVE_COOKIE)
  if (how === 'signed_out') changeOwner(null)
  if (!isNews) return
  for (const listener of listeners) listener()
}

export const currentUser = (): SignedIn | null => signedIn

export const howSessionEnded = (): typeof sessionEnd => sessionEnd

/** Receives the user whose data this tab may keep; null after signing out. */
export function onOwnerChange(change: typeof changeOwner): void {
  changeOwner = change
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

async function send(
  path: string,
  body?: unknown,
  more: { method?: string; token?: string | null } = {},
): Promise<Tokens> {
  const { method = 'POST', token: text } = more
  const response = await fetch(`/api/v1/auth${path}`, {
    method,
    headers: { ...CONSOLE, ...(text ? { authorization: `Bearer ${text}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw new Problem(response.status, answer, response.headers)
  return answer as Tokens
}

export const signIn = async (body: Schemas['Login']): Promise<void> => enter(await send('/login', body))

export const register = async (body: Schemas['Register']): Promise<void> =>
  enter(await send('/register', body))

export const exchange = async (body: Schemas['ExchangeOauth']): Promise<void> =>
  enter(await send('/oauth/exchange', body))

function enter(tokens: Tokens): void {
  take(tokens)
  others.postMessage({ signedIn: tokens.user })
}

/** Ends all other sessions. This one continues with new tokens. */
export const changePassword = async (body: Schemas['ChangePassword']): Promise<void> =>
  void take(await send('/password', body, { method: 'PUT', token: await accessToken() }))

/** The access token, renewed if it is about to expire; null if nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (token !== null && performance.now() < token.endsAt) return token.text
  if (localStorage.getItem(MAY_HAVE_COOKIE) === null) return null
  refreshing ??= navigator.locks
    .request('orrery-refresh', async () => {
      try {
        return take(await sendTwice('/refresh'))
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 429) throw error
        forget('ended')
        return null
      }
    })
    .finally(() => {
      refreshing = null
    })
  return refreshing
}

/** If the response is lost, the same cookie returns the same successor again. */
async function sendTwice(path: string): Promise<Tokens> {
  try {
    return await send(path)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    return send(path)
  }
}

/** Call it after a response that rejects the token: the next call renews it. */
export function dropToken(text: string): void {
  if (token?.text === text) token = null
}

/** Ends the session on the server, also if the token has just expired. Every tab forgets it in any case. */
export async function signOut(): Promise<void> {
  try {
    const text = await accessToken()
    if (text === null) return
    const response = await fetch('/api/v1/auth/logout', {
      method: 'POST',
      headers: { ...CONSOLE, authorization: `Bearer ${text}` },
    })
    if (!response.ok && response.status !== 401) throw new Problem(response.status, {}, response.headers)
  } finally {
    others.postMessage('signed-out')
    forget('signed_out')
  }
}
