import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { RUN_STATUSES } from '../../../engine/model/state.ts'
import { ErrorDetail } from '../../../http/problem.ts'
import { Mocks, Tags } from '../../workflows/index.ts'

const MAX_FIELDS = 20

const Metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, "_", "." and "-", 1 to 64 of them'),
    z.union([z.string().max(500), z.number(), z.boolean()]),
  )
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, {
    message: `At most ${MAX_FIELDS} fields.`,
  })

/** Details of the run that a start can set. */
const labelled = {
  tags: Tags.optional().describe('Lists can be filtered by each tag.'),
  metadata: Metadata.optional().describe(
    'Custom fields, such as an order number. Lists can be filtered by each field.',
  ),
}

export const StartRun = z
  .strictObject({
    input: JsonValue.optional(),
    version: z.int().min(1).optional(),
    draft: z
      .boolean()
      .optional()
      .describe(
        'Runs the draft instead of a version. Also requires the scope workflows:write. A failure does not start the error workflow.',
      ),
    mocks: Mocks.optional(),
    startAt: z.iso.datetime({ offset: true }).optional(),
    callbackUrl: z
      .url()
      .max(2_000)
      .optional()
      .describe('A URL that receives a POST request with the run when it has ended.'),
    entry: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start from. Default: all nodes without a predecessor.'),
    ...labelled,
  })
  .meta({ id: 'StartRun' })
export type StartRun = z.infer<typeof StartRun>

export const StartBatch = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          workflowId: z.string().max(64),
          input: JsonValue.optional(),
          version: z.int().min(1).optional(),
          ...labelled,
        }),
      )
      .min(1)
      .max(100),
  })
  .meta({ id: 'StartBatch' })
export type StartBatch = z.infer<typeof StartBatch>

export const BulkResults = z
  .strictObject({
    results: z.array(
      z.union([
        z.strictObject({ ok: z.literal(true), id: z.string(), status: z.enum(RUN_STATUSES) }),
        z.strictObject({ ok: z.literal(false), id: z.string().nullable(), error: ErrorDetail }),
      ]),
    ),
  })
  .meta({ id: 'BulkResults' })
export type BulkResults = z.infer<typeof BulkResults>
