import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { PlainText } from '../../../http/text.ts'
import { Currency, OriginalAmount, SignedUsd, USD } from '../amounts.ts'
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

const amountFields = {
  costUsd: SignedUsd.optional().describe('Required unless `currency` is set. Credits are negative.'),
  effectiveCostUsd: SignedUsd.nullable()
    .optional()
    .describe('After discounts and commitments, if not `costUsd`.'),
  listCostUsd: SignedUsd.nullable().optional().describe('At list prices, if not `costUsd`.'),
  currency: Currency.optional(),
  cost: OriginalAmount.optional().describe(
    'In place of `costUsd`, in `currency`; converted by the rate of the day.',
  ),
  effectiveCost: OriginalAmount.nullable().optional(),
  listCost: OriginalAmount.nullable().optional(),
}

type AmountFields = z.infer<z.ZodObject<typeof amountFields>>

/** The amounts are all in dollars or all in the currency, with the cost itself. */
function checkAmounts(body: AmountFields, issues: z.RefinementCtx): void {
  const { currency = USD, costUsd, effectiveCostUsd, listCostUsd, cost, effectiveCost, listCost } = body
  const refuse = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
  const isUsd = currency === USD
  const wanted = isUsd ? 'costUsd' : 'cost'
  if ((isUsd ? costUsd : cost) === undefined) refuse(wanted, `is needed when the currency is ${currency}`)
  const given = isUsd ? { cost, effectiveCost, listCost } : { costUsd, effectiveCostUsd, listCostUsd }
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) refuse(name, `cannot be given when the currency is ${currency}`)
}

export const CreateCost = z
  .strictObject({ ...keyFields, ...amountFields, labels: labelsField, mode: Mode })
  .superRefine(checkAmounts)
  .meta({
    id: 'CreateCost',
    examples: [{ provider: 'aws', service: 'storage', date: '2026-01-31', source: 'manual', costUsd: 12.5 }],
  })
export type CreateCost = z.infer<typeof CreateCost>

export const UpdateCost = z
  .strictObject({ ...amountFields, labels: labelsField })
  .superRefine((body, issues) => {
    if (changesAmounts(body)) checkAmounts(body, issues)
  })
  .meta({ id: 'UpdateCost', examples: [{ costUsd: 11.75, labels: { project: 'search' } }] })
export type UpdateCost = z.infer<typeof UpdateCost>

/** Amounts are replaced together: one that is left out equals the cost. */
export const changesAmounts = ({ labels: _, ...amounts }: UpdateCost): boolean =>
  Object.values(amounts).some((value) => value !== undefined)

const amount = z.number()

export const Cost = z
  .strictObject({
    ...keyView,
    costUsd: amount,
    effectiveCostUsd: amount.nullable().describe('Null where it is `costUsd`.'),
    listCostUsd: amount.nullable().describe('Null where it is `costUsd`.'),
    currency: z.string().describe('The currency of the bill.'),
    cost: amount.describe('As billed, in `currency`.'),
    effectiveCost: amount.nullable(),
    listCost: amount.nullable(),
    ...dimensionsView,
    focus: z
      .record(z.string(), z.string())
      .nullable()
      .describe('The values of a FOCUS file without a field above, by column.'),
  })
  .meta({ id: 'Cost' })
export type Cost = z.infer<typeof Cost>

export const CostPage = pageOf(Cost).meta({ id: 'CostPage' })

export const ListCosts = listQuery(['-date', 'date', '-cost', 'cost'], {
  ...filterFields,
  currency: Currency.optional(),
  q: PlainText(200).optional().describe('Found in provider, service, resource, GPU type or source.'),
}).refine(fromBeforeTo, FROM_AFTER_TO)
export type ListCosts = z.infer<typeof ListCosts>
