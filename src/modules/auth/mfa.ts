// The second factor at work. Invariants:
// 1. A code is good once: a TOTP step and a backup code are each marked used by one conditional statement, and only
//    the request whose statement changed the row gets in.
// 2. A try is counted before the code is looked at, so parallel guesses are all counted. The wait is capped: never a lock.
// 3. A factor counts from the moment it is confirmed; an unfinished set-up asks nothing of anybody.
import type { RequestContext } from '../../context.ts'
import { sha256Hex } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { openSecret, rewrapSecret, type SecretPlace } from '../../core/secret-box.ts'
import { commit } from '../../db/commit.ts'
import { beginGuess } from './brute-force.ts'
import {
  backupCodeSpent,
  findFactorOwner,
  findFactorsToRewrap,
  replaceFactorSecret,
  spendStep,
} from './mfa-repo.ts'
import { onBehalfOf } from './sessions.ts'
import { matchingStep } from './totp.ts'

/** Throws unless the user has no second factor or the code is a good one. Called only after the first factor was right. */
export async function requireSecondFactor(
  request: RequestContext,
  user: { id: string; mfaEnabled: boolean },
  mfaCode: string | undefined,
): Promise<void> {
  if (!user.mfaEnabled) return
  if (mfaCode === undefined) throw new AppError('auth.mfa_required')
  await spendCode(request, user.id, mfaCode)
}

/** Takes a TOTP or a backup code of a confirmed factor out of use, or throws. */
export async function spendCode(request: RequestContext, userId: string, code: string): Promise<void> {
  const owner = await findFactorOwner(request.env.DB, userId)
  if (!owner?.secret || owner.confirmedAt === null) throw new AppError('auth.mfa_not_enabled')
  await limitGuesses(request, userId, async () => {
    const given = code.replace(/[\s-]/g, '').toLowerCase()
    const good = /^\d{6}$/.test(given)
      ? await spendTotp(request, { ...owner, secret: owner.secret ?? '' }, given)
      : await spendBackupCode(request, owner, given)
    if (!good) throw new AppError('auth.invalid_mfa_code')
  })
}

/** Runs a check of a code or password that throws when it is wrong; wrong ones in a row have to wait longer and longer. */
export async function limitGuesses(
  request: RequestContext,
  userId: string,
  check: () => Promise<void>,
): Promise<void> {
  const turn = await beginGuess(request, `mfa:${userId}`)
  await check()
  await turn.right()
}

async function spendTotp(
  request: RequestContext,
  owner: { userId: string; personalTeamId: string; secret: string },
  code: string,
): Promise<boolean> {
  const secret = await openSecret(request.settings.SECRETS_KEYS, factorPlace(owner), owner.secret)
  const step = await matchingStep(secret, code, request.now())
  return step !== null && spendStep(request.env.DB, owner.userId, step)
}

async function spendBackupCode(
  request: RequestContext,
  owner: { userId: string; personalTeamId: string },
  code: string,
): Promise<boolean> {
  const spent = await commit(
    // The idempotency key of the request belongs to what the code is spent for.
    { ...onBehalfOf(request, { ...owner, id: owner.userId }), idempotency: null },
    {
      guard: backupCodeSpent(owner.userId, await hashBackupCode(code), request.now()),
      audit: { action: 'mfa.backup_code_used', targetType: 'user', targetId: owner.userId },
    },
  )
  return spent === 'done'
}

/** Backup codes are 128 random bits, so a plain hash cannot be guessed back. Dashes and case are for the eye. */
export const hashBackupCode = (code: string): Promise<string> =>
  sha256Hex(code.replace(/[\s-]/g, '').toLowerCase())

export const factorPlace = (owner: { userId: string; personalTeamId: string }): SecretPlace => ({
  team: owner.personalTeamId,
  table: 'totp_factors',
  row: owner.userId,
  column: 'secret',
})

/** Puts up to `limit` secrets under the current key of the ring; answers how many there were. 0 means done. */
export async function rewrapFactors(request: RequestContext, limit: number): Promise<number> {
  const ring = request.settings.SECRETS_KEYS
  const factors = await findFactorsToRewrap(request.env.DB, ring.current, limit)
  for (const factor of factors) {
    const rewrapped = await rewrapSecret(ring, factorPlace(factor), factor.secret)
    // A factor that was set up anew in between is under the current key already and stays as it is.
    if (rewrapped !== null) await replaceFactorSecret(request.env.DB, factor.userId, factor.secret, rewrapped)
  }
  return factors.length
}
