import * as z from 'zod'

/** A person has decided with a link, which is used up. The decision must reach the run. */
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
