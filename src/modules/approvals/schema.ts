import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'

export const APPROVAL_STATUSES = ['pending', 'approved', 'rejected', 'timeout', 'cancelled'] as const

const Decision = z.strictObject({
  by: z.string(),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().nullable(),
  data: JsonValue.nullable(),
  at: z.string(),
  self: z.literal(true).optional().describe('Set if the decision is by the person who started the run.'),
})

export const Approval = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    runId: z.string(),
    workflowId: z.string().nullable(),
    path: z.string(),
    status: z.enum(APPROVAL_STATUSES),
    title: z.string(),
    message: z.string(),
    form: JsonValue.nullable().describe('The JSON Schema of the data of an approval.'),
    assignees: z
      .array(z.string())
      .describe('Ids or email addresses. Empty: everybody who may run workflows.'),
    unknownAssignees: z
      .array(z.string())
      .describe('The assignees that are not members of the team who may decide. They get no notification.'),
    quorum: z.int(),
    allowSelf: z.boolean(),
    decisions: z.array(Decision),
    startedBy: z.string().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof Approval>

export const ApprovalPage = pageOf(Approval).meta({ id: 'ApprovalPage' })

export const ListApprovals = listQuery(['-createdAt', 'createdAt'], {
  status: z.enum(APPROVAL_STATUSES).optional(),
  mine: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe(
      'The approvals that you may decide: assigned to you by id or address, or to everybody. Without X-Team-Id, it includes all your teams.',
    ),
  workflowId: z.string().max(64).optional(),
  runId: z.string().max(64).optional(),
})
export type ListApprovals = z.infer<typeof ListApprovals>

export const DecideApproval = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    comment: z.string().max(5_000).optional(),
    data: JsonValue.optional(),
  })
  .meta({ id: 'DecideApproval' })
export type DecideApproval = z.infer<typeof DecideApproval>

export const ApprovalAnswer = z
  .strictObject({
    approvalId: z.string(),
    decision: z.enum(['approve', 'reject']),
    status: z.enum(APPROVAL_STATUSES).describe('Pending while other people still have to decide.'),
  })
  .meta({ id: 'ApprovalAnswer' })
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>

export const HtmlPage = z.string().meta({ id: 'ApprovalPageHtml' })
