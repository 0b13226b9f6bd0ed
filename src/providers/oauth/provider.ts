// What signing in by somebody else's account needs of that somebody. Each provider is one value of this type.

export type AuthorizationAsk = {
  redirectUri: string
  state: string
  nonce: string
  /** PKCE: the provider is shown its S256 only. */
  codeVerifier: string
}

export type AuthorizationAnswer = {
  /** The query that the browser came back with. */
  parameters: URLSearchParams
  redirectUri: string
  state: string
  nonce: string
  codeVerifier: string
}

export type ProviderIdentity = {
  /** Names the account at the provider for ever; an e-mail address may pass to somebody else. */
  subject: string
  email: string | null
  /** Only what the provider itself says it has verified. */
  emailVerified: boolean
  name: string | null
}

export type OauthProvider = {
  id: string
  name: string
  /** Where to send the browser. */
  authorizationUrl: (ask: AuthorizationAsk) => Promise<URL>
  /** Redeems the answer; throws `oauth.failed` or `oauth.provider_unreachable`. */
  identify: (answer: AuthorizationAnswer) => Promise<ProviderIdentity>
}
