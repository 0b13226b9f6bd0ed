// One request to a token endpoint. Invariants:
// 1. The administrator chooses the URL, so it is checked like any other. It must use TLS, and no redirect is
//    followed.
// 2. Failures are reported as a code. Responses may contain tokens, and never appear in errors or logs.
import { toBase64, utf8 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { parseJson } from '../../../core/json.ts'
import { callOutbound, type OutboundAnswer, type Reach } from '../../../providers/outbound/index.ts'
import { isAllowedHost } from '../hosts.ts'

export type FetchedToken = { access: string; refresh: string | null; expiresInS: number | null }

/** The service says that the grant has ended: only a new consent helps. */
export class GrantOver extends Error {}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 256 * 1024

/** As in RFC 6749, and as GitHub and Slack do it. */
const OVER = /^(invalid_grant|bad_refresh_token|invalid_refresh_token|token_revoked|token_expired)$/

export type Client = { id: string; secret: string | null; auth: 'basic' | 'post'; body: 'form' | 'json' }

export async function askTokenEndpoint(
  url: string,
  client: Client,
  params: Record<string, string>,
  reach: Reach,
): Promise<FetchedToken> {
  const isBasic = client.auth === 'basic' && client.secret !== null
  const sent = {
    ...params,
    ...(isBasic ? {} : { client_id: client.id }),
    ...(isBasic || client.secret === null ? {} : { client_secret: client.secret }),
  }
  const answer = await callService(reach, {
    url,
    headers: {
      accept: 'application/json',
      'content-type': client.body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(isBasic ? { authorization: `Basic ${basicOf(client)}` } : {}),
    },
    body: client.body === 'json' ? JSON.stringify(sent) : new URLSearchParams(sent).toString(),
  })
  return readToken(answer, new URL(url).host)
}

/** As in RFC 6749, 2.3.1: both parts are form-encoded first. */
function basicOf({ id, secret }: Client): string {
  const encoded = (text: string) => new URLSearchParams({ t: text }).toString().slice(2)
  return toBase64(utf8(`${encoded(id)}:${encoded(secret ?? '')}`))
}

export function callService(
  reach: Reach,
  call: { url: string; headers: Record<string, string>; body?: string },
): Promise<OutboundAnswer> {
  const url = new URL(call.url)
  if (!isAllowedHost(url, [url.host], reach.allowHosts))
    throw new AppError('outbound.blocked', { detail: `${url.host} must be called over https.` })
  return callOutbound(
    {
      ...call,
      headers: { 'user-agent': 'Orrery', ...call.headers },
      method: 'POST',
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      followRedirects: false,
    },
    reach,
  )
}

export function readToken({ status, bytes }: OutboundAnswer, host: string): FetchedToken {
  const fields = fieldsOf(bytes)
  const { error } = fields
  if (typeof error === 'string' && OVER.test(error)) throw new GrantOver(error)
  const access = textIn(fields, 'access_token') ?? textIn(objectIn(fields, 'authed_user'), 'access_token')
  if (status < 300 && error === undefined && access !== null) {
    const life = Number(fields.expires_in)
    return {
      access,
      refresh: textIn(fields, 'refresh_token'),
      expiresInS: Number.isFinite(life) && life > 0 ? life : null,
    }
  }
  throw refusal(status, host, typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : null)
}

export function refusal(status: number, host: string, error: string | null): AppError {
  const named = error === null ? '' : ` (${error})`
  if (status >= 500 || status === 429)
    return new AppError('credential.no_token', { detail: `${host} answered ${status} instead of a token.` })
  return new AppError('credential.refused', {
    detail: `${host} did not return a token: it answered ${status}${named}. Check the client id, the secrets and the scopes of the integration.`,
  })
}

type Fields = Record<string, unknown>

function fieldsOf(bytes: Uint8Array): Fields {
  const text = new TextDecoder().decode(bytes)
  const parsed = parseJson(text)
  if (!parsed.ok) return Object.fromEntries(new URLSearchParams(text))
  return objectIn({ all: parsed.value }, 'all')
}

const objectIn = (fields: Fields, name: string): Fields => {
  const value = fields[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function textIn(fields: Fields, name: string): string | null {
  const value = fields[name]
  return typeof value === 'string' && value !== '' && value.length <= 16_384 ? value : null
}
