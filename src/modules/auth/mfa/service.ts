import { renderSVG } from 'uqr'
import type { ServiceContext } from '../../../context.ts'
import { randomBytes, toHex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { openSecret, sealSecret } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { proveIdentity } from '../identity-proof.ts'
import { securityNotice } from '../security-notice.ts'
import {
  confirmFactor,
  deleteBackupCodes,
  deleteFactor,
  type FactorOwner,
  findFactorOwner,
  insertBackupCodes,
  setMfaEnabled,
  upsertFactor,
} from './repo.ts'
import type { BackupCodes, DisableMfa, MfaCode, MfaSetup, MfaState, SetUpMfa } from './schema.ts'
import { consumeCode, factorPlace, hashBackupCode, limitGuesses } from './second-factor.ts'
import { matchingStep, newTotpSecret, otpauthUrl } from './totp.ts'

const BACKUP_CODES = 10

/** Starts a setup. The second factor is not required until `verifyMfa` confirms it. */
export async function setUpMfa(ctx: ServiceContext, input: SetUpMfa): Promise<MfaSetup> {
  const owner = await ownerOf(ctx)
  await proveIdentity(ctx, input.password)
  const secret = newTotpSecret()
  const sealed = await sealSecret(ctx.settings.SECRETS_KEYS, factorPlace(owner), secret)
  const outcome = await commit(ctx, {
    guard: upsertFactor(owner.userId, sealed, ctx.now()),
    audit: { action: 'mfa.setup_begun', targetType: 'user', targetId: owner.userId },
  })
  if (outcome === 'guard_missed') throw new AppError('auth.mfa_already_enabled')
  const url = otpauthUrl(owner.email, secret)
  return { secret, otpauthUrl: url, qrCode: `data:image/svg+xml;base64,${btoa(renderSVG(url))}` }
}

export async function verifyMfa(ctx: ServiceContext, input: MfaCode): Promise<BackupCodes> {
  const owner = await ownerOf(ctx)
  if (owner.secret === null) throw new AppError('auth.mfa_not_enabled', { detail: 'Start the setup first.' })
  if (owner.confirmedAt !== null) throw new AppError('auth.mfa_already_enabled')
  const sealed = owner.secret
  let step: number | null = null
  await limitGuesses(ctx, owner, async () => {
    const secret = await openSecret(ctx.settings.SECRETS_KEYS, factorPlace(owner), sealed)
    step = await matchingStep(secret, input.code.replace(/\s/g, ''), ctx.now())
    if (step === null) throw new AppError('auth.invalid_mfa_code')
  })
  const codes = newBackupCodes()
  const confirmed = await commit(ctx, {
    guard: confirmFactor(owner.userId, sealed, step ?? 0, ctx.now()),
    statements: [
      setMfaEnabled(owner.userId, true, ctx.now()),
      deleteBackupCodes(owner.userId),
      insertBackupCodes(owner.userId, await Promise.all(codes.map(hashBackupCode))),
    ],
    audit: { action: 'mfa.enabled', targetType: 'user', targetId: owner.userId },
    messages: securityMessages(
      owner,
      'Two-step sign-in is on',
      'Signing in to your Orrery account now needs a code from your authenticator app, or one of your backup codes.',
    ),
  })
  if (confirmed === 'guard_missed') throw new AppError('resource.conflict')
  return { backupCodes: codes }
}

/** Requires both factors, like a sign-in. An account without a password gives only the second one. */
export async function disableMfa(ctx: ServiceContext, input: DisableMfa): Promise<MfaState> {
  const owner = await ownerOf(ctx)
  if (owner.mfaEnabled === 0) throw new AppError('auth.mfa_not_enabled')
  // Password guesses have their own counter: a correct password must not clear the counter of wrong codes.
  if (owner.passwordHash !== null) await proveIdentity(ctx, input.password)
  await consumeCode(ctx, owner.userId, input.code)
  const disabled = await commit(ctx, {
    guard: setMfaEnabled(owner.userId, false, ctx.now()),
    statements: [deleteFactor(owner.userId), deleteBackupCodes(owner.userId)],
    audit: { action: 'mfa.disabled', targetType: 'user', targetId: owner.userId },
    messages: securityMessages(
      owner,
      'Two-step sign-in is off',
      'Signing in to your Orrery account no longer needs a code.',
    ),
  })
  if (disabled === 'guard_missed') throw new AppError('auth.mfa_not_enabled')
  return { mfaEnabled: false }
}

export async function renewBackupCodes(ctx: ServiceContext, input: MfaCode): Promise<BackupCodes> {
  const owner = await ownerOf(ctx)
  await consumeCode(ctx, owner.userId, input.code)
  const codes = newBackupCodes()
  await commit(ctx, {
    statements: [
      deleteBackupCodes(owner.userId),
      insertBackupCodes(owner.userId, await Promise.all(codes.map(hashBackupCode))),
    ],
    audit: { action: 'mfa.backup_codes_renewed', targetType: 'user', targetId: owner.userId },
    messages: securityMessages(
      owner,
      'New backup codes',
      'Your Orrery account has new backup codes. The old ones no longer work.',
    ),
  })
  return { backupCodes: codes }
}

async function ownerOf(ctx: ServiceContext): Promise<FactorOwner> {
  const owner = await findFactorOwner(ctx.env.DB, ctx.actor.userId)
  if (owner === null) throw notFound('The user')
  return owner
}

/** 128 random bits each, in four groups for easier reading. */
const newBackupCodes = (): string[] =>
  Array.from({ length: BACKUP_CODES }, () => toHex(randomBytes(16)).replace(/(.{8})(?=.)/g, '$1-'))

/** By mail, and among the notifications. */
const securityMessages = (owner: FactorOwner, subject: string, text: string): QueueMessage[] => [
  {
    type: 'mail.send',
    to: owner.email,
    subject,
    text: `${text}\n\nIf this was not you, change your password now and check your sessions.`,
  },
  securityNotice(owner.userId, subject, text),
]
