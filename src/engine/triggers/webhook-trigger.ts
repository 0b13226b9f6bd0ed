// Webhook triggers: which deliveries they accept, how the sender is verified, and how deliveries are identified.
import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'

/** As HTTP defines it. `Headers` throws on any other name. */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$/
const HeaderName = z.string().regex(HEADER_NAME, 'the name of a header: letters, digits and "-"')

const credential = z
  .string()
  .max(200)
  .optional()
  .describe(
    'The source of the secret: `trigger` (default) or the key of the trigger for its own secret, otherwise an integration of the team, by id or name. Set the own secret with `secret` in `auth` when you save the trigger, or with `PUT /workflows/{id}/triggers/{key}/secret`.',
  )

const toleranceMs = z
  .number()
  .int()
  .min(1)
  .max(366 * DAY_MS)
  .optional()
  .describe('The maximum difference between the signed time and the current time. Default: 300000.')

/** How the sender of a delivery is verified. */
export const WebhookAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('header'),
    header: HeaderName.describe('The header that contains the secret itself.'),
    credential,
  }),
  z.strictObject({
    type: z.literal('hmac'),
    header: HeaderName.optional().describe(
      'The header with the signature of the body. Default: the headers of Standard Webhooks.',
    ),
    credential,
    algorithm: z
      .enum(['sha256', 'sha512'])
      .optional()
      .meta({ description: 'The hash algorithm of the signature.', default: 'sha256' }),
    encoding: z
      .enum(['hex', 'base64'])
      .optional()
      .meta({ description: 'For a custom `header`: the encoding of the signature.', default: 'hex' }),
    prefix: z
      .string()
      .max(50)
      .regex(/^[\x20-\x7e]*$/, 'ASCII characters only')
      .optional()
      .describe(
        'For a custom `header`: the text before the signature, such as `v1=`. `sha256=` and `sha512=` are always accepted.',
      ),
    timestampHeader: HeaderName.optional().describe(
      'For a custom `header`: the header with the time of sending, in seconds or milliseconds since 1970, which is then required and signed. Default: `webhook-timestamp`, if it is sent.',
    ),
    signedIdHeader: HeaderName.optional().describe(
      'For a custom `header` with `timestampHeader`: the header with the id of the delivery, which is then required and signed before the time.',
    ),
    separator: z.string().max(5).optional().meta({
      description: 'For a custom `header`: the text between id, time and body in the signed text.',
      default: '.',
    }),
    toleranceMs,
  }),
  z
    .strictObject({ type: z.literal('github'), credential })
    .describe(
      '`X-Hub-Signature-256`; the id is `X-GitHub-Delivery`. A `ping` gets a response but starts no run.',
    ),
  z
    .strictObject({ type: z.literal('gitlab'), credential, toleranceMs })
    .describe(
      '`webhook-signature` with the signing token of GitLab, otherwise its secret token in `X-Gitlab-Token`; the id is `webhook-id`, `Idempotency-Key` or `X-Gitlab-Event-UUID`.',
    ),
  z
    .strictObject({ type: z.literal('stripe'), credential, toleranceMs })
    .describe('`Stripe-Signature`; the id is the event’s `id` in the body.'),
  z
    .strictObject({ type: z.literal('slack'), credential, toleranceMs })
    .describe(
      '`X-Slack-Signature`; the id is `event_id` in the body. `url_verification` gets its challenge as the response and starts no run.',
    ),
  z
    .strictObject({ type: z.literal('shopify'), credential })
    .describe('`X-Shopify-Hmac-Sha256`; the id is `X-Shopify-Webhook-Id`.'),
])
export type WebhookAuth = z.infer<typeof WebhookAuth>

/** The header that identifies a delivery, for senders that have one and do not sign it. */
export const VENDOR_ID_HEADERS: Partial<Record<WebhookAuth['type'], string>> = {
  github: 'X-GitHub-Delivery',
  shopify: 'X-Shopify-Webhook-Id',
}

/** Whether the signed content identifies the delivery, so that no header is needed. */
export const signsItsId = (
  auth: Pick<WebhookAuth, 'type'> & { header?: string; signedIdHeader?: string },
): boolean =>
  auth.type === 'stripe' ||
  auth.type === 'slack' ||
  (auth.type === 'hmac' && (auth.header === undefined || auth.signedIdHeader !== undefined))

/** The shape of the trigger. A schema that adds `key` and `entry` spreads it. */
export const webhookTriggerShape = {
  type: z.literal('webhook').describe('Starts runs by HTTP requests to the URL of the trigger.'),
  methods: z
    .array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']))
    .min(1)
    .optional()
    .meta({ description: 'The accepted methods.', default: ['POST'] }),
  path: z
    .string()
    .max(500)
    .optional()
    .describe(
      'The path after the URL of the trigger, such as `orders/:id`. A segment with a colon is a parameter: `input.params.id`. Default: empty.',
    ),
  respond: z.enum(['immediately', 'on-respond', 'on-finish']).optional().meta({
    description:
      'The response: `immediately` is a receipt, `on-respond` the response of the node `flow.respond`, `on-finish` the output of the run. After 60 seconds, the receipt is sent instead.',
    default: 'immediately',
  }),
  auth: WebhookAuth.optional().describe(
    'How the sender is authenticated. Default: not at all. The secret must be set while the workflow is active.',
  ),
  idHeader: HeaderName.optional().describe(
    'The header that identifies a delivery. A second delivery with the same value starts no second run, and a delivery without the header is rejected. Default: depends on the type of `auth`.',
  ),
  filter: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe(
      'An expression. Only deliveries for which it is true start a run; the response to others is 200. It can use the delivery as `input` (`{ method, path, params, query, headers, body }`), its body as `item`, and `now`.',
    ),
}
