import * as z from 'zod'
import { Email } from '../../../http/text.ts'
import { OneTimeToken } from '../schema.ts'

/** The limit bounds the cost of hashing. `requireGoodPassword` checks whether a new password is good enough. */
export const Password = z.string().min(1).max(512)

export const ChangePassword = z
  .strictObject({ currentPassword: Password, newPassword: Password })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

export const ForgotPassword = z.strictObject({ email: Email }).meta({ id: 'ForgotPassword' })
export type ForgotPassword = z.infer<typeof ForgotPassword>

/** `password` is an alias for `newPassword`. */
const Reset = {
  token: OneTimeToken,
  revokeKeys: z
    .boolean()
    .optional()
    .meta({ description: 'Revokes all API keys of the account, in every team. Defaults to false.' }),
  unlinkIdentities: z.boolean().optional().meta({
    description:
      'Unlinks all sign-in providers, so only the new password remains for signing in. Defaults to false.',
  }),
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

/** The same for every address, so it does not reveal whether an account exists. */
export const MailAccepted = z.strictObject({ status: z.literal('accepted') }).meta({ id: 'MailAccepted' })
export type MailAccepted = z.infer<typeof MailAccepted>
