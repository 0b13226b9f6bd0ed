import * as z from 'zod'
import { RUN_STATUSES } from '../../../engine/model/state.ts'
import { ErrorDetail } from '../../../http/problem.ts'
import { Signal } from '../control/schema.ts'
import { followedVersion } from '../follow-up/schema.ts'
import { filters, Statuses } from '../schema.ts'

const bulkTargets = {
  ids: z.array(z.string().max(64)).max(100).optional(),
  filter: z
    .strictObject({
      ...filters,
      status: z.union([z.enum(RUN_STATUSES).transform((one) => [one]), Statuses]).optional(),
    })
    .optional()
    .describe('Without `status`, it selects the runs that the operation can be applied to.'),
  limit: z
    .int()
    .min(1)
    .max(100)
    .default(100)
    .describe('How many of the matching runs to process, newest first.'),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .describe('`nextCursor` of the previous response. Only valid with `filter`.'),
}

const hasTargets = (body: { ids?: unknown; filter?: unknown; cursor?: unknown }): boolean =>
  (body.ids === undefined) !== (body.filter === undefined) &&
  (body.cursor === undefined || body.ids === undefined)
const TARGETS = { message: 'Provide either ids or filter. A cursor is only valid with a filter.' }

export const BulkRuns = z.strictObject(bulkTargets).refine(hasTargets, TARGETS).meta({ id: 'BulkRuns' })
export type BulkRuns = z.infer<typeof BulkRuns>

export const BulkFollow = z
  .strictObject({
    ...bulkTargets,
    version: followedVersion,
    onlyLatest: z
      .boolean()
      .default(true)
      .describe('Leaves out runs that have already been retried or rerun.'),
  })
  .refine(hasTargets, TARGETS)
  .meta({ id: 'BulkFollow' })
export type BulkFollow = z.infer<typeof BulkFollow>

export const BulkSignal = z
  .strictObject({ ...bulkTargets, signal: Signal })
  .refine(hasTargets, TARGETS)
  .meta({
    id: 'BulkSignal',
    example: { filter: { tag: 'order' }, signal: { name: 'order.paid', data: { amount: 20 } } },
  })
export type BulkSignal = z.infer<typeof BulkSignal>

export const BulkRunResults = z
  .strictObject({
    results: z.array(
      z.union([
        z.strictObject({
          ok: z.literal(true),
          original: z.string().describe('The run in `ids`, or one that matched the filter.'),
          id: z.string().describe('The new run, or the run itself.'),
          status: z.enum([...RUN_STATUSES, 'deleted']),
        }),
        z.strictObject({
          ok: z.literal(false),
          original: z.string(),
          error: ErrorDetail,
        }),
      ]),
    ),
    nextCursor: z
      .string()
      .nullable()
      .describe('The cursor for the next runs of the filter; null if there are no more.'),
  })
  .meta({ id: 'BulkRunResults' })
export type BulkRunResults = z.infer<typeof BulkRunResults>
