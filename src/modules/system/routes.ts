import type { MiddlewareHandler } from 'hono'
import { equalInConstantTime } from '../../core/crypto.ts'
import { notFound } from '../../core/errors.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress } from '../../http/rate-limit.ts'
import { copyMeta } from '../../http/route-meta.ts'
import { router } from '../../http/router.ts'
import { docsPage } from './docs-page.ts'
import { renderMetrics } from './metrics.ts'
import {
  DatabaseHealth,
  Flaky,
  FlakyQuery,
  Health,
  Mailbox,
  MailboxQuery,
  Metrics,
  OpenApi,
  Page,
  Readiness,
  Welcome,
} from './schema.ts'
import { answerFlaky, checkDatabase, checkReadiness, readMailbox } from './service.ts'

const adminOnly = access('admin:read')

/** A scraper brings the metrics token; an admin may look as well. */
const metricsAccess: MiddlewareHandler<AppEnv> = (c, next) => {
  const token = c.var.request.settings.METRICS_TOKEN
  const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? ''
  return token !== undefined && equalInConstantTime(given, token) ? next() : adminOnly(c, next)
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Mail is private. It is shown in development, and only under the server's own name: a page of somebody else's that has
 * its name lead here asks under that name.
 */
const developmentOnly: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { ENVIRONMENT, PUBLIC_URL } = c.var.request.settings
  const { hostname } = new URL(c.req.url)
  const isOwn = LOOPBACK.has(hostname) || hostname === new URL(PUBLIC_URL).hostname
  if (ENVIRONMENT !== 'development' || !isOwn) throw notFound('The route')
  await next()
}

export function systemRoutes(openApi: () => string, version: string) {
  return router()
    .get('/', doc('What this is', 200, Welcome), (c) =>
      c.json({
        name: 'Orrery',
        description: 'Durable agents, tasks and workflows at the edge.',
        version,
        links: { docs: '/docs', openapi: '/openapi.json', health: '/health', api: '/api/v1' },
      }),
    )
    .get('/health', doc('Whether the Worker answers', 200, Health), (c) => c.json({ status: 'ok' }))
    .get('/health/db', limitByAddress, doc('Whether the database answers', 200, DatabaseHealth), async (c) =>
      c.json(await checkDatabase(c.var.request)),
    )
    .get('/health/ready', limitByAddress, doc('Whether each part answers', 200, Readiness), async (c) =>
      c.json(await checkReadiness(c.var.request)),
    )
    .get(
      '/metrics',
      copyMeta(adminOnly, metricsAccess),
      doc('Metrics for Prometheus (admin, or the metrics token)', 200, Metrics, {
        mediaType: 'text/plain',
        metricsToken: true,
      }),
      async (c) =>
        c.text(await renderMetrics(c.var.request), 200, {
          'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        }),
    )
    .get('/openapi.json', doc('This contract as OpenAPI 3.1', 200, OpenApi), (c) =>
      c.body(openApi(), 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' }),
    )
    .get('/docs', doc('The reference as a page', 200, Page, { mediaType: 'text/html' }), async (c) => {
      const { html, contentSecurityPolicy } = await docsPage()
      return c.html(html, 200, { 'content-security-policy': contentSecurityPolicy })
    })
    .get(
      '/dev/mailbox',
      developmentOnly,
      limitByAddress,
      doc('Mail kept instead of sent (development only)', 200, Mailbox),
      validate('query', MailboxQuery),
      async (c) => c.json(await readMailbox(c.var.request, c.req.valid('query'))),
    )
    .get(
      '/dev/flaky/:key{[A-Za-z0-9_-]+}',
      developmentOnly,
      limitByAddress,
      doc('Fails a few times for each key, then answers (development only)', 200, Flaky),
      validate('query', FlakyQuery),
      async (c) => c.json(await answerFlaky(c.var.request, c.req.param('key'), c.req.valid('query'))),
    )
}
