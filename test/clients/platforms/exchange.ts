// A proxy between an installation and the platforms that it deploys to. It passes each call with its answer to a
// checker, which returns the errors of the call, and may replace the answer with that of the real platform.
import type { ServerResponse } from 'node:http'
import { servePlatforms } from '../../fakes/platforms/index.ts'
import { bytesOf } from '../../fakes/platforms/log.ts'
import { type Served, serve } from '../../fakes/serve.ts'

export type Exchange = {
  method: string
  /** Relative to the root of the API. */
  path: string
  query: URLSearchParams
  headers: Record<string, unknown>
  body: Buffer
  status: number
  answer: unknown
}

/** The answer to return. */
export type Judge = (exchange: Exchange, fault: (text: string) => void) => unknown

export type Judged = Served & { faults: string[]; seen: Exchange[] }

/** `roots` are the prefixes of checked paths, such as `/github`. */
export async function serveJudged(roots: Record<string, Judge>): Promise<Judged> {
  const platforms = await servePlatforms()
  const faults: string[] = []
  const seen: Exchange[] = []
  const served = await serve(() => async (request, response) => {
    const url = new URL(request.url ?? '/', platforms.url)
    const { method = 'GET', headers } = request
    const body = await bytesOf(request)
    const real = await fetch(`${platforms.url}${request.url}`, {
      method,
      headers: passed(headers),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    })
    const text = await real.text()
    const root = Object.keys(roots).find((one) => new RegExp(`^${one}/`).test(url.pathname))
    const judge = root === undefined ? undefined : roots[root]
    if (root === undefined || judge === undefined) return send(response, real, text)
    const exchange: Exchange = {
      ...{ method, headers, body, query: url.searchParams, status: real.status },
      path: url.pathname.replace(new RegExp(`^${root}`), ''),
      answer: text === '' ? undefined : JSON.parse(text),
    }
    seen.push(exchange)
    const answer = judge(exchange, (fault) => faults.push(`${method} ${exchange.path}: ${fault}`))
    send(response, real, answer === undefined ? '' : JSON.stringify(answer))
  })
  const close = async (): Promise<void> => {
    await served.close()
    await platforms.close()
  }
  return { url: served.url, close, faults, seen }
}

const passed = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !/^(host|connection|content-length|transfer-encoding|expect)$/.test(name))
      .map(([name, value]) => [name, String(value)]),
  )

function send(response: ServerResponse, { status, headers }: Response, text: string): void {
  const type = headers.get('content-type') ?? 'application/json'
  response.writeHead(status, { 'content-type': type }).end(status === 204 || text === '' ? undefined : text)
}
