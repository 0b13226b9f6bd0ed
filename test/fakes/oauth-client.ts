/** The client that integrations use with the provider of the tests. */
export const OAUTH_CLIENT = {
  clientId: 'orrery-integrations',
  clientSecret: 'secret of the +/ client: 0123456789',
}
