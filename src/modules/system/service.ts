import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, type FieldError } from '../../core/errors.ts'
import { toPage } from '../../db/paginate.ts'
import { rateLimiter } from '../../objects/rate-limiter.ts'
import { countMail, findMail, pingDatabase } from './repo.ts'
import type { DatabaseHealth, Flaky, FlakyQuery, ListMail, Mailbox, Readiness } from './schema.ts'

/** Checks each binding that a request may need. The queue is left out: it cannot be checked, and no request depends on it. */
const CHECKS: Record<string, (request: RequestContext) => Promise<unknown>> = {
  db: ({ env }) => pingDatabase(env.DB),
  files: ({ env }) => env.FILES.head('health'),
  objects: ({ env }) =>
    rateLimiter(env.RATE_LIMITER, 'health').check({ free: 1, baseDelayMs: 1, maxDelayMs: 1, forgetMs: 1 }),
}

export async function checkDatabase(request: RequestContext): Promise<DatabaseHealth> {
  const { checks } = await runChecks(request, ['db'])
  return checks.db ?? { status: 'ok', durationMs: 0 }
}

export const checkReadiness = (request: RequestContext): Promise<Readiness> =>
  runChecks(request, Object.keys(CHECKS))

async function runChecks(request: RequestContext, names: string[]): Promise<Readiness> {
  const checks: Readiness['checks'] = {}
  const errors: FieldError[] = []
  await Promise.all(
    names.map(async (name) => {
      const start = request.now()
      try {
        await CHECKS[name]?.(request)
        checks[name] = { status: 'ok', durationMs: request.now() - start }
      } catch (error) {
        request.log.error('a health check failed', { check: name, error })
        errors.push({ path: `/checks/${name}`, message: 'Does not respond', code: 'service.unavailable' })
      }
    }),
  )
  if (errors.length > 0) throw new AppError('service.unavailable', { errors })
  return { status: 'ok', checks }
}

export async function listMail(request: RequestContext, query: ListMail): Promise<Mailbox> {
  const page = toPage(
    await findMail(request.db, query.to, query),
    query,
    ({ createdAt, id }) => ({ value: createdAt, id }),
    ({ id: _, ...row }) => ({
      ...row,
      attachments: JSON.parse(row.attachments ?? '[]') as Mailbox['items'][number]['attachments'],
      createdAt: toIso(row.createdAt),
    }),
  )
  return query.count ? { ...page, total: await countMail(request.db, query.to) } : page
}

const FLAKY_MEMORY_MS = 10 * 60_000

/** For testing retries: answers 503 the given number of times for each key, then 200. */
export async function answerFlaky(
  request: RequestContext,
  key: string,
  { failures }: FlakyQuery,
): Promise<Flaky> {
  const counter = rateLimiter(request.env.RATE_LIMITER, `flaky ${key}`)
  const before = await counter.begin({
    free: 1_000_000,
    baseDelayMs: 0,
    maxDelayMs: 0,
    forgetMs: FLAKY_MEMORY_MS,
  })
  if (before.failures < failures)
    throw new AppError('service.unavailable', {
      detail: `Failing on purpose, ${before.failures + 1} of ${failures}.`,
    })
  return { ok: true, key, tries: before.failures + 1 }
}
