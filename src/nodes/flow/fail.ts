import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const flowFail = pureNode({
  type: 'flow.fail',
  category: 'flow',
  summary: 'Fails the run or branch with a custom message.',
  params: z.strictObject({
    message: z.string().max(5_000).describe('The error message.'),
    code: z
      .string()
      .regex(/^[a-z][a-z0-9_.-]{0,99}$/, 'small letters, digits, ".", "_" and "-"')
      .optional()
      .meta({ description: 'The error code.', default: 'flow.failed' }),
  }),
  output: 'None.',
  example: { message: 'Order {{ input.orderId }} cannot be delivered', code: 'order.undeliverable' },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params: { message, code = 'flow.failed' } }) => ({
    error: { code, message, retryable: false },
  }),
})
