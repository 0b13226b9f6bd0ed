// The only place that creates error responses (RFC 9457). An error that is not an AppError is a bug: it is logged in full and shown as
// `internal`, so that no SQL, stack trace or secret reaches a client.
import { DrizzleQueryError } from 'drizzle-orm'
import type { Context } from 'hono'
import * as z from 'zod'
import { AppError, ERRORS, type ErrorCode, type FieldError } from '../core/errors.ts'
import { storageRetrySeconds } from '../core/storage-failure.ts'
import { AlreadyDoneError } from '../db/commit.ts'
import { isUnreadable } from '../objects/workflow-run.ts'
import type { AppEnv } from './app-env.ts'

/** The only form of errors in responses, in problems and elsewhere. */
export const ErrorDetail = z
  .strictObject({
    code: z.string().describe('The error code. Its meaning never changes.'),
    message: z.string().describe('A description of the error.'),
    path: z
      .string()
      .optional()
      .describe(
        'The place in the body as a JSON Pointer, such as `/definition/nodes/0/params/url`. For a query or path parameter, `/` and its name.',
      ),
    nodeId: z.string().optional().describe('The node of the definition that contains the place.'),
    resourceId: z.string().optional().describe('The id of another object that the error is about.'),
    retryable: z.boolean().optional().describe('Whether the same request may succeed later.'),
  })
  .meta({ id: 'ErrorDetail' })

export const Problem = z
  .object({
    type: z.string().describe('`urn:orrery:problem:` and the code.'),
    title: z.string().describe('A summary that is the same for all problems with this code.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What went wrong in this case.'),
    code: z
      .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
      .describe('Clients branch on it. A code never changes its meaning.'),
    retryable: z.boolean().describe('Whether the same request may succeed later.'),
    requestId: z.string(),
    runId: z.string().optional().describe('The run that the problem is about.'),
    errors: z.array(ErrorDetail).optional().describe('The individual errors.'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** Messages of D1 and Durable Objects when they are temporarily unavailable. Such requests can be retried. */
const UNAVAILABLE =
  /D1_ERROR: .*(network connection lost|timeout|overloaded|reset|storage)|Durable Object.*(reset|overloaded)|internal error; reference/i

export function problemResponse(c: Context<AppEnv>, error: unknown): Response {
  const log = c.get('request')?.log
  const known =
    error instanceof AppError ? error : (asConflict(error) ?? asUnreadable(error) ?? asUnavailable(error))
  const isOurs = known === null || (known !== error && known.code === 'service.unavailable')
  if (isOurs) log?.error('unexpected error', { error })
  else if (known.cause !== undefined) log?.warn(known.code, { error })
  const code: ErrorCode = known?.code ?? 'internal'
  const requestId = c.get('request')?.requestId ?? 'unknown'
  const retryAfter = known?.retryAfterSeconds ?? (ERRORS[code].status === 503 ? 1 : undefined)
  return problem(code, requestId, {
    detail: known?.detail,
    errors: known?.errors,
    runId: known?.runId,
    headers: {
      ...known?.headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
  })
}

export function problem(
  code: ErrorCode,
  requestId: string,
  more: {
    detail?: string | undefined
    errors?: FieldError[] | undefined
    runId?: string | undefined
    headers?: Record<string, string>
  } = {},
): Response {
  const { status, title, retryable } = ERRORS[code]
  const body: Problem = {
    type: `urn:orrery:problem:${code}`,
    title,
    status,
    detail: more.detail ?? summaryOf(more.errors) ?? `${title}.`,
    code,
    retryable,
    requestId,
    ...(more.runId === undefined ? {} : { runId: more.runId }),
    ...(more.errors ? { errors: more.errors } : {}),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...more.headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
  })
}

/** The first error and the number of the others, for clients that only show the detail. */
function summaryOf([first, ...others]: FieldError[] = []): string | undefined {
  if (first === undefined) return undefined
  const place = first.path ? `${first.path}: ` : ''
  const end = /[.?!]$/.test(first.message) ? '' : '.'
  const more = others.length === 0 ? '' : ` ${others.length} more in \`errors\`.`
  return `${place}${first.message.charAt(0).toUpperCase()}${first.message.slice(1)}${end}${more}`
}

/** The idempotency middleware returns the resource of the first request, unless it no longer exists. */
const asConflict = (error: unknown): AppError | null =>
  error instanceof AlreadyDoneError ? new AppError('resource.conflict') : null

const asUnreadable = (error: unknown): AppError | null =>
  isUnreadable(error) ? new AppError('run.unreadable', { cause: error }) : null

function asUnavailable(thrown: unknown): AppError | null {
  const error = causeOf(thrown)
  const retryAfterSeconds = storageRetrySeconds(error)
  if (retryAfterSeconds !== null)
    return new AppError('service.unavailable', { retryAfterSeconds, cause: thrown })
  const isUnavailable =
    UNAVAILABLE.test(String(error)) || (error as { retryable?: unknown } | null)?.retryable === true
  return isUnavailable ? new AppError('service.unavailable', { cause: thrown }) : null
}

/** Drizzle wraps the error of D1 in one that contains the statement and its values. */
const causeOf = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error)
