import * as z from 'zod'
import { FROM_AFTER_TO, filterFields, fromBeforeTo } from '../snapshots/schema.ts'
import { DIMENSION_NAMES, type Dimension, parseDimension } from './dimensions.ts'
import { SUMMARY_SORTS } from './repo.ts'

const MAX_DIMENSIONS = 3

const include = z
  .enum(['jobs'])
  .optional()
  .describe(
    'Adds the computed hours and costs of GPU jobs. Left out by default: the bill of a provider for the same hours would count twice.',
  )

export const TotalQuery = z.strictObject({ ...filterFields, include }).refine(fromBeforeTo, FROM_AFTER_TO)
export type TotalQuery = z.infer<typeof TotalQuery>

export const SnapshotTotal = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    totalUsd: z.number(),
    totalHours: z.number(),
    tokens: z.number(),
    count: z.int().describe('How many rows are counted: of costs, or of usage.'),
    byCurrency: z.record(z.string(), z.number()).describe('Costs as billed, by currency.'),
  })
  .meta({ id: 'SnapshotTotal' })
export type SnapshotTotal = z.infer<typeof SnapshotTotal>

const GroupBy = z
  .string()
  .min(1)
  .max(500)
  .transform((text, issues): Dimension[] => {
    const names = text.split(',')
    const dimensions = names.map(parseDimension)
    const unknown = names.filter((_, at) => dimensions[at] === null)
    const problem =
      unknown.length > 0
        ? `${unknown.join(', ')}: must be one of ${DIMENSION_NAMES.join(', ')}`
        : names.length > MAX_DIMENSIONS
          ? `at most ${MAX_DIMENSIONS} dimensions`
          : new Set(names).size < names.length
            ? 'each dimension once'
            : null
    if (problem !== null) issues.addIssue({ code: 'custom', message: problem })
    return dimensions.filter((one) => one !== null)
  })
  .describe(`One to three of ${DIMENSION_NAMES.join(', ')}, with commas between them.`)

export const SummaryQuery = z
  .strictObject({
    ...filterFields,
    include,
    groupBy: GroupBy,
    limit: z.coerce.number().int().min(1).max(1_000).default(20),
    cursor: z.string().max(4_096).optional(),
    sort: z.enum(SUMMARY_SORTS).optional().describe('By default the highest cost first, or the most hours.'),
  })
  .refine(fromBeforeTo, FROM_AFTER_TO)
export type SummaryQuery = z.infer<typeof SummaryQuery>

const amounts = { costUsd: z.number(), hours: z.number(), tokens: z.number() }

export const Summary = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    groups: z.array(
      z.strictObject({
        keys: z
          .record(z.string(), z.string().nullable())
          .describe('The value of each dimension; null for rows without one. A week is named by its Monday.'),
        ...amounts,
        share: z.number().nullable().describe('Of the whole cost, or of all hours; null when that is 0.'),
        previousUsd: z.number().describe('The cost in the same number of days right before.'),
        changePct: z.number().nullable().describe('From `previousUsd`; null when that is 0.'),
      }),
    ),
    other: z
      .strictObject({ groups: z.int(), ...amounts })
      .nullable()
      .describe('The groups behind this page; null when there are none.'),
    totalUsd: z.number(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Summary' })
export type Summary = z.infer<typeof Summary>
