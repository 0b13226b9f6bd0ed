import type { ServiceContext } from '../../context.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { findProof, type ProofRow } from './account-repo.ts'
import { beginGuess } from './brute-force.ts'
import { consumeCode } from './mfa/second-factor.ts'
import { verifyPassword } from './passwords/hash.ts'

/** For how long a provider sign-in counts as proof. */
const FRESH_MS = 10 * MINUTE_MS

/**
 * Confirms the user's identity before changes that could take over the account. A stolen session alone must not be enough.
 * Guesses are counted as at sign-in. Put the returned password hash into the guard of the change.
 *
 * Without a password, a recent sign-in is the proof or, on routes that accept one, a second-factor code.
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
        await consumeCode(ctx, actor.userId, mfaCode)
        return proof
      }
      throw new AppError('auth.fresh_sign_in_required', {
        detail: 'The account has no password. Sign in again with your provider and retry within ten minutes.',
      })
    }
    return proof
  }
  if (password === undefined)
    throw new AppError('auth.invalid_credentials', { detail: 'Your current password is required.' })
  const attempt = await beginGuess(ctx, `identity-proof:${actor.userId}`)
  if (!(await verifyPassword(ctx.settings, password, proof.passwordHash)))
    throw new AppError('auth.invalid_credentials', { detail: 'The current password is wrong.' })
  await attempt.succeeded()
  return proof
}
