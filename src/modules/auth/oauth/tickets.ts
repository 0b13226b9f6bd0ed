// A ticket carries what a provider said from the callback to the request that makes use of it. Invariants:
// 1. Tokens are never in a URL; the code of a ticket may be, in a fragment, so alone it is worth nothing: it counts
//    only with the verifier of the page that asked for it, or with the cookie of the browser that came back.
// 2. A ticket is used once, by one conditional statement, and lives five minutes.
import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { equalInConstantTime, randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { challengeOf, type ProviderIdentity } from '../../../providers/oauth/index.ts'
import { findTicket, insertTicket, takeTicket } from './repo.ts'

export const TICKET_LIFE_MS = 5 * MINUTE_MS

/** Holds the code of a ticket that is bound to the browser. */
export const TICKET_COOKIE = 'oauth-ticket'

export type KnownIdentity = ProviderIdentity & { provider: string }

export async function issueTicket(
  request: RequestContext,
  identity: KnownIdentity,
  returnChallenge: string | null,
): Promise<string> {
  const code = randomToken()
  await insertTicket(request.env.DB, {
    codeHash: await sha256Hex(code),
    ...identity,
    returnChallenge,
    expiresAt: request.now() + TICKET_LIFE_MS,
  })
  return code
}

/** What is shown for a ticket: the code with its verifier, or the cookie, with which the code may be left out. */
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
  const { returnChallenge, emailVerified, ...rest } = ticket
  const bound =
    returnChallenge === null
      ? proof.cookie !== undefined && equalInConstantTime(proof.cookie, code)
      : proof.codeVerifier !== undefined && (await challengeOf(proof.codeVerifier)) === returnChallenge
  if (!bound) throw invalid()
  return {
    identity: { ...rest, emailVerified: emailVerified === 1 },
    spend: async () => {
      if (!(await takeTicket(request.env.DB, codeHash, request.now()))) throw invalid()
    },
  }
}

const invalid = () =>
  new AppError('oauth.failed', { detail: 'The code is not valid any more; begin the sign-in again.' })
