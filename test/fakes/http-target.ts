// The target of `http.request` in the tests: a server that echoes, fails for a while, answers too much or too slowly,
// pages and redirects. Started once before the tests in workerd.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { TestProject } from 'vitest/node'
import { bodyOf, type Served, sendJson, serve } from './serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Its origin. */
    httpTarget: string
  }
}

type Seen = { method: string; key: string | null; authorization: string | null; body?: string }

const HUGE_BYTES = 100 * 1024 * 1024

function serveTarget(): Promise<Served> {
  const seen = new Map<string, Seen[]>()
  const hooks = new Map<string, { headers: IncomingHttpHeaders; body: string }[]>()
  const note = (name: string, request: IncomingMessage, body?: string): number => {
    const list = seen.get(name) ?? []
    seen.set(name, list)
    return list.push({
      method: request.method ?? '',
      key: (request.headers['idempotency-key'] as string | undefined) ?? null,
      authorization: request.headers.authorization ?? null,
      ...(body === undefined ? {} : { body }),
    })
  }
  return serve((base) => async (request, response) => {
    const url = new URL(request.url ?? '/', base)
    const [, what = '', name = ''] = url.pathname.split('/')
    const query = url.searchParams
    const number = (key: string, fallback: number): number => Number(query.get(key) ?? fallback)
    switch (what) {
      case 'echo': {
        const { method, headers } = request
        return sendJson(response, 200, {
          method,
          path: url.pathname,
          query: [...query],
          headers,
          body: await bodyOf(request),
        })
      }
      case 'expect': {
        const given = request.headers[(query.get('header') ?? '').toLowerCase()]
        return sendJson(response, given === query.get('value') ? 200 : 401, {})
      }
      case 'github-app': {
        const { authorization } = request.headers
        if (!url.pathname.endsWith('/access_tokens'))
          return sendJson(response, authorization === 'Bearer ghs_0123456789abcdef' ? 200 : 401, {})
        note(name, request)
        // Later than any test moves the clock of the app.
        return sendJson(response, 201, { token: 'ghs_0123456789abcdef', expires_at: '2100-01-01T00:00:00Z' })
      }
      case 'teapot-echo':
        return sendJson(response, 418, { url: request.url, headers: request.headers })
      case 'seen':
        return sendJson(response, 200, seen.get(name) ?? [])
      case 'status':
        return void response
          .writeHead(Number(name), Object.fromEntries(query))
          .end(JSON.stringify({ status: Number(name) }))
      case 'flaky': {
        const tries = note(name, request, await bodyOf(request))
        if (tries > number('failures', 0)) return sendJson(response, 200, { tries })
        return sendJson(response, number('how', 503), {})
      }
      case 'hook': {
        // Answers by script: `answers` is a list of statuses, the last of which is repeated. Other parameters are
        // headers.
        const list = hooks.get(name) ?? []
        hooks.set(name, list)
        list.push({ headers: request.headers, body: await bodyOf(request) })
        const { answers = '200', ...headers } = Object.fromEntries(query)
        const statuses = answers.split(',')
        const status = Number(statuses[Math.min(list.length, statuses.length) - 1])
        return void response
          .writeHead(status, headers)
          .end(`answer ${list.length} to ${request.headers['x-own']}`)
      }
      case 'hooked':
        return sendJson(response, 200, hooks.get(name) ?? [])
      case 'typed':
        return void response
          .writeHead(200, { 'content-type': query.get('type') ?? '' })
          .end(Buffer.from(query.get('base64') ?? '', 'base64'))
      case 'hang':
        note(name, request, await bodyOf(request))
        return
      case 'huge':
        return huge(response, query.has('length'))
      case 'drip':
        return drip(response)
      case 'redirect':
        note(name, request)
        return void response.writeHead(number('status', 302), { location: query.get('to') ?? '/echo' }).end()
      case 'long-list': {
        const page = number('page', 1)
        return sendJson(response, 200, { items: page > 25 ? [] : [page] })
      }
      case 'pages':
        note(name, request)
        return sendPage(response, base, url)
      default:
        return sendJson(response, 404, {})
    }
  })
}

function huge(response: ServerResponse, announced: boolean): void {
  response.writeHead(200, announced ? { 'content-length': String(HUGE_BYTES) } : {})
  const block = Buffer.alloc(64 * 1024, 'x')
  let left = HUGE_BYTES
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= block.length
      if (!response.write(block)) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.write('.')
  const timer = setInterval(() => response.write('.'), 1_000)
  response.on('close', () => clearInterval(timer))
}

/** Seven items, three per page. The next page is in the body, in the `Link` header and by number. */
function sendPage(response: ServerResponse, base: string, url: URL): void {
  const page = Number(url.searchParams.get('page') ?? '1')
  const items = [1, 2, 3, 4, 5, 6, 7].slice((page - 1) * 3, page * 3)
  const next = new URL(url.href.replace(url.origin, url.searchParams.get('elsewhere') ?? base))
  next.searchParams.set('page', String(url.searchParams.has('stuck') ? page : page + 1))
  const hasMore = page < 3
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(hasMore ? { link: `<${base}/pages?page=1>; rel="first", <${next.href}>; rel="next"` } : {}),
  })
  response.end(JSON.stringify({ items, next: hasMore ? next.href : null, cursor: hasMore ? page + 1 : null }))
}

let served: Served | undefined

export async function setup(project: TestProject): Promise<void> {
  served = await serveTarget()
  project.provide('httpTarget', served.url)
}

export async function teardown(): Promise<void> {
  await served?.close()
}
