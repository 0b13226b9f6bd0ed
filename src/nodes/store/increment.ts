import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { key } from './key.ts'

export const storeIncrement = effectNode({
  type: 'store.increment',
  category: 'store',
  summary: 'Adds to a number that the team’s runs share. Concurrent additions are all counted.',
  params: z.strictObject({
    key,
    by: z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).optional().meta({
      description: 'The number to add; may be negative. A missing entry counts as 0.',
      default: 1,
    }),
  }),
  output: 'The new number.',
  example: { key: 'orders.count' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ store }, { params: { key: name, by = 1 }, idempotencyKey }) => ({
    output: await store.increment(name, by, { operationId: idempotencyKey }),
  }),
})
