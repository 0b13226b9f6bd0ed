// GitHub as documented: the web application flow with PKCE and `iss`, errors with status 200, and the two calls that
// identify the user.
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, type Served, sendJson, serve } from './serve.ts'

export const GITHUB_CLIENT = { clientId: 'Iv1.orrery', clientSecret: 'secret-of-the-github-client' }

export type GithubAccount = {
  id: number
  login: string
  name: string | null
  emails: { email: string; primary: boolean; verified: boolean }[]
  /** The person declines. */
  refuse?: boolean
}

type Grant = { account: GithubAccount; redirectUri: string; challenge: string | null }

export function serveGithub(): Promise<Served> {
  const grants = new Map<string, Grant>()
  const tokens = new Map<string, GithubAccount>()
  return serve((base) => async (request, response) => {
    const url = new URL(request.url ?? '/', base)
    if (url.pathname === '/login/oauth/authorize') return authorize(request, response, url, base, grants)
    if (url.pathname === '/login/oauth/access_token')
      return sendJson(response, 200, redeem(new URLSearchParams(await bodyOf(request)), grants, tokens))

    // The API refuses requests without a user agent.
    if (!request.headers['user-agent']) return sendJson(response, 403, { message: 'Request forbidden' })
    const account = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
    if (!account) return sendJson(response, 401, { message: 'Bad credentials' })
    if (url.pathname === '/api/v3/user') {
      const { id, login, name } = account
      return sendJson(response, 200, { id, login, name, email: null, type: 'User' })
    }
    if (url.pathname === '/api/v3/user/emails')
      return sendJson(
        response,
        200,
        account.emails.map((one) => ({ ...one, visibility: 'private' })),
      )
    sendJson(response, 404, { message: 'Not Found' })
  })
}

async function authorize(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  base: string,
  grants: Map<string, Grant>,
): Promise<void> {
  if (request.method === 'GET') {
    const known = url.searchParams.get('client_id') === GITHUB_CLIENT.clientId
    response.writeHead(known ? 200 : 404).end('Sign in to GitHub')
    return
  }
  const account = JSON.parse(await bodyOf(request)) as GithubAccount
  const back = new URL(url.searchParams.get('redirect_uri') ?? '')
  if (account.refuse) {
    back.searchParams.set('error', 'access_denied')
  } else {
    const code = randomBytes(10).toString('hex')
    grants.set(code, {
      account,
      redirectUri: url.searchParams.get('redirect_uri') ?? '',
      challenge: url.searchParams.get('code_challenge'),
    })
    back.searchParams.set('code', code)
  }
  back.searchParams.set('iss', `${base}/login/oauth`)
  back.searchParams.set('state', url.searchParams.get('state') ?? '')
  response.writeHead(302, { location: back.href }).end()
}

function redeem(
  form: URLSearchParams,
  grants: Map<string, Grant>,
  tokens: Map<string, GithubAccount>,
): Record<string, string> {
  const { clientId, clientSecret } = GITHUB_CLIENT
  if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
    return { error: 'incorrect_client_credentials' }
  const code = form.get('code') ?? ''
  const grant = grants.get(code)
  grants.delete(code)
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  if (!grant || (grant.challenge !== null && grant.challenge !== challenge))
    return { error: 'bad_verification_code', error_description: `The code ${code} is incorrect or expired.` }
  if (form.get('redirect_uri') !== grant.redirectUri) return { error: 'redirect_uri_mismatch' }
  const token = `gho_${randomBytes(18).toString('hex')}`
  tokens.set(token, grant.account)
  return { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' }
}
