import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { registrationMode } from '../../../core/platform-settings.ts'
import { loadSettings } from '../../../db/platform-settings.ts'
import { findOpenOffer } from '../repo/offers.ts'
import type { InvitationOffer } from '../schema/invitation.ts'

/** Changes nothing. Used, revoked, expired and unknown tokens get the same error. */
export async function getInvitationOffer(request: RequestContext, token: string): Promise<InvitationOffer> {
  const offer = await findOpenOffer(request.env.DB, await sha256Hex(token), request.now())
  if (offer === null) throw new AppError('invitation.invalid')
  const { registration } = await loadSettings(request.env.DB)
  return {
    ...offer,
    expiresAt: toIso(offer.expiresAt),
    hasAccount: offer.hasAccount === 1,
    mayRegister:
      offer.hasAccount === 0 && registrationMode(request.settings.REGISTRATION, registration) !== 'closed',
  }
}

/** The token was sent by mail, so whoever has it can read the mail of that address. */
export async function provesAddress(request: RequestContext, token: string, email: string): Promise<boolean> {
  const offer = await findOpenOffer(request.env.DB, await sha256Hex(token), request.now())
  return offer?.email === email
}
