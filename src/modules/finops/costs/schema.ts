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

export const CreateCost = z
  .strictObject({
    ...keyFields,
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
    labels: labelsField,
    mode: Mode,
  })
  .superRefine(({ currency = USD, costUsd, effectiveCostUsd, listCostUsd, ...body }, issues) => {
    const refuse = (path: string, message: string) =>
      issues.addIssue({ code: 'custom', path: [path], message })
    const isUsd = currency === USD
    const wanted = isUsd ? 'costUsd' : 'cost'
    if ((isUsd ? costUsd : body.cost) === undefined)
      refuse(wanted, `is needed when the currency is ${currency}`)
    const given = isUsd
      ? { cost: body.cost, effectiveCost: body.effectiveCost, listCost: body.listCost }
      : { costUsd, effectiveCostUsd, listCostUsd }
    for (const [name, value] of Object.entries(given))
      if (value !== undefined) refuse(name, `cannot be given when the currency is ${currency}`)
  })
  .meta({
    id: 'CreateCost',
    examples: [{ provider: 'aws', service: 'storage', date: '2026-01-31', source: 'manual', costUsd: 12.5 }],
  })
export type CreateCost = z.infer<typeof CreateCost>

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
