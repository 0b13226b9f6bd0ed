import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { hasOpenInvitation } from '../../teams/index.ts'

/** Throws unless the installation takes a new account for this address, by whichever way it is made. */
export async function requireOpenRegistration(request: RequestContext, email: string): Promise<void> {
  const { REGISTRATION } = request.settings
  if (REGISTRATION === 'open') return
  if (REGISTRATION === 'closed') throw new AppError('registration.closed')
  if (await hasOpenInvitation(request.env.DB, email, request.now())) return
  throw new AppError('registration.closed', {
    detail: 'New accounts are for people who were invited. There is no open invitation for this address.',
  })
}
