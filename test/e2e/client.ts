// The few calls that the tests of whole installations need.
import { readState } from './installation.ts'

export type Answer<T> = { status: number; headers: Headers; body: T }

export async function call<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  options: {
    token?: string
    json?: unknown
    bytes?: Uint8Array<ArrayBuffer>
    type?: string
    headers?: Record<string, string>
  } = {},
): Promise<Answer<T>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.bytes || options.json !== undefined
        ? { 'content-type': options.type ?? 'application/json' }
        : {}),
      ...options.headers,
    },
    ...(options.bytes ? { body: options.bytes } : {}),
    ...(options.json !== undefined ? { body: JSON.stringify(options.json) } : {}),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T }
}

export async function signIn(url: string, email: string, password: string): Promise<string> {
  const answer = await call<{ accessToken: string }>(url, 'POST', '/api/v1/auth/login', {
    json: { email, password },
  })
  if (answer.status !== 200) throw new Error(`Signing in as ${email} failed: ${JSON.stringify(answer.body)}`)
  return answer.body.accessToken
}

/** The demo user that `npm start` creates. */
export async function signInAsDemo(url: string, stateDir: string): Promise<string> {
  const secrets = readState<{ demoPassword: string }>(stateDir, 'secrets.json')
  return signIn(url, 'demo@example.com', secrets?.demoPassword ?? '')
}

/** Creates an account and returns its token. */
export async function register(url: string, name: string): Promise<string> {
  const json = { email: `${name}@example.com`, password: 'Long-enough-1-for-kills', name }
  const answer = await call<{ accessToken: string }>(url, 'POST', '/api/v1/auth/register', { json })
  if (answer.status !== 201) throw new Error(`Registering ${name} failed: ${JSON.stringify(answer.body)}`)
  return answer.body.accessToken
}
