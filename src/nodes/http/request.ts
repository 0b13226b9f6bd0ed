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

/** The limit for values in a run. Larger responses belong in files. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const MAX_FILE_ANSWER_BYTES = 50 * 1024 * 1024

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const Params = z.strictObject({
  url: z.string().min(1).max(8_192).describe('An http or https URL with a public address.'),
  method: z.enum(METHODS).optional().describe('Default: GET, or POST if there is a body.'),
  query: Query.optional().describe(
    'Parameters added to the URL. They replace those with the same name. A list repeats the parameter, and null omits it.',
  ),
  headers: z
    .record(z.string().max(200), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe(
      'The headers by name; null omits one. All methods except GET, HEAD and OPTIONS get an `Idempotency-Key` that is the same on every attempt, unless it is set or omitted here.',
    ),
  body: z
    .unknown()
    .optional()
    .describe(
      'The body. For `form`, an object of fields; for `multipart`, fields can also be `{ filename, content, contentType?, encoding?: text | base64 }`.',
    ),
  bodyType: z
    .enum(['json', 'form', 'multipart', 'raw'])
    .optional()
    .describe('How the body is sent. Default: `raw` for text, otherwise `json`.'),
  responseType: z.enum(['auto', 'json', 'text', 'file']).optional().meta({
    description:
      '`auto` uses the content type of the response. `file` streams it into a file of the team, of up to 50 MB.',
    default: 'auto',
  }),
  fileName: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .describe(
      'With `responseType: file`, the name of the file. Default: the name in `Content-Disposition`, or else the end of the URL. A missing extension is derived from the content type.',
    ),
  paginate: Paginate.optional().describe(
    'Requests all pages and collects their items. In expressions, the current page is `item` (`{ status, headers, body }`) and its position, from 0, is `index`.',
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
      'The maximum size of the response, or of all pages together. A larger one is a failure. Default and maximum: 8 MB, or 50 MB with `responseType: file`.',
    ),
  followRedirects: z
    .union([z.boolean(), z.literal('any')])
    .optional()
    .meta({
      description:
        'Follows up to 5 redirects. Another origin only gets the headers `accept`, `accept-language`, `content-type` and `user-agent`. A redirect that would send it the body fails with `http.redirect_refused`; `any` also sends the body.',
      default: true,
    }),
})
export type Params = z.infer<typeof Params>

export const httpRequest = effectNode({
  type: 'http.request',
  category: 'http',
  summary:
    'Calls an HTTP API. A `credential` authenticates the request, but only for the integration’s allowed hosts.',
  params: Params,
  output:
    '`{ status, headers, body }`, with lower-case header names. With `paginate`, the body is the list of all items, and `pages` is the number of pages. With `responseType: file`, the body is `{ $file, name, type, sizeBytes, sha256 }`.',
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
      faults.push({ at: ['url'], message: 'must be an http or https URL' })
  }
  if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers))
      if (!isHeader(name, isFixed(value) ? String(value) : ''))
        faults.push({ at: ['headers', name], message: 'is not a valid header' })
  }
  if (paginate !== undefined && responseType === 'file')
    faults.push({ at: ['paginate'], message: 'is not supported with responseType file' })
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    faults.push({ at: ['body'], message: `is not allowed for ${method} requests` })
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
    // Each page is a separate request, also for receivers that check idempotency keys.
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

/** Part of a list must not be mistaken for all of it. */
const tooManyPages = (maxPages: number, method: string): NodeError => ({
  code: 'http.too_many_pages',
  message: `There are more than ${maxPages} pages. Raise paginate.maxPages, request larger pages, or stop with paginate.until`,
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
    throw bad(`body: is not allowed for ${method} requests`)
  const sent = body === undefined ? null : bodyOf(body, bodyType)
  const headers: Record<string, string> = { 'user-agent': 'Orrery' }
  if (sent?.contentType) headers['content-type'] = sent.contentType
  if (!SAFE.has(method)) headers['idempotency-key'] = idempotencyKey
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    if (!isHeader(name, String(value))) throw bad(`headers.${name}: is not a valid header`)
    if (value === null) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = String(value)
  }
  // The content type that the runtime sets contains the boundary.
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
