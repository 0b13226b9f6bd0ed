import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const

const time = z.iso.datetime()

const shape = {
  id: z.string(),
  eventId: z.string().describe('Sent as `webhook-id`, the same with every attempt.'),
  type: z.string().describe('The name of the event, or `run.callback`.'),
  runId: z.string().nullable().describe('The run whose callback it is.'),
  url: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  attempt: z.int().describe('How many attempts were made, of ten.'),
  nextAttemptAt: time
    .nullable()
    .describe('Null when it has ended, or is held because its endpoint is switched off.'),
  lastAttemptAt: time.nullable(),
  response: z
    .strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string().describe('The first 4 KB, without secrets.'),
      durationMs: z.int(),
    })
    .nullable()
    .describe('The last answer. Null when nobody has answered.'),
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
          .describe('Without the signature. Values of own headers are hidden.'),
        body: JsonValue,
      })
      .describe('What is sent.'),
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
      .describe('The event whose example is sent, from GET /events/types.'),
  })
  .meta({ id: 'TestWebhook' })
export type TestWebhook = z.infer<typeof TestWebhook>

export const RecoverWebhook = z
  .strictObject({
    from: time.describe('Events from here on. They are kept for 30 days.'),
    to: time.optional().describe('Events up to here. Default: now.'),
    only: z
      .enum(['failed', 'all'])
      .default('failed')
      .describe(
        '`failed`: what has not arrived, also what came while the endpoint was switched off. `all`: what has arrived as well.',
      ),
  })
  .meta({ id: 'RecoverWebhook' })
export type RecoverWebhook = z.infer<typeof RecoverWebhook>

export const WebhookRecovery = z
  .strictObject({
    recovered: z.int().describe('How many events are sent.'),
    more: z.boolean().describe('There are more than one call recovers (10,000): call again.'),
  })
  .meta({ id: 'WebhookRecovery' })
export type WebhookRecovery = z.infer<typeof WebhookRecovery>
