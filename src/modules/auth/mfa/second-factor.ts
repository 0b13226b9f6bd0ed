// Checks second-factor codes. Invariants:
// 1. A code works once. One conditional statement marks a TOTP step or a backup code as used, and only the request whose
//    statement changed the row succeeds.
// 2. An attempt is counted before the code is checked, so parallel guesses are all counted. Waits are capped; accounts are
//    never locked.
// 3. A second factor is required once it is confirmed. An unfinished setup changes nothing.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { openSecret, rewrapSecret, type SecretPlace } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import { actingAs } from '../acting-as.ts'
import { beginGuess } from '../brute-force.ts'
import {
  consumeBackupCodeByHash,
  consumeStep,
  findFactorOwner,
  findFactorsToRewrap,
  replaceFactorSecret,
} from './repo.ts'
import { matchingStep } from './totp.ts'

/** Throws if the user has a second factor and the code is not valid. Call it only after the first factor was correct. */
export async function requireSecondFactor(
  request: RequestContext,
  user: { id: string; mfaEnabled: boolean },
  mfaCode: string | undefined,
): Promise<void> {
  if (!user.mfaEnabled) return
  if (mfaCode === undefined) throw new AppError('auth.mfa_required')
  await consumeCode(request, user.id, mfaCode)
}

/** Spends a TOTP or backup code of a confirmed factor. Throws if the code is not valid. */
export async function consumeCode(request: RequestContext, userId: string, code: string): Promise<void> {
  const owner = await findFactorOwner(request.env.DB, userId)
  if (!owner?.secret || owner.confirmedAt === null) throw new AppError('auth.mfa_not_enabled')
  const factor = { ...owner, secret: owner.secret }
  await limitGuesses(request, owner, async () => {
    const given = code.replace(/[\s-]/g, '').toLowerCase()
    const good = /^\d{6}$/.test(given)
      ? await consumeTotp(request, factor, given)
      : await consumeBackupCode(request, factor, given)
    if (!good) throw new AppError('auth.invalid_mfa_code')
  })
}

type Owner = { userId: string; personalTeamId: string }

/**
 * Runs a check that throws if the code is wrong. Repeated wrong codes cause longer and longer waits. Every failure is
 * logged. Only the one that starts a wait is audited, so guessing cannot fill the audit log.
 */
export async function limitGuesses(
  request: RequestContext,
  owner: Owner,
  check: () => Promise<void>,
): Promise<void> {
  const attempt = await beginGuess(request, `mfa:${owner.userId}`)
  try {
    await check()
  } catch (error) {
    request.log.warn('second factor refused', { userId: owner.userId, address: request.address })
    if (attempt.startsWait) await auditWait(request, owner)
    throw error
  }
  await attempt.succeeded()
}

const auditWait = (request: RequestContext, owner: Owner) =>
  commit(actingFor(request, owner), {
    audit: {
      action: 'mfa.refused',
      targetType: 'user',
      targetId: owner.userId,
      after: { reason: 'repeated wrong codes' },
    },
  })

/** Without the request's idempotency key, which belongs to the operation that the code is for. */
const actingFor = (request: RequestContext, owner: Owner) => ({
  ...actingAs(request, { ...owner, id: owner.userId }),
  idempotency: null,
})

async function consumeTotp(
  request: RequestContext,
  owner: Owner & { secret: string },
  code: string,
): Promise<boolean> {
  const secret = await openSecret(request.settings.SECRETS_KEYS, factorPlace(owner), owner.secret)
  const step = await matchingStep(secret, code, request.now())
  return step !== null && consumeStep(request.env.DB, owner.userId, step)
}

async function consumeBackupCode(request: RequestContext, owner: Owner, code: string): Promise<boolean> {
  const consumed = await commit(actingFor(request, owner), {
    guard: consumeBackupCodeByHash(owner.userId, await hashBackupCode(code), request.now()),
    audit: { action: 'mfa.backup_code_used', targetType: 'user', targetId: owner.userId },
  })
  return consumed === 'done'
}

/** Backup codes have 128 random bits, so a plain hash is safe. Dashes and case only help reading. */
export const hashBackupCode = (code: string): Promise<string> =>
  sha256Hex(code.replace(/[\s-]/g, '').toLowerCase())

export const factorPlace = (owner: Owner): SecretPlace => ({
  team: owner.personalTeamId,
  table: 'totp_factors',
  row: owner.userId,
  column: 'secret',
})

/** Secrets that one tick re-encrypts at most. */
const MAX_REWRAPPED = 100

/** Re-encrypts secrets with the current key. Returns how many it changed; 0 means that all are done. */
export async function rewrapFactors(request: RequestContext, limit = MAX_REWRAPPED): Promise<number> {
  const ring = request.settings.SECRETS_KEYS
  if (Object.keys(ring.keys).length < 2) return 0
  let moved = 0
  for (const factor of await findFactorsToRewrap(request.env.DB, ring.current, limit)) {
    try {
      const rewrapped = await rewrapSecret(ring, factorPlace(factor), factor.secret)
      if (rewrapped === null) continue
      await replaceFactorSecret(request.env.DB, factor.userId, factor.secret, rewrapped)
      moved++
    } catch (error) {
      // A secret that cannot be decrypted must not block the others.
      request.log.error('failed to re-encrypt a second-factor secret', { userId: factor.userId, error })
    }
  }
  return moved
}
