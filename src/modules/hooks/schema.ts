import * as z from 'zod'
import { RUN_STATUSES } from '../executions/index.ts'

/** What a delivery is answered with when the run's own answer is not asked for, or is not there yet. */
export const HookReceipt = z
  .strictObject({ runId: z.string(), status: z.enum(RUN_STATUSES) })
  .meta({ id: 'HookReceipt' })
export type HookReceipt = z.infer<typeof HookReceipt>

export const SetTriggerSecret = z
  .strictObject({
    secret: z
      .string()
      .min(8)
      .max(1000)
      .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters only')
      .describe('With hmac, `whsec_…` stands for the bytes that follow in base64; anything else for itself.'),
  })
  .meta({ id: 'SetTriggerSecret' })
export type SetTriggerSecret = z.infer<typeof SetTriggerSecret>
