import type { Context, MiddlewareHandler } from 'hono'
import { equalInConstantTime } from '../../core/crypto.ts'
import { notFound } from '../../core/errors.ts'
import { isOwnHost } from '../../core/own-host.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access } from '../../http/auth.ts'
import { consolePage, wantsConsole } from '../../http/console-page.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress } from '../../http/rate-limit.ts'
import { copyMeta } from '../../http/route-meta.ts'
import { router } from '../../http/router.ts'
import { renderMetrics } from './metrics.ts'
import {
  DatabaseHealth,
  Flaky,
  FlakyQuery,
  Health,
  ListMail,
  Mailbox,
  Metrics,
  OpenApi,
  Readiness,
  Welcome,
} from './schema.ts'
import { answerFlaky, checkDatabase, checkReadiness, listMail } from './service.ts'

const adminOnly = access('admin:read')

const bearerOf = (c: Context<AppEnv>): string => c.req.header('authorization')?.replace(/^Bearer /i, '') ?? ''

const isToken = (given: string, token: string | undefined): boolean =>
  token !== undefined && equalInConstantTime(given, token)

/** Scrapers send the metrics token. Administrators may also read the metrics. */
const metricsAccess: MiddlewareHandler<AppEnv> = (c, next) =>
  isToken(bearerOf(c), c.var.request.settings.METRICS_TOKEN) ? next() : adminOnly(c, next)

/** Only in development, and only under the server's own name. */
function requireDevelopment(c: Context<AppEnv>): void {
  const { ENVIRONMENT, PUBLIC_URL } = c.var.request.settings
  const isOwn = isOwnHost(new URL(c.req.url).hostname, PUBLIC_URL)
  if (ENVIRONMENT !== 'development' || !isOwn) throw notFound('The route')
}

const developmentOnly: MiddlewareHandler<AppEnv> = (c, next) => {
  requireDevelopment(c)
  return next()
}

/** Stored mail contains password resets, so it requires an admin or the token that the start printed. */
const mailboxAccess: MiddlewareHandler<AppEnv> = (c, next) => {
  requireDevelopment(c)
  const given = c.req.query('token') ?? bearerOf(c)
  return isToken(given, c.var.request.settings.MAILBOX_TOKEN) ? next() : adminOnly(c, next)
}

export const systemRoutes = router()
  .get(
    '/',
    doc('system.getInfo', 'Get the name, version and links of the API', 200, Welcome, {
      otherMediaTypes: ['text/html'],
    }),
    async (c) => {
      c.header('vary', 'Accept')
      if (wantsConsole(c)) return consolePage(c)
      return c.json({
        name: 'Orrery',
        description: 'Durable agents, tasks and workflows at the edge.',
        version: c.var.parts.version,
        links: { docs: '/docs', openapi: '/openapi.json', health: '/health', api: '/api/v1' },
      })
    },
  )
  .get('/health', doc('system.getHealth', 'Check whether the Worker responds', 200, Health), (c) =>
    c.json({ status: 'ok' }),
  )
  .get(
    '/health/db',
    limitByAddress,
    doc('system.getDatabaseHealth', 'Check whether the database responds', 200, DatabaseHealth),
    async (c) => c.json(await checkDatabase(c.var.request)),
  )
  .get(
    '/health/ready',
    limitByAddress,
    doc('system.getReadiness', 'Check whether every component responds', 200, Readiness),
    async (c) => c.json(await checkReadiness(c.var.request)),
  )
  .get(
    '/metrics',
    copyMeta(adminOnly, metricsAccess),
    doc(
      'system.getMetrics',
      'Get metrics in Prometheus format (administrators, or the metrics token)',
      200,
      Metrics,
      {
        mediaType: 'text/plain',
        token: 'metricsToken',
      },
    ),
    async (c) =>
      c.text(await renderMetrics(c.var.request), 200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      }),
  )
  .get(
    '/openapi.json',
    doc('system.getOpenApi', 'Get the API description as OpenAPI 3.1', 200, OpenApi),
    (c) =>
      c.body(c.var.parts.openApi(), 200, {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=60',
      }),
  )
  .get(
    '/dev/mailbox',
    copyMeta(adminOnly, mailboxAccess),
    doc(
      'system.listMail',
      'List mail that was kept instead of sent, newest first (development only)',
      200,
      Mailbox,
      {
        token: 'mailboxToken',
      },
    ),
    validate('query', ListMail),
    async (c) => c.json(await listMail(c.var.request, c.req.valid('query'))),
  )
  .get(
    '/dev/flaky/:key{[A-Za-z0-9_-]+}',
    developmentOnly,
    limitByAddress,
    doc('system.callFlaky', 'Fail a few times for each key, then succeed (development only)', 200, Flaky),
    validate('query', FlakyQuery),
    async (c) => c.json(await answerFlaky(c.var.request, c.req.param('key'), c.req.valid('query'))),
  )
