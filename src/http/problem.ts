// The only place that makes an error response: RFC 9457. What is not an AppError is ours to mend: it is logged whole
// and shown as `internal`, so that no SQL, stack or secret reaches a client.
import { DrizzleQueryError } from 'drizzle-orm'
import type { Context } from 'hono'
import * as z from 'zod'
import { AppError, ERRORS, type ErrorCode, type FieldError } from '../core/errors.ts'
import { storageRetrySeconds } from '../core/storage-failure.ts'
import { AlreadyDoneError } from '../db/commit.ts'
import { isUnreadable } from '../objects/workflow-run.ts'
import type { AppEnv } from './app-env.ts'

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    runId: z.string().optional().describe('The run that the problem names.'),
    errors: z.array(z.object({ path: z.string(), message: z.string(), code: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** How D1 and Durable Objects say that they cannot answer now: our own fault, worth another try. */
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
  const { status, title } = ERRORS[code]
  const body: Problem = {
    type: `urn:orrery:problem:${code}`,
    title,
    status,
    detail: more.detail ?? `${title}.`,
    code,
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

/** Answered by the idempotency middleware with the first request's resource, unless that is gone by now. */
const asConflict = (error: unknown): AppError | null =>
  error instanceof AlreadyDoneError ? new AppError('resource.conflict') : null

const asUnreadable = (error: unknown): AppError | null =>
  isUnreadable(error) ? new AppError('run.unreadable', { cause: error }) : null

function asUnavailable(thrown: unknown): AppError | null {
  const error = toldBy(thrown)
  const retryAfterSeconds = storageRetrySeconds(error)
  if (retryAfterSeconds !== null)
    return new AppError('service.unavailable', { retryAfterSeconds, cause: thrown })
  const isUnavailable =
    UNAVAILABLE.test(String(error)) || (error as { retryable?: unknown } | null)?.retryable === true
  return isUnavailable ? new AppError('service.unavailable', { cause: thrown }) : null
}

/** Drizzle wraps what D1 says in a text of its own, with the statement and its values. */
const toldBy = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error)
