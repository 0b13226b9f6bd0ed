import * as z from 'zod'
import type { NodeError } from '../../engine/model/event.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import { isFixed } from '../fixed.ts'
import { effectNode, type NodeInput, type NodeResult } from '../node.ts'
import type { HttpPort, NodePorts, OutboundRequest, OutboundResponse } from '../ports.ts'
import { mainPort } from '../ports-of.ts'
import { isOk, readBody, statusFailure } from './answer.ts'
import { bad, bodyOf } from './body.ts'
import { intoFile } from './into-file.ts'
import { DEFAULT_PAGES, firstPage, type Page, Paginate, Query, turnPage, withQuery } from './paginate.ts'

/** What fits into a run; larger answers belong into files. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const MAX_FILE_ANSWER_BYTES = 50 * 1024 * 1024

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const Params = z.strictObject({
  url: z.string().min(1).max(8_192).describe('http or https, to a public address.'),
  method: z.enum(METHODS).optional().describe('Default: GET, or POST when there is a body.'),
  query: Query.optional().describe(
    'Parameters added to the URL, in place of those of the same name; a list repeats its name, null leaves it out.',
  ),
  headers: z
    .record(z.string().max(200), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe(
      'By name; null leaves one out. `Idempotency-Key` is added to all but GET, HEAD and OPTIONS, the same on every attempt, unless it is set or left out here.',
    ),
  body: z
    .unknown()
    .optional()
    .describe(
      'Of a form an object of fields; of multipart also `{ filename, content, contentType?, encoding?: text | base64 }`.',
    ),
  bodyType: z
    .enum(['json', 'form', 'multipart', 'raw'])
    .optional()
    .describe('How the body is sent. Default: `raw` for text, else `json`.'),
  responseType: z.enum(['auto', 'json', 'text', 'file']).optional().meta({
    description:
      '`auto` goes by the content type of the answer. `file` streams it into a file of the team, of up to 50 MB.',
    default: 'auto',
  }),
  fileName: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .describe(
      'With `responseType: file` the name of the file. Default: what the answer calls it (`Content-Disposition`), else the end of its address, with the extension of its content type where that has none.',
    ),
  paginate: Paginate.optional().describe(
    'Asks for page after page and gives all that they bring. Its expressions see the page just got as `item` (`{ status, headers, body }`) and its place, from 0, as `index`.',
  ),
  okStatuses: z
    .array(z.union([z.number().int().min(100).max(599), z.string().regex(/^[1-5]xx$/)]))
    .min(1)
    .max(100)
    .optional()
    .describe('Statuses that count as success, such as 200, 404 or "2xx". Default: 200 to 399.'),
  maxBytes: z
    .number()
    .int()
    .min(1)
    .max(MAX_FILE_ANSWER_BYTES)
    .optional()
    .describe(
      'A larger answer (of all pages together) is a failure. Default and maximum: 8 MB, or 50 MB with `responseType: file`.',
    ),
  followRedirects: z
    .union([z.boolean(), z.literal('any')])
    .optional()
    .meta({
      description:
        'Follows up to 5 redirects. Another origin gets no headers but `accept`, `accept-language`, `content-type` and `user-agent`, and a redirect that would send it the body fails with `http.redirect_refused`. `any` sends the body on as well.',
      default: true,
    }),
})
export type Params = z.infer<typeof Params>

export const httpRequest = effectNode({
  type: 'http.request',
  category: 'http',
  summary:
    'Calls an HTTP API. With a `credential` the request is signed, at the allowed hosts of the integration only.',
  params: Params,
  output:
    '`{ status, headers, body }`, headers by their small names. With `paginate` the body is the list of all that the pages brought, and `pages`, their number, stands beside it. With `responseType: file` the body is `{ $file, name, type, sizeBytes, sha256 }`.',
  example: {
    url: 'https://api.example.com/orders/{{ input.orderId }}',
    headers: { accept: 'application/json' },
  },
  deferred: ['paginate'],
  conditions: ['paginate.until'],
  ports: mainPort,
  needsCredential: false,
  takesCredential: true,
  effectful: true,
  check: fixedFaults,
  run: async (ports, input, signal): Promise<NodeResult> => {
    const request = requestOf(input, signal)
    if (input.params.responseType === 'file') return intoFile(ports, input, request)
    return input.params.paginate
      ? allPages(ports, input, request, input.params.paginate)
      : onePage(ports.http, input, request)
  },
})

type Input = NodeInput<Params>

function fixedFaults({
  url,
  method,
  headers,
  body,
  paginate,
  responseType,
}: Readonly<Record<string, unknown>>): ParamFault[] {
  const faults: ParamFault[] = []
  if (typeof url === 'string') {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
    const isHttp = scheme === 'http' || scheme === 'https'
    if (scheme === undefined ? isFixed(url) : !isHttp || (isFixed(url) && !URL.canParse(url)))
      faults.push({ at: ['url'], message: 'not the URL of a web address: http or https is expected' })
  }
  if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers))
      if (!isHeader(name, isFixed(value) ? String(value) : ''))
        faults.push({ at: ['headers', name], message: 'not a header' })
  }
  if (paginate !== undefined && responseType === 'file')
    faults.push({ at: ['paginate'], message: 'pages are gathered in the output, not in a file' })
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    faults.push({ at: ['body'], message: `a ${method} request has none` })
  return faults
}

async function onePage(http: HttpPort, input: Input, request: OutboundRequest): Promise<NodeResult> {
  const response = await http.fetch(request)
  const { status, headers } = response
  if (!isOk(status, input.params.okStatuses))
    return { error: statusFailure(request.method, response, input.nowMs) }
  return { output: { status, headers, body: bodyOfAnswer(response, request, input) } }
}

async function allPages(
  { http, progress }: NodePorts,
  input: Input,
  request: OutboundRequest,
  paginate: Paginate,
): Promise<NodeResult> {
  const { params, evaluate, nowMs, idempotencyKey } = input
  const maxPages = paginate.maxPages ?? DEFAULT_PAGES
  const body: unknown[] = []
  let bytesLeft = request.maxBytes
  let url = firstPage(request.url, paginate)
  for (let index = 0; ; index++) {
    // Each page is a request of its own, also to a receiver that counts keys.
    const headers = { ...request.headers }
    if (headers['idempotency-key'] === idempotencyKey && index > 0)
      headers['idempotency-key'] = `${idempotencyKey}#${index}`
    const response = await http.fetch({ ...request, url, headers, maxBytes: bytesLeft })
    if (!isOk(response.status, params.okStatuses))
      return { error: statusFailure(request.method, response, nowMs) }
    bytesLeft -= response.bytes.length
    const page: Page = {
      status: response.status,
      headers: response.headers,
      body: bodyOfAnswer(response, request, input),
    }
    const { found, next } = turnPage(paginate, evaluate, page, index, { url, answered: response.url })
    for (const one of found) body.push(one)
    const pages = index + 1
    if (next === null) return { output: { status: page.status, headers: page.headers, body, pages } }
    if (pages === maxPages) return { error: tooManyPages(maxPages, request.method) }
    progress({ pages })
    url = next
  }
}

/** Half of a list must not pass for all of it. */
const tooManyPages = (maxPages: number, method: string): NodeError => ({
  code: 'http.too_many_pages',
  message: `There are more than ${maxPages} pages. Raise paginate.maxPages, ask for larger pages, or end with paginate.until`,
  retryable: false,
  outcomeUnknown: !SAFE.has(method),
})

