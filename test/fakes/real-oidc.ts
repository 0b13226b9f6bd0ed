// A real OpenID provider. Its login page accepts the account as JSON, so that each test has its own.
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { bodyOf, type Served, serve } from './serve.ts'

export const OIDC_CLIENT = { clientId: 'orrery', clientSecret: 'secret-of-the-oidc-client' }

type Claims = { sub: string; email?: string; email_verified?: boolean; name?: string }

/** In memory. Without an adapter and explicit lifetimes, the provider warns about its defaults. */
function memoryAdapter() {
  const entries = new Map<string, Record<string, unknown>>()
  const find = async (id: string) => entries.get(id)
  return {
    find,
    findByUid: async (uid: string) => [...entries.values()].find((entry) => entry.uid === uid),
    upsert: async (id: string, entry: Record<string, unknown>) => void entries.set(id, entry),
    consume: async (id: string) => void Object.assign(entries.get(id) ?? {}, { consumed: Date.now() }),
    destroy: async (id: string) => void entries.delete(id),
    revokeByGrantId: async () => undefined,
  }
}

const LIFETIMES = Object.fromEntries(
  ['Interaction', 'Grant', 'Session', 'AccessToken', 'IdToken', 'AuthorizationCode'].map((name) => [
    name,
    600,
  ]),
)

export async function serveOidc(redirectUri: string): Promise<Served> {
  const accounts = new Map<string, Claims>()
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'only' }
  return serve((issuer) => {
    const provider: Provider = new Provider(issuer, {
      clients: [
        {
          client_id: OIDC_CLIENT.clientId,
          client_secret: OIDC_CLIENT.clientSecret,
          redirect_uris: [redirectUri],
        },
      ],
      adapter: memoryAdapter,
      ttl: LIFETIMES,
      jwks: { keys: [jwk] },
      cookies: { keys: ['only for tests'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => accounts.get(id) }),
      loadExistingGrant: async ({ oidc }: { oidc: { session: { accountId: string } } }) => {
        const { accountId } = oidc.session
        const grant = new provider.Grant({ clientId: OIDC_CLIENT.clientId, accountId })
        grant.addOIDCScope('openid email profile')
        await grant.save()
        return grant
      },
    })
    const handle = provider.callback()
    return async (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return handle(request, response)
      if (request.method === 'GET') return void response.writeHead(200).end('Who are you?')
      const account = JSON.parse(await bodyOf(request)) as Claims & { refuse?: boolean }
      if (account.refuse) {
        await provider.interactionFinished(request, response, { error: 'access_denied' })
        return
      }
      accounts.set(account.sub, account)
      await provider.interactionFinished(request, response, { login: { accountId: account.sub } })
    }
  })
}
