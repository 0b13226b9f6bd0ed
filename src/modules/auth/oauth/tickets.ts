// A ticket carries what a provider said from the callback to the request that uses it. Invariants:
// 1. Tokens are never in a URL. The code of a ticket may be, in a fragment, so the code alone is worth nothing.
// 2. On our own site a code counts only with the cookie of the browser that came back, and with the page's verifier if
//    the page gave a challenge: who gets hold of the code, even with a verifier of their own, has no such cookie.
// 3. A page on another site cannot send that cookie; there the verifier alone counts.
// 4. A ticket is used once, by one conditional statement, and lives five minutes.
import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { equalInConstantTime, randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { challengeOf, type ProviderIdentity } from '../../../providers/oauth/index.ts'
import { findTicket, insertTicket, takeTicket } from './repo.ts'

export const TICKET_LIFE_MS = 5 * MINUTE_MS

/** Holds the code of a ticket that is bound to this browser. */
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

/** What is shown for a ticket. The code may be left out where the cookie holds it. */
export type TicketProof = {
  code?: string | undefined
  codeVerifier?: string | undefined
  cookie: string | undefined
}

/** The identity, and what uses the ticket up: called last, so that a missing second factor can be added. */
export async function openTicket(
  request: RequestContext,
  proof: TicketProof,
): Promise<{ identity: KnownIdentity; spend: () => Promise<void> }> {
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
    spend: async () => {
      if (!(await takeTicket(request.env.DB, codeHash, request.now()))) throw invalid()
    },
  }
}

const invalid = () =>
  new AppError('oauth.failed', {
    detail: 'The code is no longer valid, or another browser started this sign-in. Start again.',
  })
