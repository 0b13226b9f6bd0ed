import * as z from 'zod'
import { isEventPattern } from '../../../engine/model/event-name.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText } from '../../../http/text.ts'

const MAX_PATTERNS = 50
/** The longest pattern that D1 accepts for GLOB. The names of events are shorter. */
export const MAX_PATTERN_CHARS = 50
const MAX_HEADERS = 20

const Url = z.url({ protocol: /^https?$/ }).max(2_000)

const Patterns = z
  .array(
    z
      .string()
      .max(MAX_PATTERN_CHARS)
      .refine(isEventPattern, 'must be words separated by dots; * matches any characters, as in run.*'),
  )
  .min(1)
  .max(MAX_PATTERNS)

const Filter = z.string().min(1).max(5_000)

/** Headers that the platform or the signature sets. */
const OWN_HEADER =
  /^(webhook-.*|host|connection|content-.*|transfer-encoding|upgrade|user-agent|cf-.*|x-forwarded-.*|x-real-ip|te|trailer|expect|keep-alive)$/i

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function headerFault(name: string): string | null {
  if (name.length > 100 || !HEADER_NAME.test(name)) return 'is not the name of a header'
  return OWN_HEADER.test(name) ? 'is a header that the service sets itself' : null
}

const Headers = z
  .record(
    z.string(),
    z
      .string()
      .max(2_000)
      .regex(/^[\x20-\x7e]*$/, 'must have only visible ASCII characters'),
  )
  .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
  .superRefine((headers, context) => {
    for (const name of Object.keys(headers)) {
      const message = headerFault(name)
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message })
    }
  })

const fields = {
  url: Url.describe('The URL that receives the events by POST. It must be a public address.'),
  events: Patterns.describe(
    'Names of events, or patterns: `run.failed`, `run.*`, `*`. See GET /events/types.',
  ),
  filter: Filter.nullable().describe(
    'An expression. Only events for which it is true are sent. It sees the event as `input`, its `data` as `item`, and `now`. If it cannot be evaluated, no events are sent, and `filterError` shows the reason.',
  ),
  description: LongText(500),
  headers: Headers.describe(
    'Additional headers of each request. Their values are stored encrypted and never shown.',
  ),
  active: z
    .boolean()
    .describe('While false, nothing is sent. Pending deliveries resume when it becomes true again.'),
  rateLimitPerS: z
    .int()
    .min(1)
    .max(1_000)
    .nullable()
    .describe('The maximum number of requests per second. Null for no limit.'),
}

export const CreateWebhook = z
  .strictObject({
    url: fields.url,
    events: fields.events,
    filter: fields.filter.default(null),
    description: fields.description.default(''),
    headers: fields.headers.default({}),
    active: fields.active.default(true),
    rateLimitPerS: fields.rateLimitPerS.default(null),
  })
  .meta({ id: 'CreateWebhook' })
export type CreateWebhook = z.infer<typeof CreateWebhook>

export const UpdateWebhook = z.strictObject(fields).partial().meta({ id: 'UpdateWebhook' })
export type UpdateWebhook = z.infer<typeof UpdateWebhook>

const shape = {
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  filter: z.string().nullable(),
  description: z.string(),
  headerNames: z
    .array(z.string())
    .describe('The names of the additional headers. Their values are not shown.'),
  active: z.boolean(),
  disabledReason: z
    .enum(['gone', 'failing'])
    .nullable()
    .describe(
      'Why the system disabled it: the receiver responded with 410, or all deliveries failed for five days.',
    ),
  disabledAt: z.iso.datetime().nullable(),
  rateLimitPerS: z.int().nullable(),
  failingSince: z.iso
    .datetime()
    .nullable()
    .describe('Since when all deliveries have failed. Null if the last delivery succeeded.'),
  lastSuccessAt: z.iso.datetime().nullable(),
  lastFailureAt: z.iso.datetime().nullable(),
  filterError: z
    .strictObject({ message: z.string(), at: z.iso.datetime() })
    .nullable()
    .describe('The last error of the filter.'),
  oldSecretUntil: z.iso
    .datetime()
    .nullable()
    .describe('Until when requests are also signed with the previous secret.'),
  createdBy: z.string(),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}

export const Webhook = z.strictObject(shape).meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof Webhook>

export const NewWebhook = z
  .strictObject({
    ...shape,
    secret: z.string().describe('The secret for verifying signatures. Shown only once.'),
  })
  .meta({ id: 'NewWebhook' })
export type NewWebhook = z.infer<typeof NewWebhook>

export const WebhookPage = pageOf(Webhook).meta({ id: 'WebhookPage' })

export const ListWebhooks = listQuery(['-createdAt', 'createdAt'], {
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
})
export type ListWebhooks = z.infer<typeof ListWebhooks>

export const WebhookSecret = z
  .strictObject({
    secret: z.string().describe('The new secret. Shown only once.'),
    oldSecretUntil: z.iso
      .datetime()
      .nullable()
      .describe('Until when requests are also signed with the previous secret.'),
  })
  .meta({ id: 'WebhookSecret' })
export type WebhookSecret = z.infer<typeof WebhookSecret>

export const RotateQuery = z.strictObject({
  force: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      'Rotate again within 24 hours of the last rotation. The secret before that one stops signing at once.',
    ),
})
