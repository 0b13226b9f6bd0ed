import type { ServiceContext } from '../../context.ts'
import { AppError } from '../../core/errors.ts'
import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { expectedVersion, versioned } from '../../http/etag.ts'
import { answerPage } from '../../http/html-page.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress } from '../../http/rate-limit.ts'
import { router, UPDATE_BY_PUT } from '../../http/router.ts'
import { dropCookie, readCookie, writeCookie } from '../auth/index.ts'
import { CONNECT_LIFE_MS, finishConnect, startConnect } from './oauth/connect.ts'
import { connectedPage, connectPageHtml, notConnectedPage } from './oauth/connect-page.ts'
import {
  CallbackQuery,
  ConnectStart,
  CreateIntegration,
  DeleteQuery,
  HtmlPage,
  Integration,
  IntegrationPage,
  IntegrationTest,
  IntegrationTestPage,
  IntegrationUsage,
  ListIntegrations,
  ListTests,
  RotateSecrets,
  TypeList,
  UpdateIntegration,
  UsageQuery,
} from './schema.ts'
import {
  createIntegration,
  deleteIntegration,
  getIntegration,
  listIntegrations,
} from './service/integrations.ts'
import { rotateSecrets, updateIntegration } from './service/update.ts'
import { listTests, testIntegration } from './tests/service.ts'
import { describeTypes } from './types/index.ts'
import { getUsage } from './usage/service.ts'

const ID = `:id{${idPattern('int')}}` as const

const again = (ctx: ServiceContext, id: string) => getIntegration(ctx, id)

export const integrationRoutes = router()
  .get(
    '/types',
    access('integrations:read'),
    doc('integrations.listTypes', 'List the integration types', 200, TypeList, {
      description:
        'The fields of each type with their meaning, which of them are secret, and a description of the test.',
    }),
    (c) => c.json({ items: [...describeTypes()], nextCursor: null }),
  )
  .get(
    '/',
    access('integrations:read'),
    doc('integrations.list', 'List the integrations of the team', 200, IntegrationPage),
    validate('query', ListIntegrations),
    async (c) => c.json(await listIntegrations(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('integrations:write'),
    idempotent(again),
    doc('integrations.create', 'Create an integration', 201, Integration, {
      description:
        'Fields as `GET /users/integrations/types` describes them. Secrets are sealed and never shown; they are sent to `allowedHosts` only.',
      versioned: 'etag',
    }),
    validate('json', CreateIntegration),
    async (c) => versioned(c, await createIntegration(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/${ID}`,
    access('integrations:read'),
    doc('integrations.get', 'Get an integration', 200, Integration, { versioned: 'etag' }),
    async (c) => versioned(c, await getIntegration(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${ID}`,
    access('integrations:write'),
    doc('integrations.update', 'Update an integration', 200, Integration, {
      description:
        'Changes only the given fields. New values of secrets replace the old ones immediately; for an overlap, use rotate.',
      versioned: 'if-match',
    }),
    validate('json', UpdateIntegration),
    async (c) =>
      versioned(
        c,
        await updateIntegration(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c)),
      ),
  )
  .delete(
    `/${ID}`,
    access('integrations:write'),
    doc('integrations.delete', 'Delete an integration', 204, null, {
      description: 'One that workflows use is refused with 409 and a list of them, unless `force` is true.',
      versioned: 'if-match',
    }),
    validate('query', DeleteQuery),
    async (c) => {
      const { force } = c.req.valid('query')
      await deleteIntegration(c.var.ctx, c.req.param('id'), expectedVersion(c), force)
      return c.body(null, 204)
    },
  )
  .post(
    `/${ID}/rotate`,
    access('integrations:write'),
    idempotent(again, 200),
    doc('integrations.rotateSecrets', 'Rotate secrets of an integration', 200, Integration, {
      description:
        'Sets new values. The old ones count for `overlapS` seconds more: deliveries of webhooks that are signed with them are taken, and a request that is refused with 401 is sent once more with them.',
      versioned: 'if-match',
    }),
    validate('json', RotateSecrets),
    async (c) =>
      versioned(
        c,
        await rotateSecrets(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c)),
      ),
  )
  .post(
    `/${ID}/test`,
    access('integrations:use'),
    doc('integrations.test', 'Test an integration', 200, IntegrationTest, {
      description:
        'Makes a real call to the service, and sets the status. The last 50 results are kept. Each integration is also tested every night, and the owner of the team gets a mail if it has stopped working.',
    }),
    async (c) => c.json(await testIntegration(c.var.ctx, c.req.param('id'))),
  )
  .get(
    `/${ID}/tests`,
    access('integrations:read'),
    doc('integrations.listTests', 'List the tests of an integration', 200, IntegrationTestPage),
    validate('query', ListTests),
    async (c) => c.json(await listTests(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${ID}/usage`,
    access('integrations:read'),
    doc('integrations.getUsage', 'Get the usage of an integration', 200, IntegrationUsage, {
      description: 'By day, workflow and run. A run counts on each day on which it used the integration.',
    }),
    validate('query', UsageQuery),
    async (c) => c.json(await getUsage(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${ID}/connect`,
    access('integrations:write'),
    doc('integrations.startConnect', 'Begin the consent for an integration', 200, ConnectStart, {
      description:
        'For types with `needsConsent`. Send this request from the browser that will continue: the response sets a cookie that the callback requires. Then send the browser to `url`. Links in mails lead to a page that does both.',
    }),
    async (c) => {
      const { cookie, ...started } = await startConnect(c.var.ctx, c.req.param('id'))
      writeCookie(c, cookie.name, cookie.value, CONNECT_LIFE_MS)
      return c.json(started)
    },
  )
  .get(
    '/callback',
    limitByAddress,
    doc('integrations.finishConnect', 'Where a provider sends the browser after a consent', 200, HtmlPage, {
      mediaType: 'text/html',
      otherAnswers: { '4XX': 'A page that says why the integration was not connected' },
    }),
    validate('query', CallbackQuery),
    async (c) => {
      try {
        const parameters = new URL(c.req.url).searchParams
        const { spentCookie, ...connected } = await finishConnect(c.var.request, parameters, (one) =>
          readCookie(c, one),
        )
        dropCookie(c, spentCookie)
        return answerPage(c, await connectedPage(connected))
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        c.var.request.log.warn('an integration was not connected', { error })
        return answerPage(c, await notConnectedPage(error.message), 400)
      }
    },
  )

/** At the root, like the other pages that mails link to. */
export const connectPageRoutes = router().get(
  `/integrations/${ID}/connect`,
  limitByAddress,
  doc('integrations.connectPage', 'Page for connecting an integration', 200, HtmlPage, {
    mediaType: 'text/html',
  }),
  async (c) => {
    return answerPage(c, await connectPageHtml())
  },
)
