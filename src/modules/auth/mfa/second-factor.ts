// The second factor at work. Invariants:
// 1. A code is good once: a TOTP step and a backup code are each marked used by one conditional statement, and only
//    the request whose statement changed the row gets in.
// 2. A try is counted before the code is looked at, so parallel guesses are all counted. The wait is capped: never a lock.
// 3. A factor counts from the moment it is confirmed; an unfinished set-up asks nothing of anybody.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { openSecret, rewrapSecret, type SecretPlace } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import { actingAs } from '../acting-as.ts'
import { beginGuess } from '../brute-force.ts'
import {
  backupCodeSpent,
  findFactorOwner,
  findFactorsToRewrap,
  replaceFactorSecret,
  spendStep,
} from './repo.ts'
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
  const factor = { ...owner, secret: owner.secret }
  await limitGuesses(request, owner, async () => {
    const given = code.replace(/[\s-]/g, '').toLowerCase()
    const good = /^\d{6}$/.test(given)
      ? await spendTotp(request, factor, given)
      : await spendBackupCode(request, factor, given)
    if (!good) throw new AppError('auth.invalid_mfa_code')
  })
}

type Owner = { userId: string; personalTeamId: string }

/**
 * Runs a check of a code or password that throws when it is wrong; wrong ones in a row have to wait longer and longer.
 * Each is a log line, and the one with which the waiting begins an audit entry, so that guessing cannot fill that log.
 */
export async function limitGuesses(
  request: RequestContext,
  owner: Owner,
  check: () => Promise<void>,
): Promise<void> {
  const turn = await beginGuess(request, `mfa:${owner.userId}`)
  try {
    await check()
  } catch (error) {
    request.log.warn('second factor refused', { userId: owner.userId, address: request.address })
    if (turn.waitBegins) await noteWaiting(request, owner)
    throw error
  }
  await turn.right()
}

const noteWaiting = (request: RequestContext, owner: Owner) =>
  commit(actingFor(request, owner), {
    audit: {
      action: 'mfa.refused',
      targetType: 'user',
      targetId: owner.userId,
      after: { reason: 'repeated wrong codes' },
    },
  })

/** The idempotency key of the request belongs to what the code is spent for, not to the spending. */
const actingFor = (request: RequestContext, owner: Owner) => ({
  ...actingAs(request, { ...owner, id: owner.userId }),
  idempotency: null,
})

async function spendTotp(
  request: RequestContext,
  owner: Owner & { secret: string },
  code: string,
): Promise<boolean> {
  const secret = await openSecret(request.settings.SECRETS_KEYS, factorPlace(owner), owner.secret)
  const step = await matchingStep(secret, code, request.now())
  return step !== null && spendStep(request.env.DB, owner.userId, step)
}

async function spendBackupCode(request: RequestContext, owner: Owner, code: string): Promise<boolean> {
  const spent = await commit(actingFor(request, owner), {
    guard: backupCodeSpent(owner.userId, await hashBackupCode(code), request.now()),
    audit: { action: 'mfa.backup_code_used', targetType: 'user', targetId: owner.userId },
  })
  return spent === 'done'
}

/** Backup codes are 128 random bits, so a plain hash cannot be guessed back. Dashes and case are for the eye. */
export const hashBackupCode = (code: string): Promise<string> =>
  sha256Hex(code.replace(/[\s-]/g, '').toLowerCase())

export const factorPlace = (owner: Owner): SecretPlace => ({
  team: owner.personalTeamId,
  table: 'totp_factors',
  row: owner.userId,
  column: 'secret',
})

/** Puts up to `limit` secrets under the current key of the ring; answers how many it moved. 0 means that it is done. */
export async function rewrapFactors(request: RequestContext, limit: number): Promise<number> {
  const ring = request.settings.SECRETS_KEYS
  let moved = 0
  for (const factor of await findFactorsToRewrap(request.env.DB, ring.current, limit)) {
    try {
      const rewrapped = await rewrapSecret(ring, factorPlace(factor), factor.secret)
      if (rewrapped === null) continue
      await replaceFactorSecret(request.env.DB, factor.userId, factor.secret, rewrapped)
      moved++
    } catch (error) {
      // One that does not open any more must not keep the others from being moved.
      request.log.error('a second factor could not be re-wrapped', { userId: factor.userId, error })
    }
  }
  return moved
}
