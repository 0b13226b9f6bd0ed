// The two words in which a route states its contract, `doc` and `validate`, and the OpenAPI document made from them.
import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler, ValidationTargets } from 'hono'
import * as z from 'zod'
import { AppError, type FieldError } from '../core/errors.ts'
import type { AppEnv } from './app-env.ts'
import { type BodyOptions, readText, requireJson } from './body.ts'
import { expectedVersion } from './etag.ts'
import { Problem } from './problem.ts'
import { describeRoutes, type RouteInfo, tag } from './route-meta.ts'
import { ruleOf } from './scopes.ts'

type DocMore = {
  mediaType?: string
  otherMediaTypes?: string[]
  description?: string
  alsoStatus?: number
  /** The answer has an ETag; with `if-match` the route takes one as well. */
  versioned?: 'etag' | 'if-match'
}

/** States what a route answers with. `schema` null is an answer without a body. */
export function doc(summary: string, status: number, schema: z.ZodType | null, more: DocMore = {}) {
  const takesIfMatch = more.versioned === 'if-match'
  const handler: MiddlewareHandler<AppEnv> = (c, next) => {
    if (!takesIfMatch) refuseIfMatch(c)
    return next()
  }
  const { mediaType = 'application/json', otherMediaTypes = [], ...rest } = more
  return tag(handler, {
    doc: {
      summary,
      status,
      schema,
      mediaType,
      otherMediaTypes,
      ...rest,
    },
  })
}

/**
 * A condition that cannot be checked is not met (RFC 9110, 13.1.1): whoever sends one must not believe that it was. A
 * webhook's headers are its sender's own, and what is public has no versions.
 */
function refuseIfMatch(c: Context<AppEnv>): void {
  const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  if (!changes || expectedVersion(c) === null || (c.get('ctx') ?? c.get('readCtx')) === undefined) return
  throw new AppError('resource.stale', { detail: 'Nothing here has an ETag that If-Match could name.' })
}

/** Checks one part of the request and gives it to the handler by `c.req.valid(target)`. */
export function validate<Target extends 'json' | 'query' | 'param' | 'header', Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
  body: BodyOptions = {},
) {
  const check = zValidator(target as keyof ValidationTargets & Target, schema, (result) => {
    if (!result.success) throw new AppError('request.invalid', { errors: fieldErrors(result.error.issues) })
  })
  if (target !== 'json') return tag(check, { input: { target, schema } })
  const inner = check as unknown as MiddlewareHandler<AppEnv>
  const withBody: MiddlewareHandler<AppEnv> = async (c, next) => {
    await requireJson(c, body)
    return inner(c, next)
  }
  return tag(withBody as unknown as typeof check, { input: { target, schema } })
}

/** For bodies that the service itself makes sense of: read up to a limit, whatever their type, and left as text. */
export function takeText(schema: z.ZodType, mediaTypes: string[], maxBytes: number) {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    await readText(c, maxBytes)
    await next()
  }
  return tag(handler, { input: { target: 'json', schema, otherMediaTypes: mediaTypes } })
}

export const fieldErrors = (
  issues: readonly { path: PropertyKey[]; message: string; code?: string | undefined }[],
): FieldError[] =>
  issues.slice(0, 50).map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
    code: issue.code ?? 'invalid',
  }))

type Schemas = Record<string, unknown>

/** OpenAPI 3.1 of the route table. Routes without `doc` are not part of the contract and do not appear. */
export function openApiDocument(
  routes: { method: string; path: string; handler: unknown }[],
  version: string,
): Record<string, unknown> {
  const schemas: Schemas = {}
  const paths: Record<string, Record<string, unknown>> = {}
  const problemRef = schemaOf(Problem, 'output', schemas)
  for (const route of describeRoutes(routes)) {
    if (!route.doc) continue
    const path = route.path.replace(/:([A-Za-z]+)(\{[^/]*\})?/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route, route.doc, schemas, problemRef)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Orrery', version, description: 'Durable agents, tasks and workflows at the edge.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  }
}

