import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'

export const Signal = z
  .strictObject({
    name: z.string().min(1).max(200),
    data: JsonValue.optional(),
    id: z.string().min(1).max(200).optional().describe('A signal sent twice with the same id counts once.'),
  })
  .meta({ id: 'Signal' })
export type Signal = z.infer<typeof Signal>

export const ResolveNode = z
  .strictObject({
    outcome: z
      .enum(['succeeded', 'failed', 'retry'])
      .describe('Whether the effect succeeded or failed. `retry` repeats it with the same idempotency key.'),
    output: JsonValue.optional(),
  })
  .meta({ id: 'ResolveNode' })
export type ResolveNode = z.infer<typeof ResolveNode>
