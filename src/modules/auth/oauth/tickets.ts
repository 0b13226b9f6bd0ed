// A ticket stores a provider's identity between the callback and the request that uses it. Invariants:
// 1. Tokens never appear in a URL. The code of a ticket may appear in a fragment, so the code alone is not enough.
// 2. On our own site a code works only with the cookie of the browser that returned, and with the page's verifier if the page
//    sent a challenge. An attacker with the code, even with their own verifier, does not have that cookie.
// 3. A page on another site cannot send that cookie. There only the verifier counts.
// 4. A ticket works once, by one conditional statement, and expires after five minutes.
import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { equalInConstantTime, randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { challengeOf, type ProviderIdentity } from '../../../providers/oauth/index.ts'
import { consumeTicket, findTicket, insertTicket } from './repo.ts'

export const TICKET_LIFE_MS = 5 * MINUTE_MS

/** Contains the code of a ticket that is bound to this browser. */
export const TICKET_COOKIE = 'oauth-ticket'

export type KnownIdentity = ProviderIdentity & { provider: string }

export async function issueTicket(
  request: RequestContext,
  identity: KnownIdentity,
  binding: { returnChallenge: string | null; browserBound: boolean },
): Promise<string> {
  const code = randomToken()
  await insertTicket(request.env.DB, {
    codeHash: await sha256Hex(code),
    ...identity,
    ...binding,
    expiresAt: request.now() + TICKET_LIFE_MS,
  })
  return code
}

/** The proof for a ticket. The code may be omitted if the cookie has it. */
export type TicketProof = {
  code?: string | undefined
  codeVerifier?: string | undefined
  cookie: string | undefined
}

/** Returns the identity and a function that consumes the ticket. Call it last, so the client can retry with a second factor. */
export async function openTicket(
  request: RequestContext,
  proof: TicketProof,
): Promise<{ identity: KnownIdentity; consume: () => Promise<void> }> {
  const code = proof.code ?? proof.cookie
  if (code === undefined) throw invalid()
  const codeHash = await sha256Hex(code)
  const ticket = await findTicket(request.env.DB, codeHash, request.now())
  if (ticket === null) throw invalid()
  const { returnChallenge, browserBound, emailVerified, ...rest } = ticket
  const isBrowser = proof.cookie !== undefined && equalInConstantTime(proof.cookie, code)
  const isPage =
    proof.codeVerifier !== undefined && (await challengeOf(proof.codeVerifier)) === returnChallenge
  // A ticket that is not bound to a browser always has a challenge.
  if (browserBound === 1 && !isBrowser) throw invalid()
  if ((browserBound === 0 || returnChallenge !== null) && !isPage) throw invalid()
  return {
    identity: { ...rest, emailVerified: emailVerified === 1 },
    consume: async () => {
      if (!(await consumeTicket(request.env.DB, codeHash, request.now()))) throw invalid()
    },
  }
}

const invalid = () =>
  new AppError('oauth.failed', {
    detail: 'The code is no longer valid, or another browser started this sign-in. Start again.',
  })
