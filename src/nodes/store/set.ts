import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { key } from './key.ts'

export const storeSet = effectNode({
  type: 'store.set',
  category: 'store',
  summary: 'Stores a value for other runs of the team.',
  params: z.strictObject({
    key,
    value: z.unknown().describe('Any JSON value, up to 1 MB.'),
    ttlMs: z
      .number()
      .int()
      .min(1)
      .max(3_660 * DAY_MS)
      .optional()
      .describe('How long the value is kept. Default: forever.'),
  }),
  output: 'The value.',
  example: { key: 'orders.last', value: '{{ input.orderId }}' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ store }, { params, idempotencyKey }) => {
    const { ttlMs } = params
    const value = params.value ?? null
    await store.set(params.key, value, {
      operationId: idempotencyKey,
      ...(ttlMs === undefined ? {} : { ttlMs }),
    })
    return { output: value }
  },
})
