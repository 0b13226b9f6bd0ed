import * as z from 'zod'

/** A team has spent money, or its budget has changed: a threshold notification may be due. */
export const BudgetCheck = z.object({ type: z.literal('budget.check'), teamId: z.string().min(1) })
export type BudgetCheck = z.infer<typeof BudgetCheck>

/** Exports the costs of a period to a file. */
export const CostsExport = z.object({
  type: z.literal('costs.export'),
  teamId: z.string().min(1),
  format: z.enum(['csv', 'jsonl', 'focus']),
  from: z.string(),
  to: z.string(),
  name: z.string(),
})
export type CostsExport = z.infer<typeof CostsExport>

/** Starts the run of an import, in case the request that asked for it was lost. */
export const CostsImport = z.object({
  type: z.literal('costs.import'),
  teamId: z.string().min(1),
  importId: z.string().min(1),
})
export type CostsImport = z.infer<typeof CostsImport>

/** The run of an import has ended. */
export const ImportEnded = z.object({
  type: z.literal('import.ended'),
  teamId: z.string(),
  importId: z.string(),
  runId: z.string(),
  status: z.enum(['succeeded', 'failed', 'cancelled']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type ImportEnded = z.infer<typeof ImportEnded>
