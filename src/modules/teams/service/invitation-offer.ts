import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { findOpenOffer } from '../repo/invitations.ts'
import type { InvitationOffer } from '../schema/invitation.ts'

/** Looking changes nothing. A token that is used, revoked, expired or unknown is answered alike. */
export async function lookUpInvitation(request: RequestContext, token: string): Promise<InvitationOffer> {
  const offer = await findOpenOffer(request.env.DB, await sha256Hex(token), request.now())
  if (offer === null) throw new AppError('invitation.invalid')
  return {
    ...offer,
    expiresAt: toIso(offer.expiresAt),
    hasAccount: offer.hasAccount === 1,
    mayRegister: offer.hasAccount === 0 && request.settings.REGISTRATION !== 'closed',
  }
}

/** The token came by mail, so whoever has it reads the mail of the address that it was sent to. */
export async function provesAddress(request: RequestContext, token: string, email: string): Promise<boolean> {
  const offer = await findOpenOffer(request.env.DB, await sha256Hex(token), request.now())
  return offer?.email === email
}
