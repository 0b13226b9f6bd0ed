// Who is signed in here. Invariants:
// 1. The access token is in memory only. The refresh token is in a cookie that scripts cannot read.
// 2. One refresh at a time, over all tabs (navigator.locks); who comes meanwhile waits for its answer.
// 3. When a token ends is counted from its arrival, so a wrong clock changes nothing.
// 4. A tab that signs out tells the others.
// 5. Whether there may be a cookie is remembered, so that a first visit does not ask for what cannot be.
import type { Schemas } from './contract.gen.ts'
import { Problem } from './problem.ts'

type Tokens = Schemas['Tokens']
export type SignedIn = { user: Schemas['SignedInUser'] }

const CONSOLE = { 'content-type': 'application/json', 'x-orrery-client': 'console' }
const MAY_HAVE_COOKIE = 'orrery.signed-in'
/** A token that ends sooner is renewed before it is used. */
const SPARE_MS = 30_000
const RETRY_MS = 400

let token: { text: string; endsAt: number } | null = null
let signedIn: SignedIn | null = null
let refreshing: Promise<string | null> | null = null
const listeners = new Set<() => void>()

const others = new BroadcastChannel('orrery-session')
others.onmessage = ({ data }) => {
  if (data === 'signed-out') forget()
}

function take({ accessToken, expiresIn, user }: Tokens): string {
  token = { text: accessToken, endsAt: performance.now() + expiresIn * 1000 - SPARE_MS }
  signedIn = { user }
  localStorage.setItem(MAY_HAVE_COOKIE, 'yes')
  for (const listener of listeners) listener()
  return accessToken
}

function forget(): void {
  token = null
  localStorage.removeItem(MAY_HAVE_COOKIE)
  if (signedIn === null) return
  signedIn = null
  for (const listener of listeners) listener()
}

export const currentUser = (): SignedIn | null => signedIn

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

export const signIn = async (body: Schemas['Login']): Promise<void> => void take(await send('/login', body))

export const register = async (body: Schemas['Register']): Promise<void> =>
  void take(await send('/register', body))

export const exchange = async (body: Schemas['ExchangeOauth']): Promise<void> =>
  void take(await send('/oauth/exchange', body))

/** Ends all other sessions; this one goes on with new tokens. */
export const changePassword = async (body: Schemas['ChangePassword']): Promise<void> =>
  void take(await send('/password', body, { method: 'PUT', token: await accessToken() }))

/** The access token, renewed when it is about to end; null for who is not signed in. */
export async function accessToken(): Promise<string | null> {
  if (token !== null && performance.now() < token.endsAt) return token.text
  if (localStorage.getItem(MAY_HAVE_COOKIE) === null) return null
  refreshing ??= navigator.locks
    .request('orrery-refresh', async () => {
      try {
        return take(await sendTwice('/refresh'))
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 429) throw error
        forget()
        return null
      }
    })
    .finally(() => {
      refreshing = null
    })
  return refreshing
}

/** An answer may be lost on its way; the same cookie then gets the same successor. */
async function sendTwice(path: string): Promise<Tokens> {
  try {
    return await send(path)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    return send(path)
  }
}

/** After an answer that says the token counts no longer: the next call renews it. */
export function dropToken(text: string): void {
  if (token?.text === text) token = null
}

export async function signOut(): Promise<void> {
  const text = token?.text
  try {
    if (text !== undefined)
      await fetch('/api/v1/auth/logout', {
        method: 'POST',
        headers: { ...CONSOLE, authorization: `Bearer ${text}` },
      })
  } finally {
    others.postMessage('signed-out')
    forget()
  }
}
