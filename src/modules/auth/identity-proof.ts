import type { ServiceContext } from '../../context.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { findProof, type ProofRow } from './account-repo.ts'
import { beginGuess } from './brute-force.ts'
import { spendCode } from './mfa/second-factor.ts'
import { verifyPassword } from './passwords/hash.ts'

/** How long a sign-in with a provider counts as proof. */
const FRESH_MS = 10 * MINUTE_MS

/**
 * Asks again who it is before something that could take the account away: a stolen session alone must not do. Guesses
 * are counted like those at the sign-in. The password's hash in the answer belongs into the guard of the change.
 *
 * An account without a password is proven by a sign-in of the last minutes or, where a route takes one, by a code of its
 * second factor.
 */
export async function proveIdentity(
  ctx: ServiceContext,
  password: string | undefined,
  mfaCode?: string,
): Promise<ProofRow> {
  const { actor } = ctx
  if (actor.kind !== 'user') throw new AppError('auth.fresh_sign_in_required')
  const proof = await findProof(ctx.env.DB, actor.userId, actor.sessionId)
  if (proof === null) throw new AppError('auth.invalid_token')
  if (proof.passwordHash === null) {
    const at = proof.sessionCreatedAt
    if (at === null || ctx.now() - at > FRESH_MS) {
      if (mfaCode !== undefined) {
        await spendCode(ctx, actor.userId, mfaCode)
        return proof
      }
      throw new AppError('auth.fresh_sign_in_required', {
        detail:
          'The account has no password: sign in again with your provider and repeat this within ten minutes.',
      })
    }
    return proof
  }
  if (password === undefined)
    throw new AppError('auth.invalid_credentials', { detail: 'This needs your current password.' })
  const turn = await beginGuess(ctx, `identity-proof:${actor.userId}`)
  if (!(await verifyPassword(password, proof.passwordHash)))
    throw new AppError('auth.invalid_credentials', { detail: 'The current password is wrong.' })
  await turn.right()
  return proof
}
