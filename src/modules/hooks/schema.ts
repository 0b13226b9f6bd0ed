import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { RUN_STATUSES } from '../runs/index.ts'

/** The response to a delivery if the trigger does not use the run's response, or the run has not responded yet. */
export const HookReceipt = z
  .strictObject({ runId: z.string(), status: z.enum(RUN_STATUSES) })
  .meta({ id: 'HookReceipt' })
export type HookReceipt = z.infer<typeof HookReceipt>

/** The response to an accepted delivery that starts no run. */
export type IgnoredDelivery = { runId: null; status: 'ignored'; reason: 'filter' | 'ping' }

export const RefusedDelivery = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    status: z.int().describe('The status of the response to the sender.'),
    code: z
      .string()
      .describe(
        'The code of the problem. `hook.filter_failed`: the filter could not be evaluated, so no run started.',
      ),
    detail: z.string(),
    method: z.string(),
    path: z.string().describe('The path after the token in the URL.'),
    deliveryId: z.string().nullable().describe('The id in the sender’s header; not authenticated.'),
    contentType: z.string().nullable(),
    userAgent: z.string().nullable(),
    address: z.string().nullable(),
    sizeBytes: z.int().nullable().describe('The size of the body; null if it was not read.'),
  })
  .meta({ id: 'RefusedDelivery' })
export type RefusedDelivery = z.infer<typeof RefusedDelivery>

export const RefusedDeliveryPage = pageOf(RefusedDelivery).meta({ id: 'RefusedDeliveryPage' })

export const ListRefused = listQuery(['-at', 'at'], {})
export type ListRefused = z.infer<typeof ListRefused>
