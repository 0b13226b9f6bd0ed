// Signs the hops of a request. Invariants:
// 1. Each hop is checked separately: a secret is only sent to an allowed host, over TLS, and to no other host after a
//    redirect.
// 2. The first hop must be allowed, or nothing is sent at all.
import { AppError } from '../../../core/errors.ts'
import type { Authorize, Hop, SignedHop } from '../../../providers/outbound/index.ts'
import { isAllowedHost } from '../hosts.ts'
import type { Auth } from '../types/type.ts'
import type { Credential } from './open.ts'

export type Signing = {
  authorize: Authorize
  /** Whether the last hop was signed. Only then does a refusal concern the credential. */
  wasSigned: () => boolean
}

export function signing(
  credential: Credential,
  authFor: (secrets: Credential['secrets']) => Auth,
  secrets: Credential['secrets'],
  allowPlain: readonly string[],
): Signing {
  let signed = false
  return {
    wasSigned: () => signed,
    authorize: async (hop) => {
      signed = isAllowedHost(hop.url, credential.allowedHosts, allowPlain)
      if (!signed && hop.isFirst) throw hostNotAllowed(credential, hop.url)
      if (!signed) return null
      if (credential.type.signsRequests) return signAws(credential, secrets, hop)
      return withAuth(hop, authFor(secrets))
    },
  }
}

export function hostNotAllowed({ name, allowedHosts }: Credential, { protocol, host }: URL): AppError {
  const hosts = allowedHosts.length === 0 ? 'to no host' : `to ${allowedHosts.join(', ')} only`
  const how = protocol === 'http:' ? ', without TLS,' : ''
  return new AppError('credential.host_not_allowed', {
    detail: `The integration "${name}" may only be sent ${hosts}, over https, but this request goes to ${host}${how}. Change the URL or the allowedHosts of the integration.`,
  })
}

export function withAuth({ url, headers, isFirst }: Hop, auth: Auth): SignedHop {
  const target = new URL(url)
  // The target of a redirect comes from the service, which can include a token itself.
  if (auth.pathPrefix !== undefined && isFirst)
    target.pathname = auth.pathPrefix + (target.pathname === '/' ? '' : target.pathname)
  for (const [name, value] of Object.entries(auth.query ?? {})) target.searchParams.set(name, value)
  return { url: target.href, headers: { ...headers, ...auth.headers } }
}

async function signAws(
  { config }: Credential,
  secrets: Credential['secrets'],
  { url, method, headers, body }: Hop,
): Promise<SignedHop> {
  const { AwsV4Signer } = await import('aws4fetch')
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers,
    accessKeyId: secrets.accessKeyId ?? '',
    secretAccessKey: secrets.secretAccessKey ?? '',
    service: 's3',
    region: String(config.region),
    ...(secrets.sessionToken === undefined ? {} : { sessionToken: secrets.sessionToken }),
    ...(typeof body === 'string' || body instanceof Uint8Array ? { body: body as BodyInit } : {}),
  })
  const signed = await signer.sign()
  return { url: signed.url.href, headers: Object.fromEntries(signed.headers) }
}
