import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const

const time = z.iso.datetime()

const shape = {
  id: z.string(),
  eventId: z.string().describe('The id sent as `webhook-id`, the same for every attempt.'),
  type: z.string().describe('The name of the event, or `run.callback`.'),
  runId: z.string().nullable().describe('The run that the callback belongs to.'),
  url: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  attempt: z.int().describe('The number of attempts so far, of at most ten.'),
  nextAttemptAt: time
    .nullable()
    .describe('Null if the delivery has ended, or is held because its endpoint is disabled.'),
  lastAttemptAt: time.nullable(),
  response: z
    .strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string().describe('The first 4 KB, without secrets.'),
      durationMs: z.int(),
    })
    .nullable()
    .describe('The last response. Null if there was no response.'),
  error: z.string().nullable().describe('Why the last attempt failed.'),
  createdAt: time,
  finishedAt: time.nullable(),
}

export const WebhookDelivery = z.strictObject(shape).meta({ id: 'WebhookDelivery' })
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

export const WebhookDeliveryDetail = z
  .strictObject({
    ...shape,
    request: z
      .strictObject({
        method: z.literal('POST'),
        headers: z
          .record(z.string(), z.string())
          .describe('Without the signature. The values of custom headers are hidden.'),
        body: JsonValue,
      })
      .describe('The request.'),
  })
  .meta({ id: 'WebhookDeliveryDetail' })
export type WebhookDeliveryDetail = z.infer<typeof WebhookDeliveryDetail>

export const WebhookDeliveryPage = pageOf(WebhookDelivery).meta({ id: 'WebhookDeliveryPage' })

export const ListWebhookDeliveries = listQuery(['-createdAt', 'createdAt'], {
  status: z.enum(DELIVERY_STATUSES).optional(),
})
export type ListWebhookDeliveries = z.infer<typeof ListWebhookDeliveries>

export const TestWebhook = z
  .strictObject({
    type: z
      .string()
      .max(200)
      .default('webhook.test')
      .describe('The event to send an example of, from GET /events/types.'),
  })
  .meta({ id: 'TestWebhook' })
export type TestWebhook = z.infer<typeof TestWebhook>

export const RecoverWebhook = z
  .strictObject({
    from: time.describe('The start of the time range. Events are kept for 30 days.'),
    to: time.optional().describe('The end of the time range. Default: now.'),
    only: z
      .enum(['failed', 'all'])
      .default('failed')
      .describe(
        '`failed`: events that were not delivered, including those from while the endpoint was disabled. `all`: delivered events too.',
      ),
  })
  .meta({ id: 'RecoverWebhook' })
export type RecoverWebhook = z.infer<typeof RecoverWebhook>

export const WebhookRecovery = z
  .strictObject({
    recovered: z.int().describe('How many events will be sent.'),
    more: z
      .boolean()
      .describe('Whether there are more events than one call recovers (10,000). If so, call again.'),
  })
  .meta({ id: 'WebhookRecovery' })
export type WebhookRecovery = z.infer<typeof WebhookRecovery>
