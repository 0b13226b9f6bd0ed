// A real OpenID provider as a service for integrations: refresh tokens are rotated, and one that is used twice ends
// the whole grant. Its login page accepts the account as JSON. `/log/<account>` lists its grants.
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import type { TestProject } from 'vitest/node'
import { OAUTH_CLIENT } from './oauth-client.ts'
import { bodyOf, type Served, sendJson, serve } from './serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Its origin. */
    oauthProvider: string
  }
}

const REDIRECT = 'http://orrery.test/api/v1/users/integrations/callback'

type Entry = Record<string, unknown> & { grantId?: string; accountId?: string; consumed?: number }

/** All models in one place, so that a grant can be revoked with all its tokens. */
function memory() {
  const entries = new Map<string, { model: string; entry: Entry }>()
  const adapter = (model: string) => {
    const key = (id: string) => `${model} ${id}`
    return {
      find: async (id: string) => entries.get(key(id))?.entry,
      findByUid: async (uid: string) =>
        [...entries.values()].find((one) => one.model === model && one.entry.uid === uid)?.entry,
      upsert: async (id: string, entry: Entry) => void entries.set(key(id), { model, entry }),
      consume: async (id: string) =>
        void Object.assign(entries.get(key(id))?.entry ?? {}, { consumed: Date.now() }),
      destroy: async (id: string) => void entries.delete(key(id)),
      revokeByGrantId: async (grantId: string) => forget((_model, entry) => entry.grantId === grantId),
    }
  }
  const forget = (which: (model: string, entry: Entry) => boolean): void => {
    for (const [key, { model, entry }] of entries) if (which(model, entry)) entries.delete(key)
  }
  return { adapter, forget }
}

const LIFETIMES = Object.fromEntries(
  [
    'Interaction',
    'Grant',
    'Session',
    'AccessToken',
    'IdToken',
    'AuthorizationCode',
    'RefreshToken',
    'ClientCredentials',
  ].map((name) => [name, 600]),
)

type Logged = { type: string; account: string; ok: boolean }

async function serveProvider(): Promise<Served> {
  const { adapter, forget } = memory()
  const log: Logged[] = []
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'only' }
  return serve((issuer) => {
    const provider: Provider = new Provider(issuer, {
      clients: [
        {
          client_id: OAUTH_CLIENT.clientId,
          client_secret: OAUTH_CLIENT.clientSecret,
          redirect_uris: [REDIRECT],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        },
      ],
      adapter,
      ttl: LIFETIMES,
      jwks: { keys: [jwk] },
      cookies: { keys: ['only for tests'] },
      scopes: ['openid', 'offline_access', 'orders:read'],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true },
      },
      pkce: { required: () => true },
      rotateRefreshToken: true,
      issueRefreshToken: async () => true,
      interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      loadExistingGrant: async ({ oidc }: { oidc: { session: { accountId: string } } }) => {
        const { accountId } = oidc.session
        const grant = new provider.Grant({ clientId: OAUTH_CLIENT.clientId, accountId })
        grant.addOIDCScope('openid offline_access')
        await grant.save()
        return grant
      },
    } as never)
    type Context = {
      oidc: {
        params?: { grant_type?: string }
        account?: { accountId: string }
        entities?: Record<string, Entry>
      }
    }
    const note = (ok: boolean) => (ctx: Context) => {
      const { params, account, entities } = ctx.oidc
      const known =
        account?.accountId ??
        entities?.RotatedRefreshToken?.accountId ??
        entities?.RefreshToken?.accountId ??
        ''
      log.push({ type: params?.grant_type ?? '', account: known, ok })
    }
    provider.on('grant.success', note(true) as never)
    provider.on('grant.error', note(false) as never)
    const handle = provider.callback()
    return async (request, response) => {
      const [, what = '', account = ''] = (request.url ?? '').split('/')
      if (what === 'log')
        return sendJson(
          response,
          200,
          log.filter((one) => one.account === account),
        )
      // The person revokes the consent, or the service only forgets the access tokens.
      if (what === 'revoke') {
        forget((_model, entry) => entry.accountId === account)
        return sendJson(response, 200, {})
      }
      if (what === 'forget-access') {
        forget((model, entry) => model === 'AccessToken' && entry.accountId === account)
        return sendJson(response, 200, {})
      }
      if (what !== 'interaction') return handle(request, response)
      if (request.method === 'GET') return void response.writeHead(200).end('Who are you?')
      const login = JSON.parse(await bodyOf(request)) as { sub: string; refuse?: boolean }
      const result = login.refuse ? { error: 'access_denied' } : { login: { accountId: login.sub } }
      await provider.interactionFinished(request, response, result)
    }
  })
}

let served: Served | undefined

export async function setup(project: TestProject): Promise<void> {
  served = await serveProvider()
  project.provide('oauthProvider', served.url)
}

export async function teardown(): Promise<void> {
  await served?.close()
}
