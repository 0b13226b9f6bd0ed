import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { ListWebhookDeliveries, WebhookDeliveryDetail, WebhookDeliveryPage } from '../schema/delivery.ts'
import { RotateQuery, WebhookSecret } from '../schema/endpoint.ts'
import { rotateCallbackSecret } from '../service/callbacks.ts'
import { getDelivery, listDeliveries, redeliver } from '../service/deliveries.ts'
import { DELIVERY_ID } from './deliveries.ts'

export const callbackRoutes = router()
  .post(
    '/callbacks/rotate-secret',
    access('webhooks:write'),
    idempotent('secret', 200),
    doc('webhooks.callbacks.rotateSecret', 'Rotate the secret of run callbacks', 200, WebhookSecret, {
      description:
        'The secret signs the callbacks (`callbackUrl` of a start) of all the team’s runs. For 24 hours, callbacks are also signed with the old secret. Until then, another rotation is refused with 409, unless `force` is true.',
    }),
    validate('query', RotateQuery),
    async (c) => c.json(await rotateCallbackSecret(c.var.ctx, c.req.valid('query').force)),
  )
  .get(
    '/callbacks/deliveries',
    access('webhooks:read'),
    doc('webhooks.callbacks.listDeliveries', 'List the callbacks of runs', 200, WebhookDeliveryPage),
    validate('query', ListWebhookDeliveries),
    async (c) => c.json(await listDeliveries(c.var.ctx, null, c.req.valid('query'))),
  )
  .get(
    `/callbacks/deliveries/${DELIVERY_ID}`,
    access('webhooks:read'),
    doc('webhooks.callbacks.getDelivery', 'Get a callback with its request', 200, WebhookDeliveryDetail, {
      description: 'An API key also needs `runs:read`.',
    }),
    async (c) => c.json(await getDelivery(c.var.ctx, null, c.req.param('deliveryId'))),
  )
  .post(
    `/callbacks/deliveries/${DELIVERY_ID}/redeliver`,
    access('webhooks:write'),
    doc('webhooks.callbacks.redeliver', 'Send a callback again', 202, WebhookDeliveryDetail),
    async (c) => c.json(await redeliver(c.var.ctx, null, c.req.param('deliveryId')), 202),
  )
