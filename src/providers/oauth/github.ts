// GitHub only supports OAuth 2 for sign-in: there is no ID token, so the account comes from its API.
import * as oauth from 'oauth4webapi'
import * as z from 'zod'
import { asFailure, callProvider, failed, isSafeAddress, throughCallProvider } from './call.ts'
import type { AuthorizationAnswer, OauthProvider, ProviderIdentity } from './provider.ts'

export type GithubConfig = { clientId: string; clientSecret: string; url: string; apiUrl: string }

const User = z.object({ id: z.int().positive(), login: z.string(), name: z.string().nullish() })
const Emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

export function githubProvider(config: GithubConfig): OauthProvider {
  const base = config.url.replace(/\/$/, '')
  const server: oauth.AuthorizationServer = {
    // GitHub sends this as `iss` (RFC 9207) since April 2026.
    issuer: `${base}/login/oauth`,
    authorization_endpoint: `${base}/login/oauth/authorize`,
    token_endpoint: `${base}/login/oauth/access_token`,
  }
  return {
    id: 'github',
    name: 'GitHub',

    async authorizationUrl(ask) {
      const url = new URL(`${base}/login/oauth/authorize`)
      if (!isSafeAddress(url)) throw failed('the address of GitHub is not https')
      url.searchParams.set('client_id', config.clientId)
      url.searchParams.set('redirect_uri', ask.redirectUri)
      url.searchParams.set('scope', 'read:user user:email')
      url.searchParams.set('state', ask.state)
      url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(ask.codeVerifier))
      url.searchParams.set('code_challenge_method', 'S256')
      return url
    },

    identify: (answer) =>
      identify(config, server, answer).catch((error: unknown) => {
        throw asFailure(error)
      }),
  }
}

async function identify(
  config: GithubConfig,
  server: oauth.AuthorizationServer,
  answer: AuthorizationAnswer,
): Promise<ProviderIdentity> {
  const client: oauth.Client = { client_id: config.clientId }
  const parameters = oauth.validateAuthResponse(server, client, answer.parameters, answer.state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.ClientSecretPost(config.clientSecret),
    parameters,
    answer.redirectUri,
    answer.codeVerifier,
    throughCallProvider,
  )
  const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const api = config.apiUrl.replace(/\/$/, '')
  const [user, emails] = await Promise.all([
    ask(`${api}/user`, token, User),
    ask(`${api}/user/emails`, token, Emails),
  ])
  const primary = emails.find((one) => one.primary)
  return {
    subject: String(user.id),
    email: primary?.email ?? null,
    emailVerified: primary?.verified ?? false,
    name: user.name || user.login,
  }
}

async function ask<Schema extends z.ZodType>(
  url: string,
  token: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const response = await callProvider(url, {
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'Orrery',
    },
  })
  if (response.status !== 200) throw failed(`the API of GitHub answered ${response.status}`)
  const parsed = schema.safeParse(await response.json())
  if (!parsed.success) throw failed('the API of GitHub answered in another form')
  return parsed.data
}
