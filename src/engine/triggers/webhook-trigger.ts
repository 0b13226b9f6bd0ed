// What a webhook trigger says: which deliveries it takes, how they prove who sends them, and how they are told apart.
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
    'Which secret: `trigger` (default) or the key of the trigger, both for the one that belongs to the trigger; else an integration of the team, by id or name. Set that of the trigger with `secret` in `auth` when the trigger is saved, or with `PUT /workflows/{id}/triggers/{key}/secret`.',
  )

const toleranceMs = z
  .number()
  .int()
  .min(1)
  .max(366 * DAY_MS)
  .optional()
  .describe('How far from now the time in the signature may be; default 300000.')

/** How a delivery proves who sends it. */
export const WebhookAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('header'),
    header: HeaderName.describe('The header that holds the secret itself.'),
    credential,
  }),
  z.strictObject({
    type: z.literal('hmac'),
    header: HeaderName.optional().describe(
      'The header with the hexadecimal signature of the body; default the headers of Standard Webhooks.',
    ),
    credential,
    algorithm: z
      .enum(['sha256', 'sha512'])
      .optional()
      .meta({ description: 'The hash of the signature.', default: 'sha256' }),
    encoding: z
      .enum(['hex', 'base64'])
      .optional()
      .meta({ description: 'Of `header`: how it writes the signature.', default: 'hex' }),
    prefix: z
      .string()
      .max(50)
      .regex(/^[\x20-\x7e]*$/, 'ASCII characters only')
      .optional()
      .describe(
        'Of `header`: what stands before the signature, such as `v1=`. `sha256=` and `sha512=` always may.',
      ),
    timestampHeader: HeaderName.optional().describe(
      'Of `header`: where the time of sending stands, in seconds or milliseconds since 1970. It is then required and signed. Default: `webhook-timestamp`, where it is sent.',
    ),
    signedIdHeader: HeaderName.optional().describe(
      'Of `header` with `timestampHeader`: where the id of the delivery stands, signed before the time. It is then required.',
    ),
    separator: z.string().max(5).optional().meta({
      description: 'Of `header`: what stands between id, time and body in what is signed.',
      default: '.',
    }),
    toleranceMs,
  }),
  z
    .strictObject({ type: z.literal('github'), credential })
    .describe('`X-Hub-Signature-256`; the id is `X-GitHub-Delivery`. A `ping` is answered without a run.'),
  z
    .strictObject({ type: z.literal('gitlab'), credential, toleranceMs })
    .describe(
      '`webhook-signature` with the signing token of GitLab, else its secret token in `X-Gitlab-Token`; the id is `webhook-id`, `Idempotency-Key` or `X-Gitlab-Event-UUID`.',
    ),
  z
    .strictObject({ type: z.literal('stripe'), credential, toleranceMs })
    .describe('`Stripe-Signature`; the id is that of the event in the body.'),
  z
    .strictObject({ type: z.literal('slack'), credential, toleranceMs })
    .describe(
      '`X-Slack-Signature`; the id is `event_id` in the body. `url_verification` is answered with its challenge, without a run.',
    ),
  z
    .strictObject({ type: z.literal('shopify'), credential })
    .describe('`X-Shopify-Hmac-Sha256`; the id is `X-Shopify-Webhook-Id`.'),
])
export type WebhookAuth = z.infer<typeof WebhookAuth>

/** The header that names a delivery, where a sender has one and does not sign it. */
export const VENDOR_ID_HEADERS: Partial<Record<WebhookAuth['type'], string>> = {
  github: 'X-GitHub-Delivery',
  shopify: 'X-Shopify-Webhook-Id',
}

/** Whether what is signed names the delivery, so that a header has nothing to add. */
export const signsItsId = (
  auth: Pick<WebhookAuth, 'type'> & { header?: string; signedIdHeader?: string },
): boolean =>
  auth.type === 'stripe' ||
  auth.type === 'slack' ||
  (auth.type === 'hmac' && (auth.header === undefined || auth.signedIdHeader !== undefined))

/** The shape of the trigger; a schema that adds `key` and `entry` spreads it. */
export const webhookTriggerShape = {
  type: z.literal('webhook').describe('Starts runs by HTTP requests to the URL of the trigger.'),
  methods: z
    .array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']))
    .min(1)
    .optional()
    .meta({ description: 'The methods it takes.', default: ['POST'] }),
  path: z
    .string()
    .max(500)
    .optional()
    .describe(
      'What follows the URL of the trigger, such as `orders/:id`. A segment with a colon is a parameter: `input.params.id`. Default: nothing.',
    ),
  respond: z.enum(['immediately', 'on-respond', 'on-finish']).optional().meta({
    description:
      'What the sender is answered with: `immediately` a receipt, `on-respond` what the node `flow.respond` says, `on-finish` the output of the run. After 60 seconds it is the receipt.',
    default: 'immediately',
  }),
  auth: WebhookAuth.optional().describe(
    'How a delivery proves who sends it; default not at all. While a workflow is active the secret has to be set.',
  ),
  idHeader: HeaderName.optional().describe(
    'The header that names a delivery: a second one with the same value starts no second run, and one without it is refused. Default: what the type of `auth` says.',
  ),
  filter: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe(
      'An expression; only deliveries for which it is true start a run, all others are answered with 200. It sees the delivery as `input` (`{ method, path, params, query, headers, body }`), its body as `item`, and `now`.',
    ),
}
