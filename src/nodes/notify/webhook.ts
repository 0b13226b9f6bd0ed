import * as z from 'zod'
import { effectNode, NodeFailure } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const notifyWebhook = effectNode({
  type: 'notify.webhook',
  category: 'notify',
  summary:
    'Posts something to a webhook of the team or to an address, signed as Standard Webhooks defines it and tried again for three days. The run does not wait for that.',
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
      .describe('Or an address, which gets the body as it is, signed with the secret of callbacks.'),
    body: z.unknown().describe('What is sent, as JSON of at most 256 KB.'),
  }),
  output: '`{ deliveryId }`: the delivery, which the API shows. A repeated attempt sends nothing twice.',
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
