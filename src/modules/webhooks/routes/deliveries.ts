import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  ListWebhookDeliveries,
  RecoverWebhook,
  TestWebhook,
  WebhookDeliveryDetail,
  WebhookDeliveryPage,
  WebhookRecovery,
} from '../schema/delivery.ts'
import { getDelivery, listDeliveries, recover, redeliver, testWebhook } from '../service/deliveries.ts'
import { WEBHOOK_ID } from './endpoints.ts'

export const DELIVERY_ID = `:deliveryId{${idPattern('dlv')}}` as const

export const deliveryRoutes = router()
  .get(
    `/${WEBHOOK_ID}/deliveries`,
    access('webhooks:read'),
    doc('webhooks.deliveries.list', 'List the deliveries of a webhook', 200, WebhookDeliveryPage, {
      description: 'Deliveries are kept for 30 days.',
    }),
    validate('query', ListWebhookDeliveries),
    async (c) => c.json(await listDeliveries(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${WEBHOOK_ID}/deliveries/${DELIVERY_ID}`,
    access('webhooks:read'),
    doc('webhooks.deliveries.get', 'Get a delivery with its request', 200, WebhookDeliveryDetail, {
      description: 'An API key needs the scope that reads the event, such as `runs:read`.',
    }),
    async (c) => c.json(await getDelivery(c.var.ctx, c.req.param('id'), c.req.param('deliveryId'))),
  )
  .post(
    `/${WEBHOOK_ID}/deliveries/${DELIVERY_ID}/redeliver`,
    access('webhooks:write'),
    doc('webhooks.deliveries.redeliver', 'Send a delivery again', 202, WebhookDeliveryDetail, {
      description: 'Uses the same `webhook-id` and up to ten attempts, whatever the status of the delivery.',
    }),
    async (c) => c.json(await redeliver(c.var.ctx, c.req.param('id'), c.req.param('deliveryId')), 202),
  )
  .post(
    `/${WEBHOOK_ID}/test`,
    access('webhooks:write'),
    doc('webhooks.test', 'Send an example to a webhook', 200, WebhookDeliveryDetail, {
      description: 'The example is sent immediately and without retries. The response contains the result.',
    }),
    validate('json', TestWebhook, { optional: true }),
    async (c) => c.json(await testWebhook(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `/${WEBHOOK_ID}/recover`,
    access('webhooks:write'),
    doc('webhooks.recover', 'Send the events of a time range again', 202, WebhookRecovery),
    validate('json', RecoverWebhook),
    async (c) => c.json(await recover(c.var.ctx, c.req.param('id'), c.req.valid('json')), 202),
  )
