import { sha256Hex } from '../core/crypto.ts'

/**
 * The form of an email address in the audit log, which outlives accounts. Anyone who knows the address can check for it, but it cannot
 * be read from the log.
 */
export const auditedAddress = async (email: string): Promise<{ emailSha256: string }> => ({
  emailSha256: await sha256Hex(email),
})