function operation(
  route: RouteInfo,
  answer: NonNullable<RouteInfo['doc']>,
  schemas: Schemas,
  problemRef: unknown,
): Record<string, unknown> {
  const parameters: unknown[] = []
  let requestBody: unknown
  for (const { name, pattern } of pathParameters(route.path)) {
    const schema = { type: 'string', ...(pattern ? { pattern: `^${pattern}$` } : {}) }
    parameters.push({ name, in: 'path', required: true, schema })
  }
  const header = (name: string, description: string, schema: Record<string, unknown> = {}) =>
    parameters.push({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string', ...schema },
    })
  if (route.access && route.access.teamParam === null && !ruleOf(route.access.scope).platform)
    header('X-Team-Id', "The team that the request is in; without it, the caller's personal team.")
  if (answer.versioned === 'if-match')
    header('If-Match', 'The ETag of what was read: the change is refused (412) when it has changed since.')
  for (const { target, schema, otherMediaTypes = [] } of route.inputs) {
    if (target === 'json')
      requestBody = {
        required: true,
        content: {
          'application/json': { schema: schemaOf(schema, 'input', schemas) },
          ...Object.fromEntries(
            otherMediaTypes.map((mediaType) => [mediaType, { schema: { type: 'string' } }]),
          ),
        },
      }
    else if (target === 'query' || target === 'header') parameters.push(...parametersOf(schema, target))
  }
  if (route.idempotent)
    header('Idempotency-Key', 'The same key and body is the same request.', { maxLength: 255 })
  const success = {
    description: answer.summary,
    ...(answer.versioned && answer.schema
      ? { headers: { ETag: { description: 'The version, for If-Match', schema: { type: 'string' } } } }
      : {}),
    ...(answer.schema
      ? {
          content: {
            [answer.mediaType]: { schema: schemaOf(answer.schema, 'output', schemas) },
            ...Object.fromEntries(
              answer.otherMediaTypes.map((mediaType) => [mediaType, { schema: { type: 'string' } }]),
            ),
          },
        }
      : {}),
  }
  const rule = route.access ? ruleOf(route.access.scope) : null
  return {
    summary: answer.summary,
    ...(answer.description ? { description: answer.description } : {}),
    operationId: operationId(route),
    tags: [route.path.split('/').filter((part) => part !== 'api' && part !== 'v1')[1] ?? 'system'],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      [answer.status]: success,
      ...(answer.alsoStatus ? { [answer.alsoStatus]: success } : {}),
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: problemRef } },
      },
    },
    security: rule ? [{ bearer: [] }, ...(rule.keys ? [{ apiKey: [] }] : [])] : [],
    ...(route.access ? { 'x-scope': route.access.scope, 'x-role': rule?.platform ?? rule?.team } : {}),
  }
}

const pathParameters = (path: string): { name: string; pattern: string | undefined }[] =>
  [...path.matchAll(/:([A-Za-z]+)(?:\{([^/]*)\})?/g)].map((match) => ({
    name: match[1] ?? '',
    pattern: match[2],
  }))

const operationId = (route: RouteInfo): string =>
  `${route.method.toLowerCase()}${route.path
    .replace('/api/v1', '')
    .replace(/\{[^/]*\}/g, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`

function parametersOf(schema: z.ZodType, target: 'query' | 'header'): unknown[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(json.properties ?? {}).map(([name, inner]) => ({
    name,
    in: target,
    required: json.required?.includes(name) ?? false,
    schema: inner,
  }))
}

/** Schemas with an id become components; the rest stay where they are used. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): unknown {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
  const { $schema: _schema, $defs, id, ...rest } = json
  for (const [name, inner] of Object.entries(($defs ?? {}) as Schemas))
    schemas[name] = withComponentRefs(withoutId(inner))
  if (typeof id !== 'string') return withComponentRefs(rest)
  schemas[id] = withComponentRefs(rest)
  return { $ref: `#/components/schemas/${id}` }
}

const withoutId = (schema: unknown): unknown => {
  const { id: _id, ...rest } = schema as Record<string, unknown>
  return rest
}

const withComponentRefs = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
