// Builds the OpenAPI document from the metadata of the routes (openapi.ts).
import * as z from 'zod'
import { Problem } from '../problem.ts'
import { describeRoutes, openApiPath, type RouteInfo } from '../route-meta.ts'
import { ruleOf } from '../scopes.ts'
import { TAGS, tagOf } from '../tags.ts'
import { described, exampleOf, isReplaced, type JsonSchema, type Schemas, tidy } from './tidy.ts'

const INTRODUCTION =
  'Durable agents, tasks and workflows at the edge. Lists accept `limit` and `cursor` and return `{ items, nextCursor, total? }`. Updates are partial and accept PUT and PATCH. ' +
  'Errors are problems (RFC 9457) with a `code`. `Idempotency-Key` makes it safe to repeat a request. `If-Match` accepts the `ETag` of a previous response.'

/** The OpenAPI 3.1 document of the route table. Routes without `doc`, and aliases, are left out. */
export function openApiDocument(
  routes: { method: string; path: string; handler: unknown }[],
  version: string,
): Record<string, unknown> {
  const schemas: Schemas = {}
  const paths: Record<string, Record<string, unknown>> = {}
  const problemRef = schemaOf(Problem, 'output', schemas)
  for (const route of describeRoutes(routes)) {
    if (!route.doc || route.twinOf !== null) continue
    const path = openApiPath(route.path)
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route, route.doc, schemas, problemRef)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Orrery',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas)
          .filter(([name]) => !isReplaced(name))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token, or an API key.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
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
    parameters.push(withText({ name, in: 'path', required: true, schema }))
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
      "The team for the request. Default: the caller's personal team. Without this header, a person can get runs and approvals by id from all their teams.",
    )
  if (answer.versioned === 'if-match')
    header(
      'If-Match',
      'The ETag from a previous response. If the object has changed since, the request fails with 412.',
    )
  for (const input of route.inputs) {
    const { target, schema, otherMediaTypes = [], binaryMediaTypes = [], optional = false, form } = input
    if (target === 'json' || target === 'bytes')
      requestBody = {
        required: !optional,
        content: {
          ...(target === 'json' ? jsonBody(schema, schemas, otherMediaTypes) : {}),
          ...textOf(binaryMediaTypes, { format: 'binary' }),
          ...(form === undefined
            ? {}
            : { 'application/x-www-form-urlencoded': { schema: schemaOf(form, 'input', schemas) } }),
          ...(target === 'bytes' ? textOf(otherMediaTypes, { format: 'binary' }) : {}),
        },
      }
    else if (target === 'query' || target === 'header') parameters.push(...parametersOf(schema, target))
  }
  if (answer.waits)
    header('Prefer', '`wait=N` waits up to N seconds (at most 60) for the run to end.', {
      pattern: '^wait=[0-9]{1,6}$',
    })
  if (route.idempotent)
    header('Idempotency-Key', 'A request with the same key and body is executed only once.', {
      maxLength: 255,
    })
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
    description: answer.description ?? `${answer.summary}.`,
    operationId: answer.id,
    tags: [tagOf(answer.id)],
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
  Object.fromEntries(
    mediaTypes.map((mediaType) => [
      mediaType,
      { schema: { type: 'string', ...(mediaType === 'text/event-stream' ? EVENT_STREAM : {}), ...more } },
    ]),
  )

const EVENT_STREAM = {
  description:
    'Server-sent events: `id` is the `seq` of an event, `event` its `type`, `data` the event as JSON.',
}

function jsonBody(schema: z.ZodType, schemas: Schemas, otherMediaTypes: string[]) {
  const documented = schemaOf(schema, 'input', schemas)
  const example = exampleOf(documented, schemas)
  const text = { schema: { type: 'string' }, example: JSON.stringify(example) }
  return {
    'application/json': { schema: documented, example },
    ...Object.fromEntries(otherMediaTypes.map((mediaType) => [mediaType, text])),
  }
}

/** A description of a parameter belongs to the parameter, not its schema. */
function withText({ name, schema, ...rest }: { name: string; schema: JsonSchema; [other: string]: unknown }) {
  const { description, ...bare } = described(name, schema)
  return { name, ...rest, ...(description === undefined ? {} : { description }), schema: bare }
}

const pathParameters = (path: string): { name: string; pattern: string | undefined }[] =>
  [...path.matchAll(/:([A-Za-z]+)(?:\{([^/]*)\})?/g)].map((match) => ({
    name: match[1] ?? '',
    pattern: match[2],
  }))

function parametersOf(schema: z.ZodType, target: 'query' | 'header'): unknown[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(json.properties ?? {}).map(([name, inner]) =>
    withText({
      name,
      in: target,
      required: json.required?.includes(name) ?? false,
      schema: tidy(inner as JsonSchema),
    }),
  )
}

/** Schemas with an id become components; the others stay inline. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): JsonSchema {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
  const { $schema: _schema, $defs, id, ...rest } = json
  for (const [name, inner] of Object.entries(($defs ?? {}) as Schemas))
    schemas[name] = tidy(withComponentRefs(withoutId(inner)))
  if (typeof id !== 'string') return tidy(withComponentRefs(rest))
  schemas[id] = tidy(withComponentRefs(rest))
  return { $ref: `#/components/schemas/${id}` }
}

const withoutId = (schema: unknown): JsonSchema => {
  const { id: _id, ...rest } = schema as Record<string, unknown>
  return rest
}

const withComponentRefs = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
