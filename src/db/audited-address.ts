import { sha256Hex } from '../core/crypto.ts'

/**
 * How an e-mail address stands in the audit log, which outlives accounts: who has the address can tell that it was this
 * one, but it cannot be read from the log.
 */
export const auditedAddress = async (email: string): Promise<{ emailSha256: string }> => ({
  emailSha256: await sha256Hex(email),
})
