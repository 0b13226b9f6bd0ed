import * as z from 'zod'
import type { Json } from '../../core/json.ts'
import { fetchAllowed, Hosts, refused } from './hosts.ts'
import { pageOf, readText } from './page.ts'
import { tool } from './tool.ts'

const MAX_BYTES = 2 * 1024 * 1024
const TIMEOUT_MS = 30_000
const SAFE = new Set(['GET', 'HEAD'])

export const httpRequestTool = tool({
  name: 'http.request',
  description:
    'Calls an HTTP API and returns the status and body. Only hosts that the agent may call are allowed.',
  args: z.strictObject({
    url: z.string().min(1).max(4_096),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
    headers: z.record(z.string().max(100), z.string().max(4_096)).optional(),
    body: z.unknown().optional().describe('The body. Text is sent unchanged, anything else as JSON.'),
  }),
  config: z.strictObject({
    hosts: Hosts,
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
      .min(1)
      .optional()
      .describe('The methods that the agent may use. Default: GET and HEAD.'),
    credential: z
      .string()
      .max(200)
      .optional()
      .describe('The integration of the team that authenticates the requests.'),
    timeoutMs: z
      .int()
      .min(1_000)
      .max(120_000)
      .optional()
      .describe('The time limit of a call, including the whole answer. Default: 30 seconds.'),
  }),
  run: async ({ http }, { args, config, key, signal }): Promise<Json> => {
    const { url, body } = args
    const allowed = config.methods ?? ['GET', 'HEAD']
    const method =
      args.method ?? (body === undefined && allowed.includes('GET') ? 'GET' : firstSending(allowed))
    if (!allowed.includes(method))
      throw refused(`The agent may not use ${method}, only ${allowed.join(', ')}`)
    const headers: Record<string, string> = { 'user-agent': 'Orrery' }
    for (const [name, value] of Object.entries(args.headers ?? {}))
      if (/^[a-z0-9-]+$/i.test(name) && !/^(host|authorization|cookie|proxy-.*|idempotency-key)$/i.test(name))
        headers[name.toLowerCase()] = value
    if (!SAFE.has(method)) headers['idempotency-key'] = key
    if (body !== undefined && typeof body !== 'string') headers['content-type'] ??= 'application/json'
    const response = await fetchAllowed(http, config.hosts, {
      url,
      method,
      headers,
      ...(body === undefined || SAFE.has(method)
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      maxBytes: MAX_BYTES,
      timeoutMs: config.timeoutMs ?? TIMEOUT_MS,
      signal,
      ...(config.credential === undefined ? {} : { credential: config.credential }),
    })
    const text = readText(response)
    if (/^(text\/html|application\/xhtml)/i.test(response.headers['content-type'] ?? ''))
      throw refused(webPage(response.url, response.status, pageOf(text, response.url).title))
    return {
      status: response.status,
      contentType: response.headers['content-type'] ?? null,
      body: jsonOr(text),
    }
  },
})

/** Such a response means that the API has not done what was asked: it is a login, an error page or a wrong URL. */
const webPage = (url: string, status: number, title: string | null): string =>
  `${url} responded with ${status} and a web page${title === null ? '' : `, ${JSON.stringify(title)}`}, not with data. Use web.read to read pages.`

/** The default if the model sends none. */
const firstSending = <Method extends string>(allowed: readonly Method[]): Method | 'POST' =>
  allowed.find((method) => !SAFE.has(method)) ?? 'POST'

function jsonOr(text: string) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
