import * as z from 'zod'
import { PLATFORM_ROLES } from '../../../db/schema/index.ts'
import { Email, PlainText } from '../../../http/text.ts'

export const Profile = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    /** The requested new address until it is confirmed. */
    pendingEmail: z.string().nullable(),
    name: z.string(),
    role: z.enum(PLATFORM_ROLES),
    personalTeamId: z.string(),
    avatarUrl: z.string().nullable(),
    hasPassword: z.boolean(),
    mfaEnabled: z.boolean(),
    lastSignInAt: z.iso.datetime().nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Profile' })
export type Profile = z.infer<typeof Profile>

const password = z.string().min(1).max(128)

export const UpdateProfile = z
  .strictObject({
    name: PlainText(100).optional(),
    email: Email.optional(),
    /** Required with `email` if the account has a password. */
    currentPassword: password.optional(),
  })
  .meta({ id: 'UpdateProfile' })
export type UpdateProfile = z.infer<typeof UpdateProfile>

export const ConfirmEmail = z.strictObject({ token: z.string().min(1).max(100) }).meta({ id: 'ConfirmEmail' })
export type ConfirmEmail = z.infer<typeof ConfirmEmail>

export const DeleteAccount = z.strictObject({ password: password.optional() }).meta({ id: 'DeleteAccount' })
export type DeleteAccount = z.infer<typeof DeleteAccount>
