// Integrations that a person connects at a provider.
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import { OAUTH_CLIENT } from '../../fakes/oauth-client.ts'
import { get, post } from '../../helpers/api.ts'
import { newBrowser } from '../../helpers/oidc-browser.ts'
import type { Person } from '../../helpers/people.ts'
import type { Definition } from '../../helpers/runs.ts'
import { newIntegration, PATH } from './integrations.ts'

export const provider = (): string => inject('oauthProvider')

export const newOauth = (as: Person, config: Record<string, unknown> = {}, more: object = {}) =>
  newIntegration(as, {
    type: 'oauth2.authorization-code',
    config: {
      authorizationUrl: `${provider()}/auth`,
      tokenUrl: `${provider()}/token`,
      issuer: provider(),
      clientId: OAUTH_CLIENT.clientId,
      scopes: ['openid', 'offline_access'],
      testUrl: `${provider()}/me`,
      ...config,
    },
    secrets: { clientSecret: OAUTH_CLIENT.clientSecret },
    allowedHosts: [new URL(provider()).host],
    ...more,
  })

/** Begins the consent and gives it. Returns the last page of the browser. */
export async function connect(as: Person, id: string, account: object, browser = newBrowser()) {
  const started = await browser.call('GET', `${PATH}/${id}/connect`, { as })
  if (started.status !== 200) throw new Error(`${started.status} ${started.text}`)
  return browser.call('GET', await browser.consentAt(started.body.url, account))
}

export type Granted = { type: string; account: string; ok: boolean }

/** The grants of this account at the provider. */
export const grantsOf = async (account: string): Promise<Granted[]> =>
  (await fetch(`${provider()}/log/${account}`)).json()

export const refreshesOf = async (account: string): Promise<boolean[]> =>
  (await grantsOf(account)).filter(({ type }) => type === 'refresh_token').map(({ ok }) => ok)

export const expire = (id: string) =>
  env.DB.prepare('UPDATE integration_tokens SET expires_at = 1, updated_at = 0 WHERE integration_id = ?')
    .bind(id)
    .run()

export const asking = (credential: string, url = `${provider()}/me`): Definition => ({
  nodes: [{ id: 'call', type: 'http.request', params: { url }, credential, retry: { attempts: 1 } }],
})

export async function newAsking(as: Person, credential: string, url?: string): Promise<() => Promise<any>> {
  const saved = await post('/api/v1/workflows', as, { name: 'Asks', definition: asking(credential, url) })
  if (saved.status !== 201) throw new Error(saved.text)
  const path = `/api/v1/workflows/${saved.body.id}/execute`
  return async () => (await post(path, as, {}, { prefer: 'wait=30' })).body
}

export const statusOf = async (as: Person, id: string): Promise<string> =>
  (await get(`${PATH}/${id}`, as)).body.status
