// Consent of a person at a provider. Invariants:
// 1. It begins with a signed-in request, which sets a cookie. The return only works in that browser. So nobody can
//    put another person's consent into their own integration.
// 2. The state is a hash in D1 that works once and for ten minutes. PKCE (S256) binds the code to it.
// 3. On return, the person must still be an administrator of the team.
import { calculatePKCECodeChallenge } from 'oauth4webapi'
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { MINUTE_MS, toIso } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { reachOf } from '../../../providers/outbound/index.ts'
import { type Credential, type CredentialScope, openCredential } from '../credentials/open.ts'
import { isAllowedHost } from '../hosts.ts'
import { loadRow } from '../service/view.ts'
import { string } from '../types/type.ts'
import { sealToken } from './access-token.ts'
import { endpointsOf, redeem } from './client.ts'
import { GrantOver } from './endpoint.ts'
import { consumeConnect, guardConnected, hasConnectRight, insertConnect, upsertToken } from './repo.ts'

export const CONNECT_LIFE_MS = 10 * MINUTE_MS

/** Each consent has its own cookie, so two tabs do not interfere with each other. */
export const connectCookie = (stateHash: string): string => `connect-${stateHash.slice(0, 16)}`

const redirectUri = ({ settings }: Pick<RequestContext, 'settings'>): string =>
  `${settings.PUBLIC_URL.replace(/\/+$/, '')}/api/v1/users/integrations/callback`

export type StartedConnect = {
  url: string
  expiresAt: string
  cookie: { name: string; value: string }
}

export async function startConnect(ctx: ServiceContext, id: string): Promise<StartedConnect> {
  const { teamId, userId } = ctx.actor
  await loadRow(ctx, id)
  const credential = await openCredential({ ...ctx, teamId }, id)
  if (credential.type.token !== 'authorization-code')
    throw new AppError('integration.no_consent', {
      detail: `Integrations of the type ${credential.type.type} need no consent.`,
    })
  const { authorizationUrl, scopes, preset } = endpointsOf(credential)
  const url = new URL(authorizationUrl)
  if (!isAllowedHost(url, [url.host], ctx.settings.OUTBOUND_ALLOW_HOSTS))
    throw new AppError('outbound.blocked', { detail: `${url.host} must be opened over https.` })
  const state = randomToken()
  const browser = randomToken()
  const codeVerifier = randomToken()
  const params: Record<string, string> = {
    response_type: 'code',
    client_id: string(credential.config.clientId),
    redirect_uri: redirectUri(ctx),
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(preset?.scopeSeparator ?? ' ') }),
    ...(credential.config.audience === undefined ? {} : { audience: string(credential.config.audience) }),
    ...preset?.params,
  }
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  const stateHash = await sha256Hex(state)
  const expiresAt = ctx.now() + CONNECT_LIFE_MS
  await insertConnect(ctx.env.DB, {
    stateHash,
    integrationId: id,
    teamId,
    userId,
    browserHash: await sha256Hex(browser),
    codeVerifier,
    expiresAt,
  })
  return {
    url: url.href,
    expiresAt: toIso(expiresAt),
    cookie: { name: connectCookie(stateHash), value: browser },
  }
}

export type Connected = { id: string; teamId: string; name: string }

/** Handles the return of the browser. Throws `integration.connect_failed` with what the person can do. */
export async function finishConnect(
  request: RequestContext,
  parameters: URLSearchParams,
  readCookie: (name: string) => string | undefined,
): Promise<Connected & { spentCookie: string }> {
  const stateHash = await sha256Hex(parameters.get('state') ?? '')
  const spentCookie = connectCookie(stateHash)
  const browser = readCookie(spentCookie)
  const taken =
    browser === undefined
      ? null
      : await consumeConnect(request.env.DB, stateHash, await sha256Hex(browser), request.now())
  if (taken === null)
    throw failed('This consent was started in another browser, was already used or has expired. Start again.')
  const { teamId, userId, integrationId, codeVerifier } = taken
  if (!(await hasConnectRight(request.env.DB, teamId, userId)))
    throw failed('Only admins of the team can connect its integrations.')
  const scope = { ...request, teamId }
  const credential = await openCredential(scope, integrationId)
  const code = requireCode(parameters, credential)
  const grant = { code, codeVerifier, redirectUri: redirectUri(request) }
  const fetched = await redeemed(scope, credential, grant)
  const now = request.now()
  const sealed = await sealToken(scope, integrationId, fetched, now)
  const outcome = await commit(
    { ...request, actor: { kind: 'user', userId, teamId, keyId: null } },
    {
      guard: guardConnected(teamId, integrationId),
      statements: [upsertToken(teamId, integrationId, sealed, now)],
      audit: {
        action: 'integration.connected',
        targetType: 'integration',
        targetId: integrationId,
        teamId,
        after: { hasRefreshToken: fetched.refresh !== null },
      },
    },
  )
  if (outcome === 'guard_missed') throw failed('The integration has been deleted in the meantime.')
  return { id: integrationId, teamId, name: credential.name, spentCookie }
}

function requireCode(parameters: URLSearchParams, { config }: Credential): string {
  const error = parameters.get('error')
  if (error === 'access_denied') throw failed('The consent was denied.')
  if (error !== null)
    throw failed(
      /^[a-z_]{1,64}$/.test(error)
        ? `The provider answered ${error}.`
        : 'The provider answered with an error.',
    )
  // RFC 9207: the response of another provider must not be redeemed at this one.
  const issuer = parameters.get('iss')
  if (config.issuer !== undefined && issuer !== null && issuer.replace(/\/$/, '') !== config.issuer)
    throw failed('The response comes from another provider.')
  const code = parameters.get('code') ?? ''
  if (code === '' || code.length > 4_096) throw failed('The provider did not return a code.')
  return code
}

async function redeemed(scope: CredentialScope, credential: Credential, grant: Parameters<typeof redeem>[1]) {
  try {
    return await redeem(credential, grant, reachOf(scope.env, scope.settings))
  } catch (error) {
    if (error instanceof GrantOver) throw failed('The provider does not accept the code. Start again.')
    if (error instanceof AppError) throw failed(error.message, error)
    throw error
  }
}

const failed = (detail: string, cause?: unknown): AppError =>
  new AppError('integration.connect_failed', { detail, ...(cause === undefined ? {} : { cause }) })
