// How routes declare their part of the API description: `doc`, `validate`, and bodies other than JSON.
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
import { explainUnknownFields } from './unknown-fields.ts'

type DocMore = {
  mediaType?: string
  otherMediaTypes?: string[]
  description?: string
  alsoStatus?: number
  /** The response has an ETag; with `if-match`, the route also accepts one. */
  versioned?: 'etag' | 'if-match'
  /** Accepts `Prefer: wait=N`. */
  waits?: true
  otherAnswers?: Record<string, string>
  token?: InstallationToken
}

/**
 * Declares the response of a route. `schema` null means a response without a body. The id is the name of the operation in generated
 * clients, such as `teams.create`, and never changes.
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
 * A condition that cannot be checked counts as failed (RFC 9110, 13.1.1), so that clients do not believe that it was checked.
 * Webhook requests are exempt, because their headers belong to the senders. So are public routes, which have no versions.
 */
function refuseIfMatch(c: Context<AppEnv>): void {
  const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  if (!changes || expectedVersion(c) === null || (c.get('ctx') ?? c.get('readCtx')) === undefined) return
  throw new AppError('resource.stale', {
    detail: 'This route does not support If-Match, because it has no ETag.',
  })
}

const requireValid =
  (schema: z.ZodType) =>
  (result: { success: true } | { success: false; error: z.core.$ZodError }): void => {
    if (result.success) return
    const errors = explainUnknownFields(fieldErrors(result.error.issues), schema)
    throw new AppError('request.invalid', { errors })
  }

/** The same body as form fields, for clients of a protocol that uses forms. */
type FormBody = {
  schema: z.ZodType
  /** Converts the form fields to the JSON body. */
  read: (fields: URLSearchParams) => unknown
}

/** Validates one part of the request. The handler reads it with `c.req.valid(target)`. */
export function validate<Target extends 'json' | 'query' | 'param' | 'header', Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
  { form, ...body }: BodyOptions & { form?: FormBody } = {},
) {
  const check = zValidator(target as keyof ValidationTargets & Target, schema, requireValid(schema))
  if (target !== 'json') return tag(check, { input: { target, schema } })
  const inner = check as unknown as MiddlewareHandler<AppEnv>
  const withBody: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (form !== undefined && isForm(c)) {
      const result = schema.safeParse(form.read(await readForm(c)))
      requireValid(schema)(result)
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

/** For bodies that the service parses itself: reads text of any type up to a limit. */
export function takeText(schema: z.ZodType, mediaTypes: string[], maxBytes: number) {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    await readText(c, maxBytes)
    await next()
  }
  return tag(handler, { input: { target: 'json', schema, otherMediaTypes: mediaTypes } })
}

/** For files that the handler reads, as text or as bytes. This only documents them. */
export function takeFile(schema: z.ZodType, textTypes: string[], binaryTypes: string[]) {
  const handler: MiddlewareHandler<AppEnv> = (_c, next) => next()
  return tag(handler, {
    input: { target: 'json', schema, otherMediaTypes: textTypes, binaryMediaTypes: binaryTypes },
  })
}

/** For bodies that are not JSON and that the handler streams. This only documents them. */
export function takeBytes(mediaTypes: readonly string[]) {
  const handler: MiddlewareHandler<AppEnv> = (_c, next) => next()
  return tag(handler, { input: { target: 'bytes', schema: z.string(), otherMediaTypes: [...mediaTypes] } })
}
