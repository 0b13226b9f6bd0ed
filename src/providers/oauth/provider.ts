// What signing in with an external account needs from its provider. Each provider is one value of this type.

export type AuthorizationAsk = {
  redirectUri: string
  state: string
  nonce: string
  /** PKCE: only its S256 hash is sent to the provider. */
  codeVerifier: string
}

export type AuthorizationAnswer = {
  /** The query of the browser's return. */
  parameters: URLSearchParams
  redirectUri: string
  state: string
  nonce: string
  codeVerifier: string
}

export type ProviderIdentity = {
  /** The permanent id of the account at the provider. An email address may pass to another person. */
  subject: string
  email: string | null
  /** Only set if the provider says that it has verified the address. */
  emailVerified: boolean
  name: string | null
}

export type OauthProvider = {
  id: string
  name: string
  /** Where to send the browser. */
  authorizationUrl: (ask: AuthorizationAsk) => Promise<URL>
  /** Redeems the response. Throws `oauth.failed` or `oauth.provider_unreachable`. */
  identify: (answer: AuthorizationAnswer) => Promise<ProviderIdentity>
}
