// The words in which a route states its contract: `doc`, `validate`, and what it does with bodies that are no JSON.
import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler, ValidationTargets } from 'hono'
import * as z from 'zod'
import { AppError, type FieldError } from '../core/errors.ts'
import type { AppEnv } from './app-env.ts'
import { type BodyOptions, readText, requireJson } from './body.ts'
import { expectedVersion } from './etag.ts'
import { type InstallationToken, tag } from './route-meta.ts'

type DocMore = {
  mediaType?: string
  otherMediaTypes?: string[]
  description?: string
  alsoStatus?: number
  /** The answer has an ETag; with `if-match` the route takes one as well. */
  versioned?: 'etag' | 'if-match'
  otherAnswers?: Record<string, string>
  token?: InstallationToken
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
  const optional = body.optional ?? false
  return tag(withBody as unknown as typeof check, { input: { target, schema, optional } })
}

/** For bodies that the service itself makes sense of: read up to a limit, whatever their type, and left as text. */
export function takeText(schema: z.ZodType, mediaTypes: string[], maxBytes: number) {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    await readText(c, maxBytes)
    await next()
  }
  return tag(handler, { input: { target: 'json', schema, otherMediaTypes: mediaTypes } })
}

/** For bodies that are no JSON, which the handler streams: only said, not read. */
export function takeBytes(mediaTypes: readonly string[]) {
  const handler: MiddlewareHandler<AppEnv> = (_c, next) => next()
  return tag(handler, { input: { target: 'bytes', schema: z.string(), otherMediaTypes: [...mediaTypes] } })
}

export const fieldErrors = (
  issues: readonly { path: PropertyKey[]; message: string; code?: string | undefined }[],
): FieldError[] =>
  issues.slice(0, 50).map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
    code: issue.code ?? 'invalid',
  }))
