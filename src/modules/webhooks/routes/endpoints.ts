import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import {
  CreateWebhook,
  ListWebhooks,
  NewWebhook,
  RotateQuery,
  UpdateWebhook,
  Webhook,
  WebhookPage,
  WebhookSecret,
} from '../schema/endpoint.ts'
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from '../service/endpoints.ts'

export const WEBHOOK_ID = `:id{${idPattern('whk')}}` as const

export const endpointRoutes = router()
  .get(
    '/',
    access('webhooks:read'),
    doc('webhooks.list', 'List the webhooks of the team', 200, WebhookPage),
    validate('query', ListWebhooks),
    async (c) => c.json(await listWebhooks(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('webhooks:write'),
    idempotent('secret'),
    doc('webhooks.create', 'Create a webhook', 201, NewWebhook, {
      description:
        'Events of the team are posted to the URL, with signatures as defined by Standard Webhooks. The response contains the secret, which is not shown again. An API key needs the scopes that read the events, such as `runs:read` for `run.*`.',
      versioned: 'etag',
    }),
    validate('json', CreateWebhook),
    async (c) => {
      const webhook = await createWebhook(c.var.ctx, c.req.valid('json'))
      setEtag(c, webhook.version)
      return c.json(webhook, 201)
    },
  )
  .get(
    `/${WEBHOOK_ID}`,
    access('webhooks:read'),
    doc('webhooks.get', 'Get a webhook', 200, Webhook, { versioned: 'etag' }),
    async (c) => {
      const webhook = await getWebhook(c.var.ctx, c.req.param('id'))
      setEtag(c, webhook.version)
      return c.json(webhook)
    },
  )
  .on(
    UPDATE,
    `/${WEBHOOK_ID}`,
    access('webhooks:write'),
    doc('webhooks.update', 'Update a webhook', 200, Webhook, {
      description:
        'Omitted fields stay unchanged. `headers` replaces all of them. To change `url`, `events` or `filter`, an API key needs the scopes that read the events.',
      versioned: 'if-match',
    }),
    validate('json', UpdateWebhook),
    async (c) => {
      const webhook = await updateWebhook(
        c.var.ctx,
        c.req.param('id'),
        c.req.valid('json'),
        expectedVersion(c),
      )
      setEtag(c, webhook.version)
      return c.json(webhook)
    },
  )
  .delete(
    `/${WEBHOOK_ID}`,
    access('webhooks:write'),
    doc('webhooks.delete', 'Delete a webhook', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteWebhook(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
  .post(
    `/${WEBHOOK_ID}/rotate-secret`,
    access('webhooks:write'),
    idempotent('secret', 200),
    doc('webhooks.rotateSecret', 'Rotate the secret of a webhook', 200, WebhookSecret, {
      description:
        'For 24 hours, requests are also signed with the old secret. Until then, another rotation is refused with 409, unless `force` is true.',
    }),
    validate('query', RotateQuery),
    async (c) => c.json(await rotateSecret(c.var.ctx, c.req.param('id'), c.req.valid('query').force)),
  )
