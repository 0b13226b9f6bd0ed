import * as z from 'zod'
import { Email } from '../../../http/text.ts'
import { OneTimeToken } from '../schema.ts'

/** Bounded for the hash's sake; whether a new one is good enough is judged by the password rules. */
export const Password = z.string().min(1).max(512)

export const ChangePassword = z
  .strictObject({ currentPassword: Password, newPassword: Password })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

export const ForgotPassword = z.strictObject({ email: Email }).meta({ id: 'ForgotPassword' })
export type ForgotPassword = z.infer<typeof ForgotPassword>

/** `password`, as at registration, is taken for `newPassword`. */
const Reset = {
  token: OneTimeToken,
  revokeKeys: z
    .boolean()
    .optional()
    .meta({ description: 'Revokes all API keys of the account, in every team. Without it they stay.' }),
  unlinkIdentities: z
    .boolean()
    .optional()
    .meta({ description: 'Unlinks all sign-in providers; the new password is the way in that stays.' }),
}

export const ResetPassword = z
  .union([
    z.strictObject({ ...Reset, newPassword: Password }),
    z.strictObject({ ...Reset, password: Password }),
  ])
  .transform(({ token, revokeKeys = false, unlinkIdentities = false, ...body }) => ({
    token,
    newPassword: 'newPassword' in body ? body.newPassword : body.password,
    revokeKeys,
    unlinkIdentities,
  }))
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.infer<typeof ResetPassword>

/** The same for every address, so that it says nothing about who has an account. */
export const MailOnItsWay = z.strictObject({ status: z.literal('accepted') }).meta({ id: 'MailOnItsWay' })
export type MailOnItsWay = z.infer<typeof MailOnItsWay>
