// A call that is signed with a credential. After a 401, it is repeated once if there is another way to sign: with a
// new token, or with the secret before a rotation.
import { AppError } from '../../../core/errors.ts'
import {
  type OutboundAnswer,
  type OutboundCall,
  type Reach,
  streamOutbound,
  type TakeAnswer,
  wholeAnswer,
} from '../../../providers/outbound/index.ts'
import { accessToken, mayBeStale } from '../oauth/access-token.ts'
import { signs } from '../types/index.ts'
import { type Auth, bearer } from '../types/type.ts'
import { signing } from './authorize.ts'
import type { Credential, CredentialScope } from './open.ts'

export const callWithCredential = (
  scope: CredentialScope,
  credential: Credential,
  call: OutboundCall,
  reach: Reach,
): Promise<OutboundAnswer> => streamWithCredential(scope, credential, call, reach, wholeAnswer(call))

const REFUSED = Symbol('refused')

/** The same for a streamed answer. `take` does not see a refusal that is followed by another try. */
export async function streamWithCredential<T>(
  scope: CredentialScope,
  credential: Credential,
  call: OutboundCall,
  reach: Reach,
  take: TakeAnswer<T>,
): Promise<T> {
  requireSigning(credential)
  const send = (secrets: Credential['secrets'], auth: Auth | null, mayRetry: boolean) => {
    const authFor = (given: Credential['secrets']): Auth =>
      auth ?? credential.type.auth?.(credential.config, given) ?? {}
    const { authorize, wasSigned } = signing(credential, authFor, secrets, reach.allowHosts)
    return streamOutbound<T | typeof REFUSED>({ ...call, authorize }, reach, async (head, response) => {
      if (!mayRetry || head.status !== 401 || !wasSigned()) return take(head, response)
      await response.body?.cancel()
      return REFUSED
    })
  }
  const last = async (secrets: Credential['secrets'], auth: Auth | null): Promise<T> =>
    (await send(secrets, auth, false)) as T
  const { secrets, previous } = credential
  if (credential.type.token !== undefined) {
    const token = await accessToken(scope, credential, reach)
    const first = await send(secrets, bearer(token.value), mayBeStale(token, scope.now()))
    if (first !== REFUSED) return first
    return last(secrets, bearer((await accessToken(scope, credential, reach, token)).value))
  }
  const first = await send(secrets, null, previous !== null)
  return first === REFUSED ? last(previous as Credential['secrets'], null) : first
}

export function requireSigning({ name, type }: Pick<Credential, 'name' | 'type'>): void {
  if (signs(type)) return
  throw new AppError('credential.unusable', {
    detail: `The integration "${name}" is of the type ${type.type}, which cannot sign requests.`,
  })
}
