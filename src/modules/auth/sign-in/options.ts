// The options that a sign-in page shows.
import type { RequestContext } from '../../../context.ts'
import { isOwnHost } from '../../../core/own-host.ts'
import { DEMO_EMAIL } from './demo-account.ts'
import { currentRegistration } from './registration.ts'
import type { SignInOptions } from './schema.ts'

export async function signInOptions(request: RequestContext, hostname: string): Promise<SignInOptions> {
  const { ENVIRONMENT, DEMO_PASSWORD, PUBLIC_URL } = request.settings
  const isShown = ENVIRONMENT === 'development' && isOwnHost(hostname, PUBLIC_URL)
  return {
    registration: await currentRegistration(request),
    demo: isShown && DEMO_PASSWORD !== undefined ? { email: DEMO_EMAIL, password: DEMO_PASSWORD } : null,
  }
}
