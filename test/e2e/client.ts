// The few calls that the tests of whole installations make.

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
