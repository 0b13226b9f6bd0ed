// Tokens sent by mail. Invariants:
// 1. Only the hash is kept, and a token is good once: spending it is one conditional statement, the guard of the commit
//    that does what the token is for.
// 2. A new token voids the older ones of the same purpose.
// 3. A token is bound to the address it was sent to: a later change of address voids it.
import type { RequestContext } from '../../context.ts'
import { DAY_MS, HOUR_MS } from '../../core/clock.ts'
import { randomToken, sha256Hex } from '../../core/crypto.ts'
import { type Statement, statement } from '../../db/commit.ts'
import type { OneTimePurpose } from '../../db/schema/index.ts'
import { IS_UNPROVEN } from './account-repo.ts'

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
      statement(
        'INSERT INTO one_time_tokens (token_hash, user_id, purpose, subject, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
        await sha256Hex(token),
        user.id,
        purpose,
        user.email,
        now,
        now + ONE_TIME_LIFE_MS[purpose],
      ),
    ],
  }
}

/** Whose token it is, when it is still good; that it is good when it is spent is for `spendOneTimeToken` to say. */
export async function findTokenOwner(
  request: RequestContext,
  token: string,
  purpose: OneTimePurpose,
): Promise<{ userId: string; email: string; personalTeamId: string; unproven: number } | null> {
  return request.env.DB.prepare(
    `SELECT u.id AS userId, u.email AS email, u.personal_team_id AS personalTeamId,
       (${IS_UNPROVEN}) AS unproven
     FROM one_time_tokens t JOIN users u ON u.id = t.user_id AND u.email = t.subject
     WHERE t.token_hash = ? AND t.purpose = ? AND t.used_at IS NULL AND t.expires_at > ?`,
  )
    .bind(await sha256Hex(token), purpose, request.now())
    .first()
}

export const spendOneTimeToken = async (
  token: string,
  purpose: OneTimePurpose,
  now: number,
): Promise<Statement> =>
  statement(
    `UPDATE one_time_tokens SET used_at = ?1 WHERE token_hash = ?2 AND purpose = ?3 AND used_at IS NULL AND expires_at > ?1
       AND subject = (SELECT email FROM users WHERE id = user_id)`,
    now,
    await sha256Hex(token),
    purpose,
  )

export const voidOneTimeTokens = (userId: string, purpose: OneTimePurpose, now: number): Statement =>
  statement(
    'UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND purpose = ? AND used_at IS NULL',
    now,
    userId,
    purpose,
  )
