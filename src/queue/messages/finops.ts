import * as z from 'zod'

/** A team has spent, or its budget has changed: its owners may have to hear of a threshold. */
export const BudgetCheck = z.object({ type: z.literal('budget.check'), teamId: z.string().min(1) })
export type BudgetCheck = z.infer<typeof BudgetCheck>

/** The costs of a period are to be written to a file. */
export const CostsExport = z.object({
  type: z.literal('costs.export'),
  teamId: z.string().min(1),
  format: z.enum(['csv', 'jsonl', 'focus']),
  from: z.string(),
  to: z.string(),
  name: z.string(),
})
export type CostsExport = z.infer<typeof CostsExport>

/** A page of an import is to be read, from where it stands. */
export const CostsImport = z.object({
  type: z.literal('costs.import'),
  teamId: z.string().min(1),
  importId: z.string().min(1),
})
export type CostsImport = z.infer<typeof CostsImport>
