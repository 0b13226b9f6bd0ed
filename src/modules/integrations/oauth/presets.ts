// Known providers with their URLs and differences.
import type { HttpCall } from '../types/type.ts'

export type Preset = {
  authorizationUrl: string
  tokenUrl: string
  scopes: string[]
  scopeSeparator?: ','
  /** Parameters of the authorization request that make the provider return a refresh token. */
  params: Record<string, string>
  clientAuth: 'basic' | 'post'
  /** Notion's token endpoint needs JSON. */
  tokenBody: 'form' | 'json'
  hosts: string[]
  /** Where to query what the consent has granted. */
  test: HttpCall
}

export const PRESET_NAMES = ['google', 'microsoft', 'github', 'slack', 'notion', 'hubspot'] as const

const get = (url: string, headers: Record<string, string> = {}): HttpCall => ({ url, method: 'GET', headers })

const PRESETS: Record<(typeof PRESET_NAMES)[number], Preset> = {
  google: {
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scopes: ['openid', 'email'],
    // Without both, a second consent returns no refresh token.
    params: { access_type: 'offline', prompt: 'consent' },
    clientAuth: 'post',
    tokenBody: 'form',
    hosts: ['*.googleapis.com'],
    test: get('https://www.googleapis.com/oauth2/v3/tokeninfo'),
  },
  microsoft: {
    authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scopes: ['openid', 'offline_access', 'User.Read'],
    params: {},
    clientAuth: 'post',
    tokenBody: 'form',
    hosts: ['graph.microsoft.com'],
    test: get('https://graph.microsoft.com/v1.0/me'),
  },
  github: {
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    scopes: ['read:user'],
    params: {},
    clientAuth: 'post',
    tokenBody: 'form',
    hosts: ['api.github.com', 'uploads.github.com'],
    test: get('https://api.github.com/user'),
  },
  slack: {
    authorizationUrl: 'https://slack.com/oauth/v2/authorize',
    tokenUrl: 'https://slack.com/api/oauth.v2.access',
    scopes: ['chat:write'],
    scopeSeparator: ',',
    params: {},
    clientAuth: 'post',
    tokenBody: 'form',
    hosts: ['slack.com', 'files.slack.com'],
    test: { url: 'https://slack.com/api/auth.test', method: 'POST' },
  },
  notion: {
    authorizationUrl: 'https://api.notion.com/v1/oauth/authorize',
    tokenUrl: 'https://api.notion.com/v1/oauth/token',
    scopes: [],
    params: { owner: 'user' },
    clientAuth: 'basic',
    tokenBody: 'json',
    hosts: ['api.notion.com'],
    test: get('https://api.notion.com/v1/users/me', { 'notion-version': '2022-06-28' }),
  },
  hubspot: {
    authorizationUrl: 'https://app.hubspot.com/oauth/authorize',
    tokenUrl: 'https://api.hubapi.com/oauth/v1/token',
    scopes: ['oauth'],
    params: {},
    clientAuth: 'post',
    tokenBody: 'form',
    hosts: ['api.hubapi.com'],
    test: get('https://api.hubapi.com/account-info/v3/details'),
  },
}

export const presetOf = (name: unknown): Preset | undefined =>
  typeof name === 'string' && Object.hasOwn(PRESETS, name) ? PRESETS[name as keyof typeof PRESETS] : undefined
