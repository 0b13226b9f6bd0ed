import * as z from 'zod'
import { Password } from '../passwords/schema.ts'

const Code = z.string().trim().min(6).max(64)

export const SetUpMfa = z
  .strictObject({
    password: Password.optional().meta({ description: 'Required if the account has a password.' }),
  })
  .meta({ id: 'SetUpMfa' })
export type SetUpMfa = z.infer<typeof SetUpMfa>

export const MfaSetup = z
  .strictObject({
    /** Base32, for typing it in by hand. */
    secret: z.string(),
    otpauthUrl: z.string(),
    /** An SVG image as a data URL. */
    qrCode: z.string(),
  })
  .meta({ id: 'MfaSetup' })
export type MfaSetup = z.infer<typeof MfaSetup>

export const MfaCode = z.strictObject({ code: Code }).meta({ id: 'MfaCode' })
export type MfaCode = z.infer<typeof MfaCode>

export const DisableMfa = z
  .strictObject({
    password: Password.optional().meta({ description: 'Required if the account has a password.' }),
    code: Code.meta({ description: 'A code from the authenticator app, or a backup code.' }),
  })
  .meta({ id: 'DisableMfa' })
export type DisableMfa = z.infer<typeof DisableMfa>

export const BackupCodes = z.strictObject({ backupCodes: z.array(z.string()) }).meta({
  id: 'BackupCodes',
  description: 'Each backup code works once in place of an app code. They are shown only once.',
})
export type BackupCodes = z.infer<typeof BackupCodes>

export const MfaState = z.strictObject({ mfaEnabled: z.boolean() }).meta({ id: 'MfaState' })
export type MfaState = z.infer<typeof MfaState>
