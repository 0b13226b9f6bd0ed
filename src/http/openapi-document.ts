// The OpenAPI document, made from what the routes say about themselves (openapi.ts).
import * as z from 'zod'
import { Problem } from './problem.ts'
import { describeRoutes, openApiPath, type RouteInfo } from './route-meta.ts'
import { ruleOf } from './scopes.ts'

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
    const path = openApiPath(route.path)
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
        metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN of the installation.' },
        mailboxToken: { type: 'http', scheme: 'bearer', description: 'MAILBOX_TOKEN of the installation.' },
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
    header(
      'X-Team-Id',
      "The team that the request is in; without it, the caller's personal team. Without it a person's reads of a run or an approval by id find those of all their teams.",
    )
  if (answer.versioned === 'if-match')
    header('If-Match', 'The ETag of what was read: the change is refused (412) when it has changed since.')
  for (const { target, schema, otherMediaTypes = [], optional = false } of route.inputs) {
    if (target === 'json' || target === 'bytes')
      requestBody = {
        required: !optional,
        content: {
          ...(target === 'json'
            ? { 'application/json': { schema: schemaOf(schema, 'input', schemas) } }
            : {}),
          ...textOf(otherMediaTypes, target === 'bytes' ? { format: 'binary' } : {}),
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
            ...textOf(answer.otherMediaTypes),
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
      ...Object.fromEntries(
        Object.entries(answer.otherAnswers ?? {}).map(([status, description]) => [status, { description }]),
      ),
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: problemRef } },
      },
    },
    security: rule
      ? [
          { bearer: [] },
          ...(rule.keys ? [{ apiKey: [] }] : []),
          ...(answer.token ? [{ [answer.token]: [] }] : []),
        ]
      : [],
    ...(route.access ? { 'x-scope': route.access.scope, 'x-role': rule?.platform ?? rule?.team } : {}),
  }
}

const textOf = (mediaTypes: string[], more: Record<string, unknown> = {}) =>
  Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: { type: 'string', ...more } }]))

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
