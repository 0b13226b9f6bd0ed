import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { registrationMode } from '../../../core/platform-settings.ts'
import { loadSettings } from '../../../db/platform-settings.ts'
import { hasOpenInvitation } from '../../teams/index.ts'

/** Who can create an account: the administrators' choice, or else the environment's. */
export async function currentRegistration(request: RequestContext) {
  const { registration } = await loadSettings(request.env.DB)
  return registrationMode(request.settings.REGISTRATION, registration)
}

/** Throws unless this installation allows a new account for the address, for every way of signing in. */
export async function requireOpenRegistration(request: RequestContext, email: string): Promise<void> {
  const mode = await currentRegistration(request)
  if (mode === 'open') return
  if (mode === 'closed') throw new AppError('registration.closed')
  if (await hasOpenInvitation(request.env.DB, email, request.now())) return
  throw new AppError('registration.closed', {
    detail: 'Only invited people can create an account, and there is no open invitation for this address.',
  })
}
