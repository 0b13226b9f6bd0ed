// Sign-in with a provider, or linking it to the account: the browser returns with a code that only this tab can exchange (PKCE).

const VERIFIER = 'orrery.oauth-verifier'
const GO_ON = 'orrery.oauth-to'
/** Set if the provider is to be linked to the account that is signed in. */
const LINKS = 'orrery.oauth-links'

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

export async function goToProvider(
  startUrl: string,
  to: string | undefined,
  purpose: 'sign-in' | 'link' = 'sign-in',
): Promise<void> {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)))
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  sessionStorage.setItem(VERIFIER, verifier)
  if (to) sessionStorage.setItem(GO_ON, to)
  if (purpose === 'link') sessionStorage.setItem(LINKS, 'yes')
  else sessionStorage.removeItem(LINKS)
  const url = new URL(startUrl)
  url.searchParams.set('returnTo', `${location.origin}/sign-in/oauth`)
  url.searchParams.set('codeChallenge', base64Url(new Uint8Array(challenge)))
  location.assign(url)
}

export type Ticket = { code: string; codeVerifier: string; to: string; isLink: boolean }
export type Returned = Ticket | { error: string }

/** The parameters of the provider's redirect. Removes the code from the URL at once. */
export function readReturn(): Returned {
  const fragment = new URLSearchParams(location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
  const codeVerifier = sessionStorage.getItem(VERIFIER)
  const to = sessionStorage.getItem(GO_ON) ?? '/'
  const isLink = sessionStorage.getItem(LINKS) !== null
  sessionStorage.removeItem(VERIFIER)
  sessionStorage.removeItem(LINKS)
  sessionStorage.removeItem(GO_ON)
  const code = fragment.get('code')
  if (code !== null && codeVerifier !== null) return { code, codeVerifier, to, isLink }
  return {
    error: fragment.get('error_description') ?? fragment.get('error') ?? 'The sign-in was not completed.',
  }
}