const bodyOfAnswer = (response: OutboundResponse, request: OutboundRequest, { params }: Input): unknown =>
  request.method === 'HEAD'
    ? null
    : readBody(response, params.responseType === 'file' ? 'auto' : (params.responseType ?? 'auto'))

function requestOf({ params, idempotencyKey, credential }: Input, signal: AbortSignal): OutboundRequest {
  const { url, query, body, bodyType, maxBytes = MAX_ANSWER_BYTES, followRedirects = true } = params
  if (!URL.canParse(url)) throw bad('url: not a URL')
  const method = params.method ?? (body === undefined ? 'GET' : 'POST')
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    throw bad(`body: a ${method} request has none`)
  const sent = body === undefined ? null : bodyOf(body, bodyType)
  const headers: Record<string, string> = { 'user-agent': 'Orrery' }
  if (sent?.contentType) headers['content-type'] = sent.contentType
  if (!SAFE.has(method)) headers['idempotency-key'] = idempotencyKey
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    if (!isHeader(name, String(value))) throw bad(`headers.${name}: not a header`)
    if (value === null) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = String(value)
  }
  // The boundary stands in the type that the runtime writes.
  if (sent !== null && sent.contentType === null) delete headers['content-type']
  return {
    url: query === undefined ? url : withQuery(url, query),
    method,
    headers,
    maxBytes: Math.min(maxBytes, MAX_ANSWER_BYTES),
    followRedirects,
    signal,
    ...(credential === null ? {} : { credential }),
    ...(sent === null ? {} : { body: sent.body }),
  }
}

function isHeader(name: string, value: string): boolean {
  try {
    new Headers([[name, value]])
    return true
  } catch {
    return false
  }
}
