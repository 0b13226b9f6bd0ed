import * as z from 'zod'

/** A person has decided by a link, which is spent: the decision must reach the run. */
export const ApprovalDecide = z.object({
  type: z.literal('approval.decide'),
  runId: z.string(),
  decide: z.object({
    approvalId: z.string(),
    by: z.string(),
    decision: z.enum(['approve', 'reject']),
    comment: z.string().nullable(),
    data: z.json(),
    isStarter: z.boolean(),
  }),
})
export type ApprovalDecide = z.infer<typeof ApprovalDecide>
