// A change of address. Invariants:
// 1. It takes the password (or a fresh sign-in), and the token that was sent to the new address, from the same account.
// 2. Nobody learns from it whether an address has an account: what is asked is answered alike, and only who reads the
//    mail of a taken address is told.
// 3. The old address is told when a change is asked for and when it is done.
import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { type Change, commit } from '../../../db/commit.ts'
import { rateLimiter } from '../../../objects/rate-limiter.ts'
import type { QueueMessage } from '../../../queue/messages.ts'
import { proveIdentity } from '../../auth/index.ts'
import {
  findEmailChange,
  guardEmailChange,
  insertEmailChange,
  isEmailTaken,
  setEmail,
  voidEmailChanges,
} from '../repo/email-change.ts'
import type { ConfirmEmail, Profile } from '../schema/profile.ts'
import { getProfile } from './profile.ts'

const CHANGE_LIFE_MS = DAY_MS
const MAILS_OF_A_USER = { limit: 10, windowMs: HOUR_MS }

/** What belongs into the batch. Asking for the address that the account has already takes a pending change back. */
export async function beginEmailChange(
  ctx: ServiceContext,
  email: string,
  password: string | undefined,
): Promise<Pick<Change, 'statements' | 'messages'>> {
  const { userId, email: oldEmail } = ctx.actor
  await proveIdentity(ctx, password)
  const now = ctx.now()
  const statements = [voidEmailChanges(userId, now)]
  if (email === oldEmail) return { statements }
  await takeMail(ctx)
  const token = randomToken()
  const tokenHash = await sha256Hex(token)
  statements.push(insertEmailChange(userId, { tokenHash, email, expiresAt: now + CHANGE_LIFE_MS }, now))
  const taken = await isEmailTaken(ctx.env.DB, email)
  return {
    statements,
    messages: [taken ? takenMail(email) : confirmMail(ctx, email, token), askedMail(oldEmail)],
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
  const done = await commit(ctx, {
    guard: guardEmailChange(tokenHash, userId, seenVersion, now),
    statements: [setEmail(userId, email, now)],
    audit: {
      action: 'email.changed',
      targetType: 'user',
      targetId: userId,
      before: await auditedAddress(oldEmail),
      after: await auditedAddress(email),
    },
    messages: [changedMail(oldEmail)],
  })
  if (done === 'guard_missed') {
    const stillGood = await findEmailChange(ctx.env.DB, tokenHash, userId, now)
    if (stillGood === null) throw new AppError('auth.invalid_one_time_token')
    if (expected !== null) requireExpected(expected, (await getProfile(ctx)).version)
    throw new AppError('auth.email_taken')
  }
  return getProfile(ctx)
}

async function takeMail(ctx: ServiceContext): Promise<void> {
  if (!ctx.settings.RATE_LIMITS) return
  const bucket = rateLimiter(ctx.env.RATE_LIMITER, `email-change:${ctx.actor.userId}`)
  const decision = await bucket.take(MAILS_OF_A_USER)
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
  mail(to, 'Confirm your new e-mail address', [
    'To use this address for your account, send this token, signed in, to',
    `POST ${ctx.settings.PUBLIC_URL}/api/v1/users/profile/email:`,
    '',
    token,
    '',
    'It is good for 24 hours. If you have not asked for it, nothing needs to be done.',
  ])

const takenMail = (to: string): QueueMessage =>
  mail(to, 'Your e-mail address has an account already', [
    'Somebody, perhaps you, asked to use this address for another account. It belongs to yours, so nothing was changed.',
  ])

const askedMail = (to: string): QueueMessage =>
  mail(to, 'A new e-mail address was asked for', [
    'Somebody, we hope you, asked to change the e-mail address of your account. It changes once the new one is confirmed.',
    '',
    'If it was not you, change your password at once: it was known to whoever asked.',
  ])

const changedMail = (to: string): QueueMessage =>
  mail(to, 'Your e-mail address was changed', [
    'Your account has a new e-mail address now; this one is no longer in use.',
    '',
    'If it was not you, tell the operator of this service.',
  ])
