// OAuth 2: tokens that are fetched without a person, and tokens that need a person's consent.
import * as z from 'zod'
import { PRESET_NAMES, presetOf } from '../oauth/presets.ts'
import {
  anySecret,
  type Config,
  fullUrl,
  hostOf,
  type IntegrationType,
  string,
  type TypeTest,
  text,
  webUrl,
} from './type.ts'

const clientId = text('The client id.')
const clientSecret = anySecret('The client secret.', 4_000)
const scopes = z
  .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,300}$/, 'a scope without spaces'))
  .max(100)
const clientAuth = z.enum(['basic', 'post']).optional().meta({
  description: 'How the client signs in to the token endpoint: in a header, or in the body.',
  default: 'basic',
})
const testUrl = fullUrl('Called by the test, with GET; without it the test only fetches a token.').optional()

const test: TypeTest = {
  description: 'Gets a valid access token, and calls `config.testUrl` where there is one.',
  call: ({ testUrl: url }) => (url === undefined ? null : { url: string(url), method: 'GET' }),
}

const clientCredentials: IntegrationType = {
  type: 'oauth2.client-credentials',
  name: 'OAuth 2 client credentials',
  help: 'Fetches access tokens with a client id and a client secret, for APIs between machines.',
  helpUrl: null,
  config: z.strictObject({
    tokenUrl: webUrl('The token endpoint.'),
    clientId,
    scopes: scopes.optional().describe('The scopes to ask for.'),
    audience: text('The API that tokens are for, where the service asks for it (Auth0).', 1_000).optional(),
    resource: text('The resource that tokens are for (RFC 8707).', 1_000).optional(),
    clientAuth,
    testUrl,
  }),
  secrets: z.strictObject({ clientSecret }),
  hosts: ({ testUrl: url }) => hostOf(url),
  token: 'client-credentials',
  test,
}

const authorizationCode: IntegrationType = {
  type: 'oauth2.authorization-code',
  name: 'OAuth 2 with consent',
  help: 'A person consents at the provider, once; tokens are refreshed from then on. Register {PUBLIC_URL}/api/v1/users/integrations/callback as redirect URI, then open `GET /users/integrations/{id}/connect`.',
  helpUrl: null,
  config: z.strictObject({
    provider: z
      .enum(['custom', ...PRESET_NAMES])
      .default('custom')
      .describe('A provider whose addresses are known, or `custom` with addresses of your own.'),
    authorizationUrl: webUrl('Where the person consents. Of `custom` only.').optional(),
    tokenUrl: webUrl('The token endpoint. Of `custom` only.').optional(),
    issuer: webUrl(
      'What the provider names itself (`iss`, RFC 9207); checked where the answer names one.',
    ).optional(),
    clientId,
    scopes: scopes.optional().describe('The scopes to ask for. Default: those of the preset.'),
    audience: text('The API that tokens are for, where the service asks for it.', 1_000).optional(),
    clientAuth,
    testUrl,
  }),
  secrets: z.strictObject({ clientSecret: clientSecret.optional() }),
  hosts: (config) => [...(presetOf(config.provider)?.hosts ?? []), ...hostOf(config.testUrl)],
  token: 'authorization-code',
  check: (config) => {
    const isCustom = config.provider === undefined || config.provider === 'custom'
    return ['authorizationUrl', 'tokenUrl'].flatMap((field) => fault(config, field, isCustom))
  },
  test: {
    ...test,
    call: (config, secrets) => {
      const url = config.testUrl === undefined ? presetOf(config.provider)?.test : undefined
      return url === undefined ? test.call(config, secrets) : url
    },
  },
}

function fault(config: Config, field: string, isCustom: boolean): { path: string; message: string }[] {
  if (isCustom === (config[field] !== undefined)) return []
  const message = isCustom
    ? 'is needed for the provider custom'
    : 'is known for this provider, so leave it out'
  return [{ path: `config.${field}`, message }]
}

export const OAUTH_TYPES = [clientCredentials, authorizationCode]
