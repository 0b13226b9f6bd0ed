// Calls of a platform's API. Invariants:
// 1. Every call goes through the outbound guard, and is signed with an integration of the team only for its allowed
//    hosts.
// 2. Texts from a response contain no secrets of the integration, in errors or in logs.
import { hideIn, hideValues } from '../../../core/hide-values.ts'
import type { Json } from '../../../core/json.ts'
import { type OutboundAnswer, type Reach, reachOf } from '../../../providers/outbound/index.ts'
import {
  type Credential,
  type CredentialScope,
  callWithCredential,
  openCredential,
  secretTexts,
} from '../../integrations/index.ts'
import type { PlatformAnswer, PlatformCall, PlatformRequest } from './answer.ts'
import { statusFault } from './faults.ts'

const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const TIMEOUT_MS = 60_000
const USER_AGENT = 'Orrery'

export type Connection = { call: PlatformCall; credential: Credential }

/** `count` is called for each call. */
export async function connect(
  scope: CredentialScope,
  integration: string,
  {
    signal,
    count = () => undefined,
    timeoutMs = TIMEOUT_MS,
  }: { signal?: AbortSignal; count?: (integrationId: string) => void; timeoutMs?: number } = {},
): Promise<Connection> {
  const credential = await openCredential(scope, integration)
  const reach = reachOf(scope.env, scope.settings)
  return {
    credential,
    call: async (request) => {
      count(credential.id)
      const answer = readable(
        await send(scope, credential, reach, request, { signal, timeoutMs }),
        credential,
      )
      if (answer.status < 300 || request.also?.includes(answer.status)) return answer
      throw request.explain?.(answer) ?? statusFault(request, answer)
    },
  }
}

const send = (
  scope: CredentialScope,
  credential: Credential,
  reach: Reach,
  { method, url, headers, body, json }: PlatformRequest,
  { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
): Promise<OutboundAnswer> => {
  const sent = json === undefined ? body : JSON.stringify(json)
  return callWithCredential(
    scope,
    credential,
    {
      method,
      url,
      headers: {
        'user-agent': USER_AGENT,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs,
      followRedirects: false,
      ...(signal === undefined ? {} : { signal }),
    },
    reach,
  )
}

function readable({ status, headers, bytes }: OutboundAnswer, credential: Credential): PlatformAnswer {
  const hide = hideValues(secretTexts(credential))
  const text = hideIn(new TextDecoder().decode(bytes), hide)
  let json: Json = null
  try {
    json = JSON.parse(text) as Json
  } catch {
    // Not every response is JSON.
  }
  return { status, headers: hideIn(headers, hide), text, json }
}
