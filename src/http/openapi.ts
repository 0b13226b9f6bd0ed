// How a route declares its contract: `doc`, `validate`, and bodies that are not JSON.
import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler, ValidationTargets } from 'hono'
import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { fieldErrors } from '../core/field-errors.ts'

import type { AppEnv } from './app-env.ts'
import { type BodyOptions, isForm, readForm, readText, requireJson } from './body.ts'
import { expectedVersion } from './etag.ts'
import { type InstallationToken, tag } from './route-meta.ts'
import type { OperationId } from './tags.ts'

type DocMore = {
  mediaType?: string
  otherMediaTypes?: string[]
  description?: string
  alsoStatus?: number
  /** The answer has an ETag; with `if-match` the route takes one as well. */
  versioned?: 'etag' | 'if-match'
  /** Takes `Prefer: wait=N`. */
  waits?: true
  otherAnswers?: Record<string, string>
  token?: InstallationToken
}

/**
 * States what a route answers with. `schema` null is an answer without a body. The id is the operation's name in clients
 * made from the contract: `teams.create`. It never changes.
 */
export function doc(
  id: OperationId,
  summary: string,
  status: number,
  schema: z.ZodType | null,
  more: DocMore = {},
) {
  const takesIfMatch = more.versioned === 'if-match'
  const handler: MiddlewareHandler<AppEnv> = (c, next) => {
    if (!takesIfMatch) refuseIfMatch(c)
    return next()
  }
  const { mediaType = 'application/json', otherMediaTypes = [], ...rest } = more
  return tag(handler, {
    doc: {
      id,
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
 * A condition that cannot be checked counts as not met (RFC 9110, 13.1.1), so that its sender does not believe it was checked.
 * Headers of webhooks belong to their senders, and public routes have no versions.
 */
function refuseIfMatch(c: Context<AppEnv>): void {
  const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  if (!changes || expectedVersion(c) === null || (c.get('ctx') ?? c.get('readCtx')) === undefined) return
  throw new AppError('resource.stale', { detail: 'Nothing here has an ETag that If-Match could name.' })
}

const requireValid = (result: { success: true } | { success: false; error: z.core.$ZodError }): void => {
  if (!result.success) throw new AppError('request.invalid', { errors: fieldErrors(result.error.issues) })
}

/** The same body as fields of a form, for clients of a protocol that sends them so. */
type FormBody = {
  schema: z.ZodType
  /** Makes of the fields what the JSON would have been. */
  read: (fields: URLSearchParams) => unknown
}

/** Checks one part of the request and gives it to the handler by `c.req.valid(target)`. */
export function validate<Target extends 'json' | 'query' | 'param' | 'header', Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
  { form, ...body }: BodyOptions & { form?: FormBody } = {},
) {
  const check = zValidator(target as keyof ValidationTargets & Target, schema, requireValid)
  if (target !== 'json') return tag(check, { input: { target, schema } })
  const inner = check as unknown as MiddlewareHandler<AppEnv>
  const withBody: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (form !== undefined && isForm(c)) {
      const result = schema.safeParse(form.read(await readForm(c)))
      requireValid(result)
      c.req.addValidatedData('json', result.data as object)
      return next()
    }
    await requireJson(c, body)
    return inner(c, next)
  }
  const optional = body.optional ?? false
  const input = { target, schema, optional, ...(form === undefined ? {} : { form: form.schema }) }
  return tag(withBody as unknown as typeof check, { input })
}

/** For bodies that the service parses itself: read up to a limit, of any type, and kept as text. */
export function takeText(schema: z.ZodType, mediaTypes: string[], maxBytes: number) {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    await readText(c, maxBytes)
    await next()
  }
  return tag(handler, { input: { target: 'json', schema, otherMediaTypes: mediaTypes } })
}

/** For bodies that are not JSON and that the handler streams: documented here, not read. */
export function takeBytes(mediaTypes: readonly string[]) {
  const handler: MiddlewareHandler<AppEnv> = (_c, next) => next()
  return tag(handler, { input: { target: 'bytes', schema: z.string(), otherMediaTypes: [...mediaTypes] } })
}
