import type { RequestContext } from '../../context.ts'
import { AppError } from '../../core/errors.ts'

/** Throws unless the user has no second factor or the code is a good one. Called only after the first factor was right. */
export async function requireSecondFactor(
  _request: RequestContext,
  user: { id: string; mfaEnabled: boolean },
  mfaCode: string | undefined,
): Promise<void> {
  if (!user.mfaEnabled) return
  throw new AppError(mfaCode === undefined ? 'auth.mfa_required' : 'auth.invalid_mfa_code')
}
