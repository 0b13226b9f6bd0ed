import * as z from 'zod'

const Code = z.string().trim().min(6).max(64)

export const MfaSetup = z
  .strictObject({
    /** Base 32, for typing it in by hand. */
    secret: z.string(),
    otpauthUrl: z.string(),
    /** An SVG as a data URL. */
    qrCode: z.string(),
  })
  .meta({ id: 'MfaSetup' })
export type MfaSetup = z.infer<typeof MfaSetup>

export const MfaCode = z.strictObject({ code: Code }).meta({ id: 'MfaCode' })
export type MfaCode = z.infer<typeof MfaCode>

export const DisableMfa = z
  .strictObject({ password: z.string().min(1).max(128).optional(), code: Code.optional() })
  .refine((body) => body.password !== undefined || body.code !== undefined, {
    message: 'Give the password or a code',
  })
  .meta({ id: 'DisableMfa' })
export type DisableMfa = z.infer<typeof DisableMfa>

export const BackupCodes = z
  .strictObject({ backupCodes: z.array(z.string()) })
  .meta({ id: 'BackupCodes', description: 'Each good once, in place of a code. They are not shown again.' })
export type BackupCodes = z.infer<typeof BackupCodes>

export const MfaState = z.strictObject({ mfaEnabled: z.boolean() }).meta({ id: 'MfaState' })
export type MfaState = z.infer<typeof MfaState>
