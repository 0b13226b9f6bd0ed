import * as z from 'zod'
import { effectNode, NodeFailure } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const notifyWebhook = effectNode({
  type: 'notify.webhook',
  category: 'notify',
  summary:
    'Sends data to a webhook of the team or to a URL, signed as defined by Standard Webhooks and retried for three days. The run does not wait for the delivery.',
  params: z.strictObject({
    webhookId: z
      .string()
      .max(64)
      .optional()
      .describe('A webhook of the team. It gets the event `workflow.message` with the body as `data`.'),
    url: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe(
        'A URL, which gets the body unchanged, signed with the callback secret. Use either `webhookId` or `url`.',
      ),
    body: z.unknown().describe('The content, at most 256 KB of JSON.'),
  }),
  output: '`{ deliveryId }`: the id of the delivery. A repeated attempt sends nothing twice.',
  example: { webhookId: 'whk_01hzzzzzzzzzzzzzzzzzzzzzzz', body: { orderId: '{{ input.orderId }}' } },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ notify }, { params, idempotencyKey }) => {
    const { webhookId, url, body = null } = params
    if ((webhookId === undefined) === (url === undefined))
      throw new NodeFailure({
        code: 'params.invalid',
        message: 'Set either webhookId or url',
        retryable: false,
      })
    const deliveryId = await notify.webhook(
      webhookId === undefined ? { url: url ?? '', body } : { webhookId, body },
      idempotencyKey,
    )
    return { output: { deliveryId } }
  },
})
