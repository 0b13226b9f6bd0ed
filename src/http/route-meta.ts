// The metadata of a route, attached to its middleware. The guard, the OpenAPI document and the contract tests all read it from the
// route table, so they always agree with what is served.
import type * as z from 'zod'
import type { Scope } from './scopes.ts'
import type { OperationId } from './tags.ts'

export type Target = 'json' | 'bytes' | 'query' | 'param' | 'header' | 'form'

export type InstallationToken = 'metricsToken' | 'mailboxToken'

export type RouteMeta = {
  access?: { scope: Scope; teamParam: string | null }
  doc?: {
    id: OperationId
    summary: string
    status: number
    schema: z.ZodType | null
    mediaType: string
    /** Other types that the client may request. They are not validated. */
    otherMediaTypes: string[]
    description?: string
    /** A second status with the same body, such as 202 for something unfinished. */
    alsoStatus?: number
    versioned?: 'etag' | 'if-match'
    /** Accepts `Prefer: wait=N`. */
    waits?: true
    /** Descriptions of other responses, by status (or `2XX`). */
    otherAnswers?: Record<string, string>
    /** The route also accepts this token of the installation. */
    token?: InstallationToken
  }
  input?: {
    target: Target
    schema: z.ZodType
    /** Text types that the body may also have, or with `bytes` must have. */
    otherMediaTypes?: string[]
    /** Types of bytes that the body may also have. */
    binaryMediaTypes?: string[]
    /** Whether the body may be omitted. */
    optional?: boolean
    /** The fields, if the body may also be a form. */
    form?: z.ZodType
  }
  idempotent?: 'replayed' | 'secret'
}

const META = Symbol('route meta')

export function tag<Handler extends object>(handler: Handler, meta: RouteMeta): Handler {
  return Object.assign(handler, { [META]: meta })
}

/** For a middleware that wraps another and has the same metadata. */
export const copyMeta = <Handler extends object>(from: object, to: Handler): Handler =>
  tag(to, metaOf(from) ?? {})

export const metaOf = (handler: unknown): RouteMeta | undefined => (handler as { [META]?: RouteMeta })[META]

export type RouteInfo = {
  method: string
  path: string
  access: RouteMeta['access'] | null
  doc: RouteMeta['doc'] | null
  inputs: NonNullable<RouteMeta['input']>[]
  idempotent: RouteMeta['idempotent'] | null
  /** Set for another method or path of an operation: the `METHOD path` that is documented. */
  twinOf: string | null
}

/** The path as in the API description: parameters in braces, without patterns. */
export const openApiPath = (path: string): string => path.replace(/:([A-Za-z]+)(\{[^/]*\})?/g, '{$1}')

/**
 * The route table, with one entry per method and path that combines the tags of its middleware. One `doc` is one operation: its first
 * method and path are documented, the others are aliases.
 */
export function describeRoutes(routes: { method: string; path: string; handler: unknown }[]): RouteInfo[] {
  const table = new Map<string, RouteInfo>()
  const documented = new Map<RouteMeta['doc'], string>()
  for (const { method, path, handler } of routes) {
    if (method === 'ALL') continue
    const name = `${method} ${path}`
    const info = table.get(name) ?? undescribed(method, path)
    table.set(name, info)
    const meta = metaOf(handler)
    if (meta?.access) info.access = meta.access
    if (meta?.doc) {
      const first = documented.get(meta.doc) ?? name
      documented.set(meta.doc, first)
      info.doc = meta.doc
      info.twinOf = first === name ? null : first
    }
    if (meta?.input) info.inputs.push(meta.input)
    if (meta?.idempotent) info.idempotent = meta.idempotent
  }
  return [...table.values()]
}

const undescribed = (method: string, path: string): RouteInfo => ({
  method,
  path,
  access: null,
  doc: null,
  inputs: [],
  idempotent: null,
  twinOf: null,
})
