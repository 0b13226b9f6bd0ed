// Sends bytes with their progress, which `fetch` does not report.
import { Problem } from '../problem.ts'
import { accessToken, dropToken } from '../session.ts'

export type Bytes = {
  method: 'POST' | 'PUT'
  path: string
  body: Blob
  headers: Record<string, string>
  team: string | null
  signal: AbortSignal
  onProgress: (sentBytes: number) => void
}

/** The JSON of the response. Throws a Problem, or an AbortError. */
export async function sendBytes(bytes: Bytes, isSecond = false): Promise<unknown> {
  const token = await accessToken()
  bytes.signal.throwIfAborted()
  const { status, text, header } = await request(bytes, token)
  const answer = parse(text)
  if (status >= 200 && status < 300) return answer
  const { code } = answer as { code?: string }
  if (status === 401 && token !== null && !isSecond && code === 'auth.invalid_token') {
    dropToken(token)
    return sendBytes(bytes, true)
  }
  throw new Problem(status, answer as object, new Headers(header))
}

type Response = { status: number; text: string; header: Record<string, string> }

const request = (
  { method, path, body, headers, team, signal, onProgress }: Bytes,
  token: string | null,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open(method, `/api/v1${path}`)
    const all = {
      ...headers,
      'content-type': 'application/octet-stream',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(team === null ? {} : { 'x-team-id': team }),
    }
    for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value)
    const stop = () => xhr.abort()
    signal.addEventListener('abort', stop)
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded)
    xhr.onerror = () => reject(new TypeError('The connection was lost.'))
    xhr.onabort = () => reject(signal.reason)
    xhr.onload = () => {
      const names = ['retry-after', 'x-request-id']
      const header = Object.fromEntries(
        names.flatMap((name) => {
          const value = xhr.getResponseHeader(name)
          return value === null ? [] : [[name, value]]
        }),
      )
      resolve({ status: xhr.status, text: xhr.responseText, header })
    }
    xhr.onloadend = () => signal.removeEventListener('abort', stop)
    xhr.send(body)
  })

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return { detail: 'The response of the server cannot be read.' }
  }
}
