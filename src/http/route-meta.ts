// What a route says about itself, carried by its own middleware. The guard, the OpenAPI document and the contract
// tests all read it from the route table, so none of them can disagree with what is served.
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
    /** Others that the caller may ask for; they are not parsed. */
    otherMediaTypes: string[]
    description?: string
    /** A second status with the same body, such as 202 for what is not finished yet. */
    alsoStatus?: number
    versioned?: 'etag' | 'if-match'
    /** Takes `Prefer: wait=N`. */
    waits?: true
    /** Answers of other kinds, by status (or `2XX`): what they mean. */
    otherAnswers?: Record<string, string>
    /** The route also takes this token of the installation. */
    token?: InstallationToken
  }
  input?: {
    target: Target
    schema: z.ZodType
    /** Of a body that may also come as text of these types, or with `bytes` only does. */
    otherMediaTypes?: string[]
    /** A body that may be left out. */
    optional?: boolean
    /** The fields of a body that may also come as a form. */
    form?: z.ZodType
  }
  idempotent?: 'replayed' | 'secret'
}

const META = Symbol('route meta')

export function tag<Handler extends object>(handler: Handler, meta: RouteMeta): Handler {
  return Object.assign(handler, { [META]: meta })
}

/** For a middleware that stands in front of another and says the same of the route. */
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
  /** Set where this is another method or path of an operation: the `METHOD path` that is documented. */
  twinOf: string | null
}

/** As the contract writes it: parameters in braces, without their patterns. */
export const openApiPath = (path: string): string => path.replace(/:([A-Za-z]+)(\{[^/]*\})?/g, '{$1}')

/**
 * The route table: one entry a method and path, its middlewares' tags put together. One `doc` is one operation: the first
 * method and path that carry it are documented, the others are its twins.
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
