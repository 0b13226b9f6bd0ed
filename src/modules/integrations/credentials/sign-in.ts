// Credentials for clients of other libraries, which send their requests themselves. Only for an allowed URL.
import { AppError } from '../../../core/errors.ts'
import type { SignIn } from '../../../nodes/ports.ts'
import type { Reach } from '../../../providers/outbound/index.ts'
import { isAllowedHost } from '../hosts.ts'
import { accessToken } from '../oauth/access-token.ts'
import { type Auth, bearer } from '../types/type.ts'
import { hostNotAllowed } from './authorize.ts'
import { requireSigning } from './call.ts'
import type { Credential, CredentialScope } from './open.ts'

/** `url` is the URL to call. Without it, the integration's own URL. */
export async function signInWith(
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  url?: string,
): Promise<SignIn> {
  requireSigning(credential)
  const { type, name, config, secrets } = credential
  const baseUrl = type.baseUrl?.(config, secrets) ?? null
  const target = url ?? baseUrl
  if (target === null || !URL.canParse(target))
    throw new AppError('credential.unusable', {
      detail: `The integration "${name}" has no address of its own. Give the full URL.`,
    })
  if (type.signsRequests)
    throw new AppError('credential.unusable', {
      detail: `The integration "${name}" signs each request, so it has no fixed credential.`,
    })
  const address = new URL(target)
  if (!isAllowedHost(address, credential.allowedHosts, reach.allowHosts))
    throw hostNotAllowed(credential, address)
  const isToken = type.token !== undefined
  const token = isToken ? (await accessToken(scope, credential, reach)).value : null
  const auth: Auth = token === null ? (type.auth?.(config, secrets) ?? {}) : bearer(token)
  if (auth.pathPrefix !== undefined)
    throw new AppError('credential.unusable', {
      detail: `The integration "${name}" puts its credential into the path of each request.`,
    })
  return {
    type: type.type,
    name,
    baseUrl,
    headers: auth.headers ?? {},
    query: auth.query ?? {},
    key: token ?? secrets.apiKey ?? secrets.token ?? null,
  }
}
