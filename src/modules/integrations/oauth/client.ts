// The OAuth 2 grants, with the client of an integration.
import type { Reach } from '../../../providers/outbound/index.ts'
import type { Credential } from '../credentials/open.ts'
import { string } from '../types/type.ts'
import { askTokenEndpoint, type Client, type FetchedToken } from './endpoint.ts'
import { type Preset, presetOf } from './presets.ts'

type Described = Pick<Credential, 'config' | 'secrets'>

export type Endpoints = {
  authorizationUrl: string
  tokenUrl: string
  scopes: string[]
  preset: Preset | undefined
}

export function endpointsOf({ config }: Described): Endpoints {
  const preset = presetOf(config.provider)
  return {
    authorizationUrl: preset?.authorizationUrl ?? string(config.authorizationUrl),
    tokenUrl: preset?.tokenUrl ?? string(config.tokenUrl),
    scopes: (config.scopes as string[] | undefined) ?? preset?.scopes ?? [],
    preset,
  }
}

function clientOf({ config, secrets }: Described): Client {
  const preset = presetOf(config.provider)
  return {
    id: string(config.clientId),
    secret: secrets.clientSecret ?? null,
    auth: (config.clientAuth as Client['auth'] | undefined) ?? preset?.clientAuth ?? 'basic',
    body: preset?.tokenBody ?? 'form',
  }
}

const ask = (described: Described, params: Record<string, string>, reach: Reach): Promise<FetchedToken> =>
  askTokenEndpoint(endpointsOf(described).tokenUrl, clientOf(described), params, reach)

export function clientCredentials(described: Described, reach: Reach): Promise<FetchedToken> {
  const { audience, resource } = described.config
  const { scopes } = endpointsOf(described)
  return ask(
    described,
    {
      grant_type: 'client_credentials',
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(audience === undefined ? {} : { audience: string(audience) }),
      ...(resource === undefined ? {} : { resource: string(resource) }),
    },
    reach,
  )
}

export const refresh = (described: Described, refreshToken: string, reach: Reach): Promise<FetchedToken> =>
  ask(described, { grant_type: 'refresh_token', refresh_token: refreshToken }, reach)

export const redeem = (
  described: Described,
  grant: { code: string; codeVerifier: string; redirectUri: string },
  reach: Reach,
): Promise<FetchedToken> =>
  ask(
    described,
    {
      grant_type: 'authorization_code',
      code: grant.code,
      redirect_uri: grant.redirectUri,
      code_verifier: grant.codeVerifier,
    },
    reach,
  )
