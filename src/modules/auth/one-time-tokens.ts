// Tokens sent by mail. Invariants:
// 1. Only the hash is stored. A token works once: one conditional statement consumes it, as the guard of the commit that
//    does what the token is for.
// 2. A new token voids older ones of the same purpose.
// 3. A token is bound to the address it was sent to. Changing the address voids it.
import type { RequestContext } from '../../context.ts'
import { DAY_MS, HOUR_MS } from '../../core/clock.ts'
import { randomToken, sha256Hex } from '../../core/crypto.ts'
import type { Statement } from '../../db/commit.ts'
import type { OneTimePurpose } from '../../db/schema/index.ts'
import {
  consumeOneTimeTokenByHash,
  findTokenOwnerByHash,
  insertOneTimeToken,
  type TokenOwner,
  voidOneTimeTokens,
} from './one-time-token-repo.ts'

export const ONE_TIME_LIFE_MS: Record<OneTimePurpose, number> = {
  email_verify: DAY_MS,
  email_change: DAY_MS,
  password_reset: HOUR_MS,
}

export async function issueOneTimeToken(
  request: RequestContext,
  user: { id: string; email: string },
  purpose: OneTimePurpose,
): Promise<{ token: string; statements: Statement[] }> {
  const now = request.now()
  const token = randomToken()
  return {
    token,
    statements: [
      voidOneTimeTokens(user.id, purpose, now),
      insertOneTimeToken({
        tokenHash: await sha256Hex(token),
        userId: user.id,
        purpose,
        email: user.email,
        createdAt: now,
        expiresAt: now + ONE_TIME_LIFE_MS[purpose],
      }),
    ],
  }
}

/** The owner of a token that is valid now. `consumeOneTimeToken` checks again when it is used. */
export async function findTokenOwner(
  request: RequestContext,
  token: string,
  purpose: OneTimePurpose,
): Promise<TokenOwner | null> {
  return findTokenOwnerByHash(request.env.DB, await sha256Hex(token), purpose, request.now())
}

export const consumeOneTimeToken = async (
  token: string,
  purpose: OneTimePurpose,
  now: number,
): Promise<Statement> => consumeOneTimeTokenByHash(await sha256Hex(token), purpose, now)
