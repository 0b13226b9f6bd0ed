// A browser for sign-in tests: cookies by host, and the path from our start through a provider's login page and back.
import { type Answer, call } from './api.ts'

const HOME = 'http://orrery.test'
export const OAUTH = '/api/v1/auth/oauth'

export type Browser = {
  /** Calls the app with this browser's cookies. */
  call: (method: string, path: string, options?: Parameters<typeof call>[2]) => Promise<Answer<any>>
  /** Begins, logs in as `account` at the provider, and stops before the callback, whose path it returns. */
  signInAt: (provider: string, account: object, query?: string) => Promise<string>
  /** Opens a provider's URL, logs in there as `account`, and stops before our callback, whose path it returns. */
  consentAt: (url: string, account: object) => Promise<string>
  cookies: Map<string, string>
}

export function newBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: URL): Map<string, string> => {
    const jar = jars.get(url.host) ?? new Map<string, string>()
    jars.set(url.host, jar)
    return jar
  }
  const keep = (url: URL, headers: Headers) => {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) jarOf(url).delete(name)
      else jarOf(url).set(name, value)
    }
  }
  const cookieHeader = (url: URL): Record<string, string> => {
    const text = [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ')
    return text === '' ? {} : { cookie: text }
  }

  const callApp: Browser['call'] = async (method, path, options = {}) => {
    const url = new URL(path, HOME)
    const answer = await call(method, path, {
      ...options,
      headers: { ...options.headers, ...cookieHeader(url) },
    })
    keep(url, answer.headers)
    return answer
  }

  /** Follows redirects among the pages of a provider. Ends at its login page or before returning. */
  const walk = async (from: URL, body?: object): Promise<{ at: URL; home: boolean }> => {
    let url = from
    let init: RequestInit = body ? { method: 'POST', body: JSON.stringify(body) } : {}
    for (let hop = 0; hop < 10; hop++) {
      const response = await fetch(url, { ...init, redirect: 'manual', headers: cookieHeader(url) })
      keep(url, response.headers)
      const text = await response.text()
      const location = response.headers.get('location')
      if (location === null) {
        if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`)
        return { at: url, home: false }
      }
      url = new URL(location, url)
      if (url.origin === HOME) return { at: url, home: true }
      init = {}
    }
    throw new Error('Too many redirects')
  }

  const consentAt = async (url: string, account: object): Promise<string> => {
    const login = await walk(new URL(url))
    const { at } = login.home ? login : await walk(login.at, account)
    return at.pathname + at.search
  }

  return {
    call: callApp,
    consentAt,
    cookies: jarOf(new URL(HOME)),
    async signInAt(provider, account, query = '') {
      const started = await callApp('GET', `${OAUTH}/${provider}/start${query}`)
      if (started.status !== 302) throw new Error(`start answered ${started.status}: ${started.text}`)
      return consentAt(started.headers.get('location') ?? '', account)
    },
  }
}
