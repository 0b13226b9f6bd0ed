// Changing the email address. Invariants:
// 1. A change requires the password (or a recent sign-in) and the token sent to the new address, both from the same account.
// 2. It does not reveal whether an address has an account. The response is always the same; only the owner of a taken address
//    gets a mail about it.
// 3. The old address gets a mail when a change is requested and when it is complete.
import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { type Change, commit } from '../../../db/commit.ts'
import { rateLimiter } from '../../../objects/rate-limiter.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import {
  findEmailChange,
  guardEmailChange,
  insertOneTimeToken,
  proveIdentity,
  securityNotice,
  voidOneTimeTokens,
} from '../../auth/index.ts'
import { isEmailTaken, setEmail } from '../repo/email-change.ts'
import type { ConfirmEmail, Profile } from '../schema/profile.ts'
import { getProfile } from './profile.ts'

const CHANGE_LIFE_MS = DAY_MS
const MAILS_PER_USER = { limit: 10, windowMs: HOUR_MS }

/** Returns the statements and mails for the commit. Requesting the current address cancels a pending change. */
export async function beginEmailChange(
  ctx: ServiceContext,
  email: string,
  password: string | undefined,
): Promise<Pick<Change, 'statements' | 'messages'>> {
  const { userId, email: oldEmail } = ctx.actor
  await proveIdentity(ctx, password)
  const now = ctx.now()
  // A user has at most one pending change. A new one voids the previous token.
  const statements = [voidOneTimeTokens(userId, 'email_change', now)]
  if (email === oldEmail) return { statements }
  await takeMail(ctx)
  const token = randomToken()
  const tokenHash = await sha256Hex(token)
  const life = { createdAt: now, expiresAt: now + CHANGE_LIFE_MS }
  statements.push(insertOneTimeToken({ tokenHash, userId, purpose: 'email_change', email, ...life }))
  const taken = await isEmailTaken(ctx.env.DB, email)
  return {
    statements,
    messages: [
      taken ? addressTakenMail(email) : confirmMail(ctx, email, token),
      changeRequestedMail(oldEmail),
    ],
  }
}

export async function confirmEmail(
  ctx: ServiceContext,
  input: ConfirmEmail,
  expected: Expected,
): Promise<Profile> {
  const { userId, email: oldEmail } = ctx.actor
  const seenVersion = expected === null ? null : requireExpected(expected, (await getProfile(ctx)).version)
  const now = ctx.now()
  const tokenHash = await sha256Hex(input.token)
  const email = await findEmailChange(ctx.env.DB, tokenHash, userId, now)
  if (email === null) throw new AppError('auth.invalid_one_time_token')
  const outcome = await commit(ctx, {
    guard: guardEmailChange(tokenHash, userId, seenVersion, now),
    statements: [setEmail(userId, email, now)],
    audit: {
      action: 'email.changed',
      targetType: 'user',
      targetId: userId,
      before: await auditedAddress(oldEmail),
      after: await auditedAddress(email),
    },
    messages: [
      changedMail(oldEmail),
      securityNotice(userId, 'Your email address was changed', 'Mails now go to the new address.'),
    ],
  })
  if (outcome === 'guard_missed') {
    const stillValid = await findEmailChange(ctx.env.DB, tokenHash, userId, now)
    if (stillValid === null) throw new AppError('auth.invalid_one_time_token')
    if (expected !== null) requireExpected(expected, (await getProfile(ctx)).version)
    throw new AppError('auth.email_taken')
  }
  return getProfile(ctx)
}

async function takeMail(ctx: ServiceContext): Promise<void> {
  if (!ctx.settings.RATE_LIMITS) return
  const bucket = rateLimiter(ctx.env.RATE_LIMITER, `email-change:${ctx.actor.userId}`)
  const decision = await bucket.take(MAILS_PER_USER)
  if (decision.allowed) return
  throw new AppError('rate.limited', { retryAfterSeconds: Math.ceil(decision.retryAfterMs / 1000) })
}

const mail = (to: string, subject: string, lines: string[]): QueueMessage => ({
  type: 'mail.send',
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

const confirmMail = (ctx: ServiceContext, to: string, token: string): QueueMessage =>
  mail(to, 'Confirm your new email address', [
    'To use this address for your account, sign in and send this token to',
    `POST ${ctx.settings.PUBLIC_URL}/api/v1/users/profile/email:`,
    '',
    token,
    '',
    'The token is valid for 24 hours. If you did not request this change, ignore this email.',
  ])

const addressTakenMail = (to: string): QueueMessage =>
  mail(to, 'Your email address already has an account', [
    'Someone asked to use this address for another account. Your account already uses it, so nothing was changed.',
  ])

const changeRequestedMail = (to: string): QueueMessage =>
  mail(to, 'A change of your email address was requested', [
    'Someone asked to change the email address of your account. It will change once the new address is confirmed.',
    '',
    'If it was not you, change your password now: whoever asked knows it.',
  ])

const changedMail = (to: string): QueueMessage =>
  mail(to, 'Your email address was changed', [
    'Your account now has a new email address. This one is no longer in use.',
    '',
    'If it was not you, contact the operator of this service.',
  ])
