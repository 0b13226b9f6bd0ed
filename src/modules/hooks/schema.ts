import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { RUN_STATUSES } from '../runs/index.ts'

/** What a delivery is answered with when the run's own answer is not asked for, or is not there yet. */
export const HookReceipt = z
  .strictObject({ runId: z.string(), status: z.enum(RUN_STATUSES) })
  .meta({ id: 'HookReceipt' })
export type HookReceipt = z.infer<typeof HookReceipt>

/** The answer to a delivery that was taken and starts no run. */
export type IgnoredDelivery = { runId: null; status: 'ignored'; reason: 'filter' | 'ping' }

export const RefusedDelivery = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    status: z.int().describe('What the sender was answered with.'),
    code: z
      .string()
      .describe(
        'As in the problem. `hook.filter_failed`: the filter could not be evaluated, so no run started.',
      ),
    detail: z.string(),
    method: z.string(),
    path: z.string().describe('What follows the token in the URL.'),
    deliveryId: z.string().nullable().describe('As the sender says in a header; not proven.'),
    contentType: z.string().nullable(),
    userAgent: z.string().nullable(),
    address: z.string().nullable(),
    sizeBytes: z.int().nullable().describe('Of the body; null when it was not read.'),
  })
  .meta({ id: 'RefusedDelivery' })
export type RefusedDelivery = z.infer<typeof RefusedDelivery>

export const RefusedDeliveryPage = pageOf(RefusedDelivery).meta({ id: 'RefusedDeliveryPage' })

export const ListRefused = listQuery(['-at', 'at'], {})
export type ListRefused = z.infer<typeof ListRefused>
