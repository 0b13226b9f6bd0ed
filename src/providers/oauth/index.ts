// The configured providers: GitHub and Google by their client ids, others as OpenID Connect issuers.
import type { Settings } from '../../env.ts'
import { githubProvider } from './github.ts'
import { oidcProvider } from './oidc.ts'
import type { OauthProvider } from './provider.ts'

export { calculatePKCECodeChallenge as challengeOf } from 'oauth4webapi'
export type { AuthorizationAnswer, AuthorizationAsk, OauthProvider, ProviderIdentity } from './provider.ts'

const GOOGLE_ISSUER = 'https://accounts.google.com'

export function oauthProviders(settings: Settings): OauthProvider[] {
  const providers: OauthProvider[] = []
  if (settings.OAUTH_GITHUB_CLIENT_ID && settings.OAUTH_GITHUB_CLIENT_SECRET) {
    providers.push(
      githubProvider({
        clientId: settings.OAUTH_GITHUB_CLIENT_ID,
        clientSecret: settings.OAUTH_GITHUB_CLIENT_SECRET,
        url: settings.OAUTH_GITHUB_URL,
        apiUrl: settings.OAUTH_GITHUB_API_URL,
      }),
    )
  }
  if (settings.OAUTH_GOOGLE_CLIENT_ID && settings.OAUTH_GOOGLE_CLIENT_SECRET) {
    providers.push(
      oidcProvider({
        id: 'google',
        name: 'Google',
        issuer: GOOGLE_ISSUER,
        clientId: settings.OAUTH_GOOGLE_CLIENT_ID,
        clientSecret: settings.OAUTH_GOOGLE_CLIENT_SECRET,
      }),
    )
  }
  return [...providers, ...settings.OAUTH_OIDC_PROVIDERS.map(oidcProvider)]
}
