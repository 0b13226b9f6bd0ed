import * as z from 'zod'
import { hasSixDecimals } from '../../../core/money.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { PlainText } from '../../../http/text.ts'
import { Hours } from '../amounts.ts'
import {
  dimensionsView,
  FROM_AFTER_TO,
  filterFields,
  fromBeforeTo,
  keyFields,
  keyView,
  labelsField,
  Mode,
} from '../snapshots/schema.ts'

export const MAX_QUANTITY = 1_000_000_000_000

const Quantity = z
  .number()
  .min(0)
  .max(MAX_QUANTITY)
  .refine((value) => hasSixDecimals(value), 'at most six decimals')

export const CreateUsage = z
  .strictObject({
    ...keyFields,
    hours: Hours,
    quantity: Quantity.nullable().optional(),
    unit: PlainText(50).nullable().optional().describe('Of the quantity. `tokens` are counted in summaries.'),
    labels: labelsField,
    mode: Mode,
  })
  .refine(({ quantity, unit }) => (quantity ?? null) === null || (unit ?? null) !== null, {
    path: ['unit'],
    message: 'is needed with a quantity',
  })
  .meta({ id: 'CreateUsage' })
export type CreateUsage = z.infer<typeof CreateUsage>

export const Usage = z
  .strictObject({
    ...keyView,
    hours: z.number(),
    quantity: z.number().nullable(),
    unit: z.string().nullable(),
    ...dimensionsView,
  })
  .meta({ id: 'Usage' })
export type Usage = z.infer<typeof Usage>

export const UsagePage = pageOf(Usage).meta({ id: 'UsagePage' })

export const ListUsage = listQuery(['-date', 'date', '-hours', 'hours'], {
  ...filterFields,
  q: PlainText(200).optional().describe('Found in provider, service, resource, GPU type or source.'),
}).refine(fromBeforeTo, FROM_AFTER_TO)
export type ListUsage = z.infer<typeof ListUsage>
